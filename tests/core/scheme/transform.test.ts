/** Transforms: their laws over random trajectories, and what they rebuild of constructions that have a plug-in of their own. */
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { groupLayout, type Batch } from '../../../src/core/contracts/columns';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { rollout } from '../../../src/core/mdp/rollout';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { EMPTY_SIDE, priceBatch } from '../../../src/core/scheme/price-batch';
import type { SchemeSpec, TermSpec, TransformSpec } from '../../../src/core/scheme/scheme-spec';
import { applyPointwise, applyTransforms, isPointwise, type PointwiseTransform } from '../../../src/core/scheme/transform';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const fresh = (size: number) => new Float64Array(size);

/** Trajectories of unlike lengths, one of them empty, with zeros, ties and both signs among their rewards. */
function sample(seed: number): { batch: Batch; reward: Float64Array } {
  const stream = mixSeed(seed);
  const [nTraj, maxLen] = [12, 7];
  const length = Int32Array.from({ length: nTraj }, (_, i) => (i === 5 ? 0 : 1 + Math.floor(nextUniform(stream) * maxLen)));
  const reward = new Float64Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) {
      const u = nextUniform(stream);
      reward[i * maxLen + t] = u < 0.3 ? 0 : Math.round((nextUniform(stream) - 0.45) * 40) / 8;
    }
  }
  const batch = { nTraj, maxLen, length, group: groupLayout(Array.from({ length: nTraj }, (_, i) => Math.floor(i / 4))), column: () => 'none' };
  return { batch, reward };
}

const rowOf = (x: Float64Array, { maxLen, length }: Batch, i: number) => Array.from(x.subarray(i * maxLen, i * maxLen + length[i]));
const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

const pointwise: readonly PointwiseTransform[] = [
  { kind: 'clip', low: -0.5, high: 1 },
  { kind: 'clip', low: null, high: 0 },
  { kind: 'shift', by: -0.4 },
  { kind: 'sign' },
  { kind: 'power', exponent: 0.5 },
  { kind: 'power', exponent: 2 },
  { kind: 'sigmoid', centre: 0.3, temperature: 0.7 },
  { kind: 'log-sigmoid', centre: 0.3, temperature: 0.7 },
];
const others: readonly TransformSpec[] = [
  { kind: 'first', count: 2 },
  ...(['sum', 'mean', 'min', 'max', 'last'] as const).map((how): TransformSpec => ({ kind: 'gather', how })),
  ...(['group', 'batch'] as const).flatMap((over) => (['totals', 'steps'] as const).map((of): TransformSpec => ({ kind: 'standardise', over, of }))),
];

/** The same definitions once more, written on one trajectory with the language's own functions. */
const plainly: Partial<Record<TransformSpec['kind'], (x: number, transform: never) => number>> = {
  clip: (x, { low, high }: { low: number | null; high: number | null }) => Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity),
  shift: (x, { by }: { by: number }) => x + by,
  sign: (x) => Math.sign(x),
  power: (x, { exponent }: { exponent: number }) => Math.sign(x) * Math.abs(x) ** exponent,
  sigmoid: (x, { centre, temperature }: { centre: number; temperature: number }) => 1 / (1 + Math.exp(-(x - centre) / temperature)),
  'log-sigmoid': (x, { centre, temperature }: { centre: number; temperature: number }) => Math.log(1 / (1 + Math.exp(-(x - centre) / temperature))),
};

describe.each(pointwise.map((transform) => [JSON.stringify(transform), transform] as const))('%s', (_, transform) => {
  const grid = Array.from({ length: 81 }, (__, k) => (k - 40) / 8);
  it('is its formula', () => {
    for (const x of grid) expect(applyPointwise(x, transform)).toBeCloseTo(plainly[transform.kind]!(x, transform as never), 12);
  });
  it('keeps order', () => {
    for (let k = 1; k < grid.length; k++) expect(applyPointwise(grid[k], transform)).toBeGreaterThanOrEqual(applyPointwise(grid[k - 1], transform));
  });
  it('acts on every step and leaves the padding at 0', () => {
    const { batch, reward } = sample(3);
    const out = applyTransforms(reward, [transform], batch, (size) => fresh(size).fill(NaN));
    for (let i = 0; i < batch.nTraj; i++) {
      expect(rowOf(out, batch, i)).toEqual(rowOf(reward, batch, i).map((x) => applyPointwise(x, transform)));
      for (let t = batch.length[i]; t < batch.maxLen; t++) expect(out[i * batch.maxLen + t]).toBe(0);
    }
  });
});

it('bounds what it squashes, clips or takes the sign of', () => {
  for (let x = -60; x <= 60; x += 0.37) {
    expect(Math.abs(applyPointwise(x, { kind: 'sign' }))).toBeLessThanOrEqual(1);
    expect(applyPointwise(x, { kind: 'clip', low: -1, high: 2 })).toBeGreaterThanOrEqual(-1);
    expect(applyPointwise(x, { kind: 'clip', low: -1, high: 2 })).toBeLessThanOrEqual(2);
    const squashed = applyPointwise(x, { kind: 'sigmoid', centre: 0, temperature: 1 });
    expect(squashed >= 0 && squashed <= 1).toBe(true);
    expect(applyPointwise(x, { kind: 'log-sigmoid', centre: 0, temperature: 1 })).toBeLessThanOrEqual(0);
  }
});

it('keeps zero where it says nothing about zero', () => {
  for (const transform of [pointwise[0], pointwise[1], pointwise[3], pointwise[4], pointwise[5]]) expect(applyPointwise(0, transform)).toBe(0);
});

describe.each([1, 2, 3])('on whole trajectories, seed %d', (seed) => {
  const { batch, reward } = sample(seed);
  const after = (...transforms: TransformSpec[]) => applyTransforms(reward, transforms, batch, (size) => fresh(size).fill(NaN));
  const rows = (x: Float64Array) => Array.from({ length: batch.nTraj }, (_, i) => rowOf(x, batch, i));
  const before = rows(reward);

  it('leaves the reward that it is given as it is', () => {
    const kept = reward.slice();
    for (const transform of [...pointwise, ...others]) after(transform);
    expect(reward).toEqual(kept);
  });

  it('first: keeps the first payments and refuses the rest', () => {
    rows(after({ kind: 'first', count: 2 })).forEach((row, i) => {
      const paid = before[i].flatMap((x, t) => (x === 0 ? [] : [t]));
      expect(row).toEqual(before[i].map((x, t) => (paid.indexOf(t) < 2 ? x : 0)));
    });
  });

  it('gather: pays on the last step alone, and the sum keeps the total', () => {
    const best = { sum, mean: (x: number[]) => sum(x) / x.length, min: (x: number[]) => Math.min(...x), max: (x: number[]) => Math.max(...x), last: (x: number[]) => x.at(-1)! };
    for (const how of ['sum', 'mean', 'min', 'max', 'last'] as const) {
      rows(after({ kind: 'gather', how })).forEach((row, i) => {
        if (row.length === 0) return;
        expect(row.slice(0, -1).every((x) => x === 0)).toBe(true);
        expect(row.at(-1)).toBeCloseTo(best[how](before[i]), 12);
      });
    }
  });

  it('standardise: mean 0 and deviation 1 over what it compares, equal numbers give 0', () => {
    for (const over of ['group', 'batch'] as const) {
      for (const of of ['totals', 'steps'] as const) {
        const out = rows(after({ kind: 'standardise', over, of }));
        const sets = over === 'batch' ? [out] : [0, 1, 2].map((g) => out.filter((_, i) => batch.group.id[i] === g));
        for (const set of sets) {
          const values = of === 'steps' ? set.flat() : set.flatMap((row) => (row.length > 0 ? [sum(row)] : []));
          const mean = sum(values) / values.length;
          expect(mean).toBeCloseTo(0, 9);
          expect(Math.sqrt(sum(values.map((x) => (x - mean) ** 2)) / (values.length - 1))).toBeCloseTo(1, 4);
        }
      }
    }
    const same = applyTransforms(reward.map(() => 0.1), [{ kind: 'standardise', over: 'group', of: 'steps' }], batch, fresh);
    expect(rows(same).flat().every((x) => x === 0)).toBe(true);
  });

  it('transforms after gathering act on the last step alone', () => {
    rows(after({ kind: 'gather', how: 'sum' }, { kind: 'sigmoid', centre: 0, temperature: 1 })).forEach((row, i) => {
      if (row.length === 0) return;
      expect(row.slice(0, -1).every((x) => x === 0)).toBe(true);
      expect(row.at(-1)).toBeCloseTo(1 / (1 + Math.exp(-sum(before[i]))), 12);
    });
  });

  it('is the same whatever the padding and the order of the trajectories', () => {
    const order = [7, 3, 11, 0, 5, 9, 1, 8, 2, 10, 6, 4];
    const wide = batch.maxLen + 3;
    const moved = fresh(batch.nTraj * wide);
    order.forEach((from, to) => moved.set(rowOf(reward, batch, from), to * wide));
    const mixed: Batch = { ...batch, maxLen: wide, length: Int32Array.from(order, (i) => batch.length[i]), group: groupLayout(order.map((i) => batch.group.id[i])) };
    for (const transform of [...pointwise, ...others]) {
      const out = applyTransforms(moved, [transform], mixed, fresh);
      const expected = rows(after(transform));
      order.forEach((from, to) => rowOf(out, mixed, to).forEach((x, t) => expect(x).toBeCloseTo(expected[from][t], 9)));
    }
  });
});

describe('rebuilds constructions that are plug-ins', () => {
  const plugins = allPlugins();
  const table = randomMdp(2);
  const played = rollout(table, randomPolicy(table, 2).threshold, { nTraj: 24, groupSize: 6, seed: 2, learner: 0, iteration: 0 });
  const batch = new TableBatch(table, played);
  const term = (reward: string, params: TermSpec['params'], transforms?: readonly TransformSpec[], weight = 1): TermSpec => ({ reward, label: '', weight, params, gated: false, ...(transforms && { transforms }) });
  const price = (terms: readonly TermSpec[], over: Partial<SchemeSpec> = {}) => {
    const spec: SchemeSpec = { name: 'T', terms, gate: null, gamma: 1, gammaLinked: true, estimator: { id: 'dr-grpo', params: {} }, value: 'zero', whiten: 'none', clip: null, muted: false, ...over };
    return priceBatch(batch, compileScheme(spec, plugins, table), EMPTY_SIDE);
  };
  const close = (a: Float64Array, b: Float64Array, digits = 9) => a.forEach((x, k) => expect(x).toBeCloseTo(b[k], digits));

  it('the cap of a signal: the first payments', () => {
    close(price([term('signal', { signal: 'event' }, [{ kind: 'first', count: 2 }])]).reward, price([term('signal', { signal: 'event', cap: 2 })]).reward, 12);
  });

  it('the clip rule of process rewards: shift, then clip at 0', () => {
    const built = price([term('outcome', {}), term('signal', { signal: 'cost' }, [{ kind: 'shift', by: 0.2 }, { kind: 'clip', low: null, high: 0 }], 0.3)]);
    close(built.reward, price([term('prm-clip', { prm: 'cost', eta: -0.2, alpha: 0.3 })]).reward, 12);
    expect(built.reward.some((x) => x < 0)).toBe(true);
  });

  it.each(['mean', 'min', 'max', 'last', 'sum'] as const)('the %s of step scores', (how) => {
    close(price([term('signal', { signal: 'cost' }, [{ kind: 'gather', how }])]).reward, price([term('prm-aggregate', { prm: 'cost', mode: how, outcomeWeight: 0 })]).reward, 12);
  });

  it('GDPO: each term standardised over its group, then added and whitened', () => {
    const standardised: TransformSpec[] = [{ kind: 'standardise', over: 'group', of: 'totals' }];
    const built = price([term('outcome', {}, standardised), term('signal', { signal: 'cost' }, standardised, 3)], { whiten: 'batch' });
    const gdpo = price([term('outcome', {}), term('signal', { signal: 'cost' })], { estimator: { id: 'gdpo', params: { weights: [1, 3] } } });
    close(built.advantage, gdpo.advantage, 6);
    expect(Math.max(...built.advantage)).toBeGreaterThan(0.5);
  });

  it('prices pointwise transforms by row exactly as it does trajectory by trajectory', () => {
    for (const transform of pointwise) {
      const byRow = price([term('signal', { signal: 'cost' }, [transform])]);
      const byStep = price([term('signal', { signal: 'cost' }, [transform, { kind: 'first', count: 1000 }])]);
      expect(byRow.scheme.terms[0].perRow).not.toBeNull();
      expect(byStep.scheme.terms[0].perRow).toBeNull();
      expect(byRow.reward).toEqual(byStep.reward);
      expect(isPointwise(transform)).toBe(true);
    }
  });
});
