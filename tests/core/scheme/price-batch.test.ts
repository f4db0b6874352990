/**
 * Pricing a batch against a second, plain implementation of the same definition, and every number's
 * explanation against the number.
 */
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { MissingColumnError } from '../../../src/core/batch/columns-for';
import { TableBatch } from '../../../src/core/batch/table-batch';
import { Workspace } from '../../../src/core/batch/workspace';
import type { Explanation } from '../../../src/core/contracts/explanation';
import { rollout } from '../../../src/core/mdp/rollout';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { explainNumber } from '../../../src/core/scheme/explain-number';
import { EMPTY_SIDE, priceBatch, returnsOf, termReward, type Side } from '../../../src/core/scheme/price-batch';
import type { SchemeSpec, TermSpec } from '../../../src/core/scheme/scheme-spec';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { explanationFaults } from '../../support/evaluate-explanation';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const plugins = allPlugins();
const term = (reward: string, weight: number, params: TermSpec['params'] = {}, gated = false): TermSpec => ({ reward, label: '', weight, params, gated });
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

function sample(seed: number) {
  const table = randomMdp(seed);
  const policy = randomPolicy(table, seed);
  const played = rollout(table, policy.threshold, { nTraj: 24, groupSize: 6, seed, learner: 0, iteration: 0 });
  return { table, policy, batch: new TableBatch(table, played) };
}

const dense = [term('outcome', 1.5), term('signal', 0.7, { signal: 'cost' }, true), term('signal', -0.4, { signal: 'event', cap: 2 }, true)];
const gate = { source: 'outcome', threshold: 0.5, inclusive: true, softness: 0 };
const specs: Record<string, SchemeSpec> = {
  sparse: scheme({}),
  dense: scheme({ terms: dense }),
  gated: scheme({ terms: dense, gate }),
  'soft gate on a signal': scheme({ terms: dense, gate: { source: 'event', threshold: 1.5, inclusive: false, softness: 0.5 } }),
  potential: scheme({ terms: [...dense, term('pbrs', 2, { potential: 'potential' })], gate }),
  whitened: scheme({ terms: dense, whiten: 'batch', clip: 0.8, estimator: { id: 'mc-return', params: {} } }),
  critic: scheme({ terms: dense, value: 'exact', estimator: { id: 'gae', params: { lambda: 0.7 } } }),
  'nothing paid': scheme({ terms: [] }),
};

function sideOf(spec: SchemeSpec, { table, policy }: ReturnType<typeof sample>): Side {
  if (spec.value !== 'exact') return EMPTY_SIDE;
  return { ...EMPTY_SIDE, value: evaluatePolicy(table, policy.probability, table.signals['event'], { gamma: spec.gamma }).value };
}

/** The definition of a scheme's reward, step by step, with nothing shared but the table. */
function plainReward(spec: SchemeSpec, { table, batch }: ReturnType<typeof sample>): number[][] {
  return Array.from({ length: batch.nTraj }, (_, i) => {
    const rows = Array.from(batch.row.subarray(i * batch.maxLen, i * batch.maxLen + batch.length[i]));
    const total = (column: Float64Array) => rows.reduce((sum, row) => sum + column[row], 0);
    const outcome = total(table.metrics['success']);
    const measure = spec.gate?.source === 'outcome' ? outcome : total(table.signals['event']);
    const g = !spec.gate ? 1 : spec.gate.softness > 0 ? 1 / (1 + Math.exp(-(measure - spec.gate.threshold) / spec.gate.softness)) : measure >= spec.gate.threshold ? 1 : 0;
    let events = 0;
    return rows.map((row, t) => {
      const last = t === rows.length - 1;
      let r = 0;
      for (const { reward, weight, params, gated } of spec.terms) {
        const factor = weight * (gated && spec.gate ? g : 1);
        if (reward === 'outcome') r += last ? factor * outcome : 0;
        else if (reward === 'pbrs') {
          const phi = table.stateTables['potential'];
          r += factor * ((last ? 0 : spec.gamma * phi[table.rowNext[row]]) - phi[table.rowState[row]]);
        } else if (params['cap'] === 2) {
          const x = table.signals['event'][row];
          r += x !== 0 && events < 2 ? factor * x : 0;
          if (x !== 0) events += 1;
        } else r += factor * table.signals['cost'][row];
      }
      return r;
    });
  });
}

describe.each(Object.entries(specs))('a scheme (%s)', (_, spec) => {
  it.each([1, 2, 3])('pays what its definition says, seed %d', (seed) => {
    const made = sample(seed);
    const compiled = compileScheme(spec, plugins, made.table);
    const priced = priceBatch(made.batch, compiled, sideOf(spec, made));
    const expected = plainReward(spec, made);
    const { maxLen, length } = made.batch;
    for (let i = 0; i < made.batch.nTraj; i++) {
      for (let t = 0; t < maxLen; t++) {
        const k = i * maxLen + t;
        if (t < length[i]) expect(priced.reward[k]).toBeCloseTo(expected[i][t], 12);
        else expect([priced.reward[k], priced.advantage[k]]).toEqual([0, 0]);
      }
    }
    const shares = spec.terms.map((__, j) => termReward(priced, j));
    priced.reward.forEach((r, k) => expect(shares.reduce((sum, share) => sum + share[k], 0)).toBeCloseTo(r, 12));
  });

  it('is the same to the bit from a pool of dirty arrays, again and again', () => {
    const made = sample(4);
    const compiled = compileScheme(spec, plugins, made.table);
    const fresh = priceBatch(made.batch, compiled, sideOf(spec, made));
    const workspace = new Workspace();
    for (let round = 0; round < 3; round++) {
      const pooled = priceBatch(made.batch, compiled, sideOf(spec, made), { buffer: (size) => workspace.buffer(size).fill(NaN) });
      expect(pooled.advantage).toEqual(fresh.advantage);
      expect(pooled.reward).toEqual(fresh.reward);
      workspace.releaseAll();
    }
  });

  it('explains every step: what is printed evaluates to what is shown', () => {
    const made = sample(5);
    const compiled = compileScheme(spec, plugins, made.table);
    const priced = priceBatch(made.batch, compiled, sideOf(spec, made), { detail: true });
    const { nTraj, maxLen, length } = made.batch;
    for (let i = 0; i < nTraj; i += 3) {
      for (let t = 0; t < length[i]; t++) {
        const { terms, gate: opened, reward, estimate, stages, advantage } = explainNumber(priced, made.table, i, t);
        const all: Explanation[] = [...terms.map((part) => part.explanation), ...(opened ? [opened] : []), reward, estimate, ...stages];
        expect(all.flatMap(explanationFaults)).toEqual([]);
        expect(reward.value).toBe(priced.reward[i * maxLen + t]);
        expect((stages.at(-1) ?? estimate).value).toBeCloseTo(advantage, 9);
      }
    }
  });
});

describe('pricing', () => {
  it('gives every scheme of the lab one γ: the potential and the estimator follow it', () => {
    const { table } = sample(1);
    const linked = compileScheme({ ...specs.potential, gamma: 0.5, estimator: { id: 'gae', params: {} } }, plugins, table);
    expect(linked.terms.at(-1)!.params['gamma']).toBe(0.5);
    expect(linked.estimatorParams['gamma']).toBe(0.5);
    const free = { ...specs.potential, gamma: 0.5, gammaLinked: false, estimator: { id: 'gae', params: { gamma: 0.8 } } };
    expect(compileScheme(free, plugins, table).estimatorParams['gamma']).toBe(0.8);
  });

  it('makes potential-based shaping vanish from the return: Σ γᵗ F = −Φ(s_0)', () => {
    const made = sample(6);
    const spec = scheme({ terms: [term('pbrs', 1, { potential: 'potential' })], estimator: { id: 'mc-return', params: {} } });
    const priced = priceBatch(made.batch, compileScheme(spec, plugins, made.table), EMPTY_SIDE);
    const returns = returnsOf(priced);
    for (let i = 0; i < made.batch.nTraj; i++) {
      const start = made.table.rowState[made.batch.row[i * made.batch.maxLen]];
      expect(returns[i * made.batch.maxLen]).toBeCloseTo(-made.table.stateTables['potential'][start], 12);
    }
  });

  it('names a signal the scenario lacks, and a potential it does not have', () => {
    const made = sample(1);
    const wrongSignal = scheme({ terms: [term('signal', 1, { signal: 'buoy' })] });
    expect(() => compileScheme(wrongSignal, plugins, made.table)).toThrow(/^This scenario has no signal "buoy"\. Its signals are: /);
    expect(() => compileScheme(wrongSignal, plugins, made.table)).toThrow(MissingColumnError);
    const wrongTable = scheme({ terms: [term('pbrs', 1, { potential: 'potental' })] });
    expect(() => compileScheme(wrongTable, plugins, made.table)).toThrow(/Did you mean "potential"/);
    const wrongGate = compileScheme(scheme({ terms: dense, gate: { ...gate, source: 'medal' } }), plugins, made.table);
    expect(() => priceBatch(made.batch, wrongGate, EMPTY_SIDE)).toThrow(/medal/);
  });

  it('reports values beyond their limits by field and clamps them', () => {
    const { table } = sample(1);
    const { problems, estimatorParams } = compileScheme(scheme({ estimator: { id: 'gae', params: { lambda: 7 } } }), plugins, table);
    expect(estimatorParams['lambda']).toBe(1);
    expect(problems).toEqual([{ field: '/estimator/params/lambda', message: expect.stringMatching(/outside 0 to 1/) }]);
  });
});
