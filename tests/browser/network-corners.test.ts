import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { NetworkShape } from '../../src/engine/engine';
import { relativeDistance } from '../engine/reference-network';
import { call, withTestPage } from './harness';
import type { Computed } from './pages/network-corners.page';

async function compare(page: Page, exposed: string, ...given: unknown[]): Promise<Computed> {
  const ts = await call<Computed>(page, exposed, 'ts', ...given);
  const webgpu = await call<Computed>(page, exposed, 'webgpu', ...given);
  expect(relativeDistance(webgpu.logits, ts.logits), 'logits').toBeLessThan(1e-5);
  expect(relativeDistance(webgpu.gradient, ts.gradient), 'gradient').toBeLessThan(1e-5);
  return webgpu;
}

describe('at the corners of what can be asked for, WebGPU agrees with TypeScript to 1e-5:', () => {
  test('four layers of 256', async () => {
    await withTestPage('network-corners', (page) => compare(page, 'evaluateMlp', { inputs: 6, hidden: [256, 256, 256, 256], outputs: 4, activation: 'gelu', population: 1 } satisfies NetworkShape, 7));
  });

  test('a population, four layers of unlike widths, to the bit the same on a second device of the adapter', async () => {
    const shape: NetworkShape = { inputs: 5, hidden: [1, 70, 3, 33], outputs: 2, activation: 'tanh', population: 3 };
    await withTestPage('network-corners', async (page) => {
      const first = await compare(page, 'evaluateMlp', shape, 21);
      expect(await call<Computed>(page, 'evaluateMlp', 'webgpu', shape, 21)).toEqual(first);
    });
  });

  test('a transformer of width 64, four layers and four heads', async () => {
    await withTestPage('network-corners', (page) => compare(page, 'evaluateTransformer', { width: 64, layers: 4, heads: 4 }, 6));
  });
});
