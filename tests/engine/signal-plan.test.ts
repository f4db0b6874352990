import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { compileScheme } from '../../src/core/scheme/compile-scheme';
import { gateOf } from '../../src/core/scheme/gate';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';
import { whyTooLarge } from '../../src/engine/device-signals';
import { fixedPoint } from '../../src/engine/fixed-point';
import { signalPlan, type SignalPlan } from '../../src/engine/signal-plan';
import { gated, pricedProblem, randomWorld, schemeOf } from './priced-problem';

const table = randomWorld(12, 3, 16);
const planOf = (estimator: string, more: Partial<SchemeSpec> = {}, params = {}) => signalPlan(compileScheme(schemeOf(estimator, params, more), allPlugins(), table), table, 0);

describe('what a scheme is to the kernels', () => {
  test('gates of whole numbers open exactly where pricing’s do, at, below and above their threshold', () => {
    const size = { S: 12, T: 16, nTraj: 200, groupSize: 10 };
    for (const [threshold, inclusive] of [[0.5, true], [0.5, false], [0.3, true], [0.3, false], [-1, true], [2, false], [1e9, false], [-1e300, true]] as const) {
      const gate = { source: 'half', threshold, inclusive, softness: 0 };
      const { batch, priced, table: own } = pricedProblem(size, schemeOf('grpo', {}, { ...gated, gate }));
      const { gates } = signalPlan(priced.scheme, own, 0) as SignalPlan;
      const open = Array.from({ length: size.nTraj }, (_, i) => {
        let units = 0;
        for (let t = 0; t < batch.length[i]; t++) units += gates[0].units[batch.row[i * size.T + t]];
        return Number(units > gates[0].limit);
      });
      expect(open).toEqual([...gateOf(batch, gate, () => new Float64Array(0), (n) => new Float64Array(n))]);
    }
  });

  test.each<[string, Partial<SchemeSpec>, string]>([
    ['salt', {}, 'has no kernel'],
    ['grpo', { whiten: 'batch' }, 'Advantages are whitened over the batch.'],
    ['grpo', { terms: [{ reward: 'signal', label: 'Twice', weight: 1, params: { signal: 'event', cap: 2 }, gated: false }] }, '"Twice" pays by more than the state and the action.'],
    ['grpo', { ...gated, gate: { source: 'half', threshold: 0, inclusive: false, softness: 0.5 } }, 'Its gate opens gradually.'],
    ['grpo', { ...gated, gate: { source: 'cost', threshold: 0, inclusive: false, softness: 0 } }, 'Its gate reads numbers that are no multiples of 1/65,536.'],
  ])('%s with %o says why not', (estimator, more, reason) => {
    expect(planOf(estimator, more)).toContain(reason);
  });

  test('batches that are too large for the words of their sums are named', () => {
    expect(whyTooLarge({ learners: 1, nTraj: 8192 }, { ...table, horizon: 64 })).toBeNull();
    expect(whyTooLarge({ learners: 1, nTraj: 8192 }, { ...table, horizon: 256 })).toContain('too large for its sums');
    expect(whyTooLarge({ learners: 1000, nTraj: 8192 }, { ...table, horizon: 64 })).toContain('one buffer');
  });
});

describe('fixed point', () => {
  test('keeps the sum of as many of the largest number as there may be within 62 bits, and rounds by half a unit', () => {
    for (const largest of [1e-9, 0.37, 1, 1000]) {
      const { unit, write } = fixedPoint([Float64Array.of(largest, -largest)], 65_536);
      expect(Number.isInteger(Math.log2(unit))).toBe(true);
      expect((largest * 65_536) / unit).toBeLessThanOrEqual(2 ** 61);
      const words = new Uint32Array(2);
      for (const x of [largest, -largest, largest / 3, 0]) {
        write(x, words, 0);
        expect(Math.abs(((words[1] | 0) * 2 ** 32 + words[0]) * unit - x)).toBeLessThanOrEqual(unit / 2 + Math.abs(x) * 2 ** -52);
      }
    }
  });
});
