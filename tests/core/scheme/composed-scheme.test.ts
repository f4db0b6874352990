/**
 * Schemes with transforms, gates of several conditions and schedules: against a second, plain implementation, against
 * what is printed, and against how schemes without them were priced before there were any.
 */
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { Workspace } from '../../../src/core/batch/workspace';
import type { Explanation } from '../../../src/core/contracts/explanation';
import { rollout } from '../../../src/core/mdp/rollout';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { explainNumber } from '../../../src/core/scheme/explain-number';
import { EMPTY_SIDE, priceBatch, termReward } from '../../../src/core/scheme/price-batch';
import { scheduled } from '../../../src/core/scheme/schedule';
import type { ConditionSpec, SchemeSpec, TermSpec } from '../../../src/core/scheme/scheme-spec';
import { applyTransforms } from '../../../src/core/scheme/transform';
import { explanationFaults } from '../../support/evaluate-explanation';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const plugins = allPlugins();

type Extra = Partial<Pick<TermSpec, 'transforms' | 'schedule' | 'gated'>>;
const term = (reward: string, weight: number, params: TermSpec['params'] = {}, extra: Extra = {}): TermSpec => ({ reward, label: '', weight, params, gated: false, ...extra });
const scheme = (over: Partial<SchemeSpec>): SchemeSpec => ({
  name: 'Test',
  terms: [term('outcome', 1)],
  gate: null,
  gamma: 0.9,
  gammaLinked: true,
  estimator: { id: 'grpo', params: {} },
  value: 'zero',
  whiten: 'none',
  clip: null,
  muted: false,
  ...over,
});
const condition = (source: string, threshold: number, over: Partial<ConditionSpec> = {}): ConditionSpec => ({ source, threshold, inclusive: true, softness: 0, ...over });

function sample(seed: number) {
  const table = randomMdp(seed);
  const played = rollout(table, randomPolicy(table, seed).threshold, { nTraj: 24, groupSize: 6, seed, learner: 0, iteration: 0 });
  return { table, batch: new TableBatch(table, played) };
}

const anneal = { kind: 'linear', start: 10, end: 30, to: 0 } as const;
const specs: Record<string, SchemeSpec> = {
  'pointwise transforms': scheme({ terms: [term('outcome', 1), term('signal', 0.7, { signal: 'cost' }, { transforms: [{ kind: 'shift', by: 0.4 }, { kind: 'sigmoid', centre: 0, temperature: 0.5 }, { kind: 'power', exponent: 2 }] })] }),
  'clips and signs': scheme({ terms: [term('signal', 1, { signal: 'cost' }, { transforms: [{ kind: 'clip', low: -0.5, high: null }, { kind: 'log-sigmoid', centre: -0.2, temperature: 1 }] }), term('signal', 1, { signal: 'cost' }, { transforms: [{ kind: 'shift', by: 0.5 }, { kind: 'sign' }] })] }),
  'first payments, then the end': scheme({ terms: [term('signal', 0.5, { signal: 'event' }, { transforms: [{ kind: 'first', count: 2 }, { kind: 'gather', how: 'sum' }, { kind: 'clip', low: null, high: 1.5 }] })] }),
  'standardised totals': scheme({ estimator: { id: 'dr-grpo', params: {} }, terms: [term('outcome', 1, {}, { transforms: [{ kind: 'standardise', over: 'group', of: 'totals' }] }), term('signal', 0.3, { signal: 'cost' }, { transforms: [{ kind: 'gather', how: 'mean' }, { kind: 'standardise', over: 'batch', of: 'totals' }] })] }),
  'standardised steps': scheme({ terms: [term('signal', 0.3, { signal: 'cost' }, { transforms: [{ kind: 'standardise', over: 'group', of: 'steps' }] }), term('outcome', 1)] }),
  'all conditions': scheme({
    terms: [term('outcome', 1), term('signal', 0.7, { signal: 'event' }, { gated: true })],
    gate: { ...condition('event', 1), also: [condition('outcome', 0.5, { softness: 0.3 }), condition('', -1.2, { term: 1, inclusive: false })] },
  }),
  'any condition': scheme({
    terms: [term('outcome', 1, {}, { gated: true }), term('signal', 0.7, { signal: 'cost' }, { gated: true, transforms: [{ kind: 'first', count: 1 }] })],
    gate: { ...condition('', -0.4, { term: 1, softness: 0.2 }), also: [condition('event', 2, { softness: 0.7 })], combine: 'any' },
  }),
  'everything moves': scheme({
    terms: [
      term('outcome', 1, {}, { schedule: { kind: 'steps', phases: [{ at: 5, value: 0.5 }, { at: 25, value: 2 }] } }),
      term('signal', 0.7, { signal: 'event' }, { gated: true, schedule: anneal, transforms: [{ kind: 'power', exponent: 1 }] }),
      term('pbrs', 2, { potential: 'potential' }, { schedule: { ...anneal, kind: 'cosine', to: 0.1 } }),
    ],
    gate: { ...condition('event', 0, { schedule: { ...anneal, to: 3 } }), also: [condition('outcome', 1, { inclusive: true })] },
  }),
};

/** The definition once more: terms priced alone and transformed, then conditions, weights and sums by hand. */
function plainReward(spec: SchemeSpec, { table, batch }: ReturnType<typeof sample>, iteration: number): number[][] {
  const alone = spec.terms.map((one) => {
    const own = priceBatch(batch, compileScheme({ ...spec, gate: null, terms: [{ reward: one.reward, label: '', weight: 1, params: one.params, gated: false }] }, plugins, table), EMPTY_SIDE).reward;
    return applyTransforms(own, one.transforms, batch, (size) => new Float64Array(size));
  });
  return Array.from({ length: batch.nTraj }, (_, i) => {
    const steps = Array.from({ length: batch.length[i] }, (__, t) => i * batch.maxLen + t);
    const total = (x: Float64Array) => steps.reduce((sum, k) => sum + x[k], 0);
    const open = ({ source, term: read, threshold, inclusive, softness, schedule }: ConditionSpec) => {
      const x = read !== undefined ? total(alone[read]) : steps.reduce((sum, k) => sum + (source === 'outcome' ? table.metrics['success'] : table.signals[source])[batch.row[k]], 0);
      const theta = scheduled(threshold, schedule, iteration);
      return softness > 0 ? 1 / (1 + Math.exp(-(x - theta) / softness)) : Number(inclusive ? x >= theta : x > theta);
    };
    const values = spec.gate ? [open(spec.gate), ...(spec.gate.also ?? []).map(open)] : [1];
    const gate = spec.gate?.combine === 'any' ? 1 - values.reduce((product, g) => product * (1 - g), 1) : values.reduce((product, g) => product * g, 1);
    return steps.map((k) => spec.terms.reduce((sum, one, j) => sum + scheduled(one.weight, one.schedule, iteration) * (one.gated && spec.gate ? gate : 1) * alone[j][k], 0));
  });
}

describe.each(Object.entries(specs))('a scheme with %s', (_, spec) => {
  it.each([0, 17, 40])('pays what its definition says, in iteration %d', (iteration) => {
    const made = sample(3);
    const priced = priceBatch(made.batch, compileScheme(spec, plugins, made.table), { ...EMPTY_SIDE, iteration });
    const expected = plainReward(spec, made, iteration);
    const { maxLen, length } = made.batch;
    expected.forEach((row, i) => {
      for (let t = 0; t < maxLen; t++) {
        if (t < length[i]) expect(priced.reward[i * maxLen + t]).toBeCloseTo(row[t], 11);
        else expect(priced.reward[i * maxLen + t]).toBe(0);
      }
    });
    const shares = spec.terms.map((__, j) => termReward(priced, j));
    priced.reward.forEach((r, k) => expect(shares.reduce((sum, share) => sum + share[k], 0)).toBeCloseTo(r, 11));
  });

  it('is the same to the bit from a pool of dirty arrays, whatever was priced before', () => {
    const made = sample(4);
    const compiled = compileScheme(spec, plugins, made.table);
    const side = { ...EMPTY_SIDE, iteration: 17 };
    const first = priceBatch(made.batch, compiled, side);
    const workspace = new Workspace();
    for (const iteration of [3, 17]) {
      const pooled = priceBatch(made.batch, compiled, { ...side, iteration }, { buffer: (size) => workspace.buffer(size).fill(NaN) });
      if (iteration === 17) expect([pooled.reward, pooled.advantage]).toEqual([first.reward, first.advantage]);
      workspace.releaseAll();
    }
  });

  it('explains every step: what is printed evaluates to what is shown', () => {
    const made = sample(5);
    for (const iteration of [0, 17]) {
      const priced = priceBatch(made.batch, compileScheme(spec, plugins, made.table), { ...EMPTY_SIDE, iteration }, { detail: true });
      const { nTraj, maxLen, length } = made.batch;
      for (let i = 0; i < nTraj; i += 3) {
        for (let t = 0; t < length[i]; t++) {
          const { terms, gate, reward, estimate, stages } = explainNumber(priced, made.table, i, t);
          const all: Explanation[] = [...terms.map((part) => part.explanation), ...(gate ? [gate] : []), reward, estimate, ...stages];
          expect(all.flatMap(explanationFaults)).toEqual([]);
          expect(reward.value).toBe(priced.reward[i * maxLen + t]);
          if (gate) expect(gate.value).toBe(priced.gate![i]);
        }
      }
    }
  });
});

describe('the printed formula', () => {
  const made = sample(5);
  const explain = (spec: SchemeSpec, iteration: number) => {
    const priced = priceBatch(made.batch, compileScheme(spec, plugins, made.table), { ...EMPTY_SIDE, iteration }, { detail: true });
    const i = priced.batch.length.findIndex((n) => n > 1);
    return explainNumber(priced, made.table, i, 0);
  };

  it('names each transform, each condition and each scheduled value', () => {
    const moving = explain(specs['everything moves'], 17);
    expect(moving.reward.lines.map((line) => line.label)).toEqual(['Weight of Outcome in iteration 17', 'Signal, raised to a power', 'Weight of Signal in iteration 17', 'Weight of Potential-based shaping in iteration 17', 'Reward']);
    expect(moving.reward.lines[2].substituted).toBe('0.7 + (0 − 0.7) × 0.35');
    expect(moving.gate!.lines.map((line) => line.symbol)).toEqual(['θ₁', 'g₁', 'g₂', 'g']);
    expect(explain(specs['any condition'], 0).gate!.lines.at(-1)!.formula).toBe('1 − Π (1 − gⱼ)');
    expect(explain(specs['any condition'], 0).gate!.note).toMatch(/total of Signal in this trajectory/);
  });
});

describe('a scheme without the newer fields', () => {
  const gate = { source: 'outcome', threshold: 0.5, inclusive: true, softness: 0 };
  const dense = [term('outcome', 1.5), term('signal', 0.7, { signal: 'cost' }, { gated: true }), term('signal', -0.4, { signal: 'event', cap: 2 }, { gated: true }), term('pbrs', 2, { potential: 'potential' })];
  it.each([
    ['open', scheme({ terms: dense })],
    ['gated', scheme({ terms: dense, gate })],
    ['softly gated', scheme({ terms: dense, gate: { ...gate, source: 'event', softness: 0.5 } })],
    ['gated alone', scheme({ terms: dense.slice(1, 3), gate })],
  ])('is priced to the bit as before there were any: %s', (_, spec) => {
    for (const seed of [1, 2, 3]) {
      const { table, batch } = sample(seed);
      const { nTraj, maxLen, length, row } = batch;
      const compiled = compileScheme(spec, plugins, table);
      // As the first release did: the rows' weighted sums first, then g · gated + open, then the terms that are no row's.
      const rowSum = (gated: boolean) => {
        const chosen = compiled.terms.filter((one) => one.perRow && (spec.gate !== null && one.spec.gated) === gated);
        if (chosen.length === 0) return null;
        const total = new Float64Array(table.rows);
        for (const one of chosen) for (let k = 0; k < table.rows; k++) total[k] += one.spec.weight * one.perRow![k];
        return total;
      };
      const [gatedRow, openRow] = [rowSum(true), rowSum(false)];
      const priced = priceBatch(batch, compiled, { ...EMPTY_SIDE, iteration: 7 });
      const expected = new Float64Array(nTraj * maxLen);
      for (let i = 0; i < nTraj; i++) {
        for (let k = i * maxLen; k < i * maxLen + length[i]; k++) {
          const g = priced.gate ? priced.gate[i] : 1;
          expected[k] = openRow && gatedRow ? g * gatedRow[row[k]] + openRow[row[k]] : openRow ? openRow[row[k]] : gatedRow ? g * gatedRow[row[k]] : 0;
        }
      }
      compiled.terms.forEach((one, j) => {
        const own = priced.priced[j]?.reward;
        if (!own) return;
        for (let i = 0; i < nTraj; i++) {
          const factor = one.spec.weight * (spec.gate && one.spec.gated ? priced.gate![i] : 1);
          for (let k = i * maxLen; k < i * maxLen + length[i]; k++) expected[k] += factor * own[k];
        }
      });
      expect(priced.reward).toEqual(expected);
    }
  });

  it('means the same as one whose newer fields say nothing', () => {
    const { table, batch } = sample(2);
    const old = scheme({ terms: dense, gate });
    const said: SchemeSpec = { ...old, terms: old.terms.map((one) => ({ ...one, transforms: [] })), gate: { ...gate, also: [], combine: 'all' } };
    const price = (spec: SchemeSpec) => priceBatch(batch, compileScheme(spec, plugins, table), EMPTY_SIDE);
    expect(price(said).advantage).toEqual(price(old).advantage);
  });

  it('says which term a gate reads that is not there', () => {
    const { table } = sample(1);
    expect(() => compileScheme(scheme({ gate: condition('', 0, { term: 3 }) }), plugins, table)).toThrow('The gate reads term 4, and the scheme has 1.');
  });
});
