import { describe, expect, test } from 'vitest';
import type { NetworkShape } from '../../src/engine/engine';
import type { OptimiserSpec } from '../../src/engine/optimiser';
import { call, withTestPage } from './harness';
import type { Descended, Spoiled } from './pages/device-optimiser.page';

const shape: NetworkShape = { inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population: 3 };
/** Members with numbers of their own: ε beside the root matters in the second, weight decay in the third. */
const adams: OptimiserSpec[] = [
  { kind: 'adam', learningRate: 0.01 },
  { kind: 'adam', learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 0.5 },
  { kind: 'adam', learningRate: 0.02, weightDecay: 0.1 },
];

describe('optimiser steps on the device', () => {
  test.each<[string, NetworkShape | 'transformer', OptimiserSpec[]]>([
    ['Adam of an MLP population, each member by its own numbers', shape, adams],
    ['SGD of an MLP population', shape, [{ kind: 'sgd', learningRate: 0.1 }, { kind: 'sgd', learningRate: 0.02 }]],
    ['Adam of an MLP with one layer', { ...shape, hidden: [], population: 1 }, adams],
    ['Adam of a transformer', 'transformer', adams],
  ])('%s: every step is that of TypeScript to 1e-6, 25 in a row stay there, and the network sees them', async (_, kind, specs) => {
    await withTestPage('device-optimiser', async (page) => {
      const seen = await call<Descended>(page, 'descendBeside', kind, specs, kind === 'transformer' ? 4 : 25);
      expect(Math.max(...seen.perStep)).toBeLessThan(1e-6);
      expect(Math.max(...seen.together)).toBeLessThan(5e-6);
      expect(seen.moments).toBeLessThan(1e-5);
      expect(seen.isSameNetwork).toBe(true);
      expect(seen.parameters.every(Number.isFinite)).toBe(true);
    });
  });

  test('repeat to the bit, also along dLogits that are on the device', async () => {
    await withTestPage('device-optimiser', async (page) => {
      expect(await call(page, 'repeats')).toEqual({ again: true, fromBuffer: true });
    });
  });

  test('a step or a parameter that is no number spoils its own member, and no bit of its neighbours', async () => {
    await withTestPage('device-optimiser', async (page) => {
      const seen = await call<Spoiled>(page, 'spoil');
      expect(seen).toEqual({ parameters: [1, 0, 1], overflown: [1, 0, 1], logits: [1, 0, 1], othersSame: true });
    });
  });

  test('make an iteration one read-back and 21 dispatches, whatever the population', async () => {
    await withTestPage('device-optimiser', async (page) => {
      for (const population of [1, 8]) {
        const { called, told } = await call<Record<'called' | 'told', { dispatches: number; readBacks: number }>>(page, 'workOfDescent', population);
        expect(called).toEqual({ dispatches: 21, readBacks: 1 });
        expect(told).toEqual(called);
      }
    });
  });

  test('hold as many tensors and bytes after 40 iterations as after one, and the buffers’ pool is as large', async () => {
    await withTestPage('device-optimiser', async (page) => {
      expect(new Set(await call<string[]>(page, 'heldOver', 40)).size).toBe(1);
    });
  });
});
