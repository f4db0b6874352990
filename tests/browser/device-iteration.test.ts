import { describe, expect, test } from 'vitest';
import type { DeviceUse } from '../../src/worker/protocol';
import { call, withTestPage } from './harness';
import type { BothWays } from './pages/device-iteration.page';

const ITERATIONS = 30;

/** The largest distance between two sets of curves. */
function apart(a: readonly number[][], b: readonly number[][]): number {
  return Math.max(...a.flatMap((curve, m) => curve.map((x, k) => Math.abs(x - b[m][k]))));
}

describe('the check of a run on WebGPU', () => {
  test('computes a batch of another learner each time: rollouts to the bit, signals to 1e-5 with the V of that batch, and says what has no kernel', async () => {
    await withTestPage('device-iteration', async (page) => {
      const { rollout, signals } = (await call<DeviceUse | null>(page, 'checkWhileTraining'))!;
      expect(rollout).toMatchObject({ checks: 4, differing: 0 });
      expect(signals!.checks).toBe(3);
      expect(signals!.steps).toBeGreaterThan(500);
      for (const kind of ['reward', 'advantage', 'sums'] as const) expect(signals![kind], kind).toBeLessThan(1e-5);
      expect(signals!.advantage).toBeGreaterThan(0);
      expect(signals!.unchecked).toEqual({ scheme: 3, reason: 'Advantages are whitened over the batch.' });
    });
  });
});

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
      expect(apart(device.success, typescript.success)).toBeLessThan(1e-4);
      expect(apart([typescript.success.map((curve) => curve.at(-1)!)], [typescript.success.map(([first]) => first)]), 'something is learned').toBeGreaterThan(0.01);
      expect(readBacks).toBe(1);
      expect(dispatches).toBeLessThanOrEqual(40);
    });
  });

  test('curves part where the discount is another one on the device', async () => {
    await withTestPage('device-iteration', async (page) => {
      const { typescript, device } = await call<BothWays>(page, 'learnBothWays', 'boat-race', [0, 1, 2, 1], 8, true);
      expect(apart(device.proxy, typescript.proxy)).toBeGreaterThan(0.01);
    });
  });
});
