import { describe, expect, test } from 'vitest';
import { call, withTestPage } from './harness';
import type { BothWays } from './pages/device-iteration.page';

const ITERATIONS = 30;

/** The largest distance between two sets of curves. */
function apart(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((curve, m) => curve.map((x, k) => Math.abs(x - b[m][k]))));
}

describe('whole iterations on the device', () => {
  test.each([
    ['key-door', [0, 3, 2, 1]],
    ['boat-race', [0, 1, 2, 1]],
  ])('%s: curves of eight learners lie on TypeScript’s for 30 iterations, with one read-back in each', async (preset, schemes) => {
    await withTestPage('device-iteration', async (page) => {
      const { typescript, device, readBacks, dispatches } = await call<BothWays>(page, 'learnBothWays', preset, schemes, ITERATIONS);
      expect(typescript.proxy).toHaveLength(8);
      expect(typescript.proxy[0]).toHaveLength(ITERATIONS);
      expect(apart(device.length, typescript.length)).toBe(0);
      expect(apart(device.proxy, typescript.proxy)).toBeLessThan(1e-9);
      expect(readBacks).toBe(1);
      expect(dispatches).toBeLessThanOrEqual(40);
    });
  });
});
