import { describe, expect, test } from 'vitest';
import type { ProblemSize } from '../engine/priced-problem';
import { call, withTestPage } from './harness';
import type { Ends, Fault, PricedOnDevice, SchemeCase } from './pages/device.page';

const small: ProblemSize = { S: 12, T: 16, nTraj: 100, groupSize: 10, ragged: true };

/** Batches whose sizes are no multiples of a workgroup, single steps, groups of one, tables of all sizes, trajectories without a step. */
const sizes: readonly ProblemSize[] = [
  small,
  { S: 12, T: 1, nTraj: 65, groupSize: 13 },
  { S: 256, T: 64, nTraj: 257, groupSize: 257 },
  { S: 256, T: 33, nTraj: 70, groupSize: 1, ragged: true },
  { S: 4096, T: 64, nTraj: 128, groupSize: 16, ragged: true },
];

const schemes: Readonly<Record<string, SchemeCase>> = {
  'GAE with V by state': { estimator: 'gae', params: { gamma: 0.97, lambda: 0.9 }, more: { value: 'learned' } },
  'GAE with V by state and time, clipped': { estimator: 'gae', params: { gamma: 1, lambda: 0.95 }, more: { value: 'exact', clip: 0.8 } },
  'GAE without V under a gate': { estimator: 'gae', params: { gamma: 0.9, lambda: 0.5 }, kind: 'gated' },
  'returns': { estimator: 'mc-return', params: { gamma: 0.97 } },
  'GRPO': { estimator: 'grpo', kind: 'gated' },
  'GRPO, population deviation, groups of one are 0': { estimator: 'grpo', params: { ddof: 0, singleton: 'zero', epsilon: 0.01 } },
  'Dr. GRPO, clipped': { estimator: 'dr-grpo', more: { clip: 0.8 } },
  'RLOO': { estimator: 'rloo', kind: 'gated' },
  'mean at the step index': { estimator: 'reinforce-baseline', params: { gamma: 0.97 } },
  'the same over the batch, ended ones as 0': { estimator: 'reinforce-baseline', params: { gamma: 0.97, scope: 'batch', finished: 'zero' } },
  'mean of whole returns': { estimator: 'reinforce-baseline', params: { gamma: 1, baseline: 'episode-mean' } },
  'mean over all steps': { estimator: 'reinforce-baseline', params: { gamma: 0.97, baseline: 'step-mean', scope: 'batch' } },
};

/** Batches as they are played, which time alone ends before the task. */
const whole = sizes.map((size) => ({ ...size, ragged: false }));
const potentials: Readonly<Record<string, SchemeCase>> = {
  'GRPO with a potential': { estimator: 'grpo', kind: 'shaped' },
  'returns with a potential': { estimator: 'mc-return', params: { gamma: 0.97 }, kind: 'shaped' },
};

const faults: readonly (readonly [Fault, string])[] = [
  ['discount', 'returns'],
  ['discount', 'GAE with V by state'],
  ['trace', 'GAE with V by state and time, clipped'],
  ['clip', 'GAE with V by state and time, clipped'],
  ['row', 'GRPO'],
  ['gate', 'GRPO'],
  ['every', 'GAE without V under a gate'],
  ['ddof', 'GRPO'],
  ['epsilon', 'GRPO'],
  ['groups', 'RLOO'],
  ['groups', 'mean at the step index'],
  ['finished', 'mean at the step index'],
];

describe('pricing, advantages and sums by WGSL', () => {
  test('are TypeScript’s: rewards to the bit, counts exactly, the rest to 1e-5, sums within their bound', async () => {
    await withTestPage('device', async (page) => {
      const all = await call<(PricedOnDevice & { where: string })[]>(page, 'priceAll', sizes, schemes);
      expect(all).toHaveLength(60);
      all.push(...(await call<(PricedOnDevice & { where: string })[]>(page, 'priceAll', whole, potentials)));
      for (const seen of all) {
        expect(seen.steps, seen.where).toBeGreaterThan(30);
        expect(seen.otherRewards, seen.where).toBe(0);
        expect(seen.advantage, seen.where).toBeLessThan(1e-5);
        expect(seen.ofLargest, seen.where).toBeLessThan(1e-5);
        expect(seen.sums, seen.where).toBeLessThan(1e-5);
        expect(seen.ofBound, seen.where).toBeLessThanOrEqual(1);
      }
    });
  });

  test('are seen to differ where a rule, a row or a gate is another', async () => {
    await withTestPage('device', async (page) => {
      for (const [fault, scheme] of faults) {
        const seen = await call<PricedOnDevice>(page, 'price', small, schemes[scheme], fault);
        expect(seen.advantage, `${fault} under ${scheme}`).toBeGreaterThan(1e-5);
      }
      const last = await call<PricedOnDevice>(page, 'price', { ...small, ragged: false }, potentials['returns with a potential'], 'last');
      expect(last.reward).toBeGreaterThan(0.01);
      const alone = await call<PricedOnDevice>(page, 'price', { ...small, groupSize: 1 }, schemes['GRPO'], 'alone');
      expect(alone.advantage).toBeGreaterThan(0.1);
    });
  });

  test('add up to the same bits in whatever order the trajectories come', async () => {
    await withTestPage('device', async (page) => {
      expect(await call<boolean>(page, 'sumsInEitherOrder', { S: 12, T: 33, nTraj: 333, groupSize: 1 })).toBe(true);
    });
  });
});

describe('the ends of an iteration by WGSL', () => {
  test('thresholds are a few hundred units in 2³² apart at most, dL/dlogits is the objective’s to 1e-5', async () => {
    await withTestPage('device', async (page) => {
      for (const size of [small, { S: 256, T: 33, nTraj: 70, groupSize: 7 }]) {
        const { units, gradient, negated } = await call<Ends>(page, 'ends', size);
        expect(units).toBeGreaterThan(0);
        expect(units).toBeLessThan(2 ** 10);
        expect(gradient).toBeLessThan(1e-5);
        expect(negated).toBeGreaterThan(0.1);
      }
    });
  });
});
