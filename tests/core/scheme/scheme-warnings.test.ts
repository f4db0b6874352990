/**
 * Every warning appears for a scheme that breaks its law and is silent for one that is nearly the same; where a warning
 * claims something about numbers, pricing shows that it is so; and what it offers to do removes it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { TableBatch } from '../../../src/core/batch/table-batch';
import type { Table } from '../../../src/core/contracts/scenario';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment } from '../../../src/core/experiment/resolve';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { withWeight } from '../../../src/core/scheme/batch-warnings';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { EMPTY_SIDE, priceBatch, termReward, type PricedBatch } from '../../../src/core/scheme/price-batch';
import { schemeWarnings, type Law } from '../../../src/core/scheme/scheme-warnings';
import type { GateSpec, SchemeSpec, TermSpec } from '../../../src/core/scheme/scheme-spec';

const plugins = allPlugins();
const worlds: Record<string, { table: Table; batch: TableBatch }> = {};

beforeAll(async () => {
  for (const id of ['boat-race', 'key-door']) {
    const { table, initialLogits } = resolveExperiment((await loadPreset(id))!.spec, plugins);
    const policy = softmaxPolicy(initialLogits, table.S, table.A);
    const played = rollout(table, policy.threshold, { nTraj: 64, groupSize: 16, seed: 0, learner: 0, iteration: 0 });
    worlds[id] = { table, batch: new TableBatch(table, played) };
  }
});

const term = (reward: string, weight: number, params: TermSpec['params'] = {}, over: Partial<TermSpec> = {}): TermSpec => ({ reward, label: '', weight, params, gated: false, ...over });
const outcome = term('outcome', 1);
const cp = (weight: number, over: Partial<TermSpec> = {}) => term('signal', weight, { signal: 'cp' }, over);
const shaping = (params: TermSpec['params'] = {}, over: Partial<TermSpec> = {}) => term('pbrs', 1, { potential: 'inf', ...params }, over);
const gate: GateSpec = { source: 'outcome', threshold: 0, inclusive: false, softness: 0 };
const GRPO = { id: 'grpo', params: { ddof: 0, singleton: 'zero' } };
const MEAN_ONLY = { id: 'dr-grpo', params: {} };
const GAE = { id: 'gae', params: { lambda: 0.9 } };
const scheme = (terms: readonly TermSpec[], over: Partial<SchemeSpec> = {}): SchemeSpec => ({
  name: 'Test',
  terms,
  gate: null,
  gamma: 1,
  gammaLinked: true,
  estimator: MEAN_ONLY,
  value: 'zero',
  whiten: 'none',
  clip: null,
  muted: false,
  ...over,
});

function price(spec: SchemeSpec, world: string): PricedBatch {
  const { table, batch } = worlds[world];
  return priceBatch(batch, compileScheme(spec, plugins, table), EMPTY_SIDE);
}
function warnings(spec: SchemeSpec, world: string) {
  const priced = price(spec, world);
  return schemeWarnings(priced.scheme, { table: worlds[world].table, iterations: 100, priced });
}
const anneal = (start: number) => ({ kind: 'linear', start, end: start + 50, to: 0 }) as const;
const squash = { kind: 'sigmoid', centre: 0, temperature: 1 } as const;
const first = { kind: 'first', count: 1 } as const;
const gathered = { kind: 'gather', how: 'sum' } as const;
const standard = { kind: 'standardise', over: 'group', of: 'totals' } as const;

interface Case {
  readonly law: Law;
  readonly world: 'boat-race' | 'key-door';
  readonly field: string;
  readonly says: RegExp;
  readonly breaks: SchemeSpec;
  /** Nearly the same scheme, which keeps the law. */
  readonly keeps: SchemeSpec;
}
const cases: readonly Case[] = [
  { law: 'gate-over-potential', world: 'key-door', field: '/terms/1/gated', says: /what is optimal changes/, breaks: scheme([outcome, shaping({}, { gated: true })], { gate }), keeps: scheme([outcome, shaping(), term('signal', 0.3, { signal: 'sub' }, { gated: true })], { gate }) },
  { law: 'transform-over-potential', world: 'key-door', field: '/terms/1/transforms/0', says: /keeps the differences from cancelling/, breaks: scheme([outcome, shaping({}, { transforms: [{ kind: 'clip', low: 0, high: null }] })]), keeps: scheme([outcome, shaping({}, { transforms: [gathered] })]) },
  { law: 'potential-at-time-out', world: 'key-door', field: '/terms/1/params/zeroTimeout', says: /stopping in a high place pays/, breaks: scheme([outcome, shaping({ zeroTimeout: false })]), keeps: scheme([outcome, shaping()]) },
  { law: 'potential-at-the-end', world: 'key-door', field: '/terms/1/params/zeroTerminal', says: /where the task ends/, breaks: scheme([outcome, shaping({ zeroTerminal: false })]), keeps: scheme([outcome, shaping({ zeroTerminal: true })]) },
  { law: 'discounts-differ', world: 'key-door', field: '/gamma', says: /without a discount/, breaks: scheme([outcome, shaping()], { gamma: 0.9 }), keeps: scheme([outcome, shaping()], { gamma: 0.9, estimator: GAE }) },
  { law: 'discounts-differ', world: 'key-door', field: '/terms/1/params/gamma', says: /by 0\.8 and .+ by 0\.99/, breaks: scheme([outcome, shaping({ gamma: 0.8 })], { gammaLinked: false, estimator: { id: 'gae', params: { gamma: 0.99 } } }), keeps: scheme([outcome, shaping({ gamma: 0.99 })], { gammaLinked: false, estimator: { id: 'gae', params: { gamma: 0.99 } } }) },
  { law: 'pays-for-length', world: 'boat-race', field: '/terms/1/transforms/0', says: /now pays 0\.1: the longer, the more/, breaks: scheme([outcome, cp(0.2, { transforms: [squash] })]), keeps: scheme([outcome, cp(0.2, { transforms: [gathered, squash] })]) },
  { law: 'outcome-twice', world: 'boat-race', field: '/terms/1/params/outcomeWeight', says: /counted twice/, breaks: scheme([outcome, term('prm-clip', 0.2, { prm: 'cp', outcomeWeight: 1 })]), keeps: scheme([outcome, term('prm-clip', 0.2, { prm: 'cp', outcomeWeight: 0 })]) },
  { law: 'term-twice', world: 'boat-race', field: '/terms/2', says: /same reward as term 2/, breaks: scheme([outcome, cp(0.2), cp(0.1)]), keeps: scheme([outcome, cp(0.2), cp(0.1, { transforms: [first] })]) },
  { law: 'farmable', world: 'boat-race', field: '/terms/1', says: /pays .+ a step without end/, breaks: scheme([outcome, cp(0.2)]), keeps: scheme([outcome, cp(0.2, { transforms: [first] })]) },
  { law: 'scale-erased', world: 'boat-race', field: '/terms/0/weight', says: /changes nothing but the sign/, breaks: scheme([cp(0.2)], { estimator: GRPO }), keeps: scheme([cp(0.2), outcome], { estimator: GRPO }) },
  { law: 'scale-erased', world: 'boat-race', field: '/terms/0/weight', says: /whitening divides/, breaks: scheme([cp(0.2)], { whiten: 'batch' }), keeps: scheme([cp(0.2)]) },
  { law: 'normalised-twice', world: 'boat-race', field: '/terms/1/transforms/0', says: /GRPO normalises again/, breaks: scheme([outcome, cp(0.2, { transforms: [standard] })], { estimator: GRPO }), keeps: scheme([outcome, cp(0.2, { transforms: [standard] })]) },
  { law: 'normalised-twice', world: 'boat-race', field: '/whiten', says: /divides again/, breaks: scheme([outcome, cp(0.2)], { estimator: GRPO, whiten: 'batch' }), keeps: scheme([outcome, cp(0.2)], { whiten: 'batch' }) },
  { law: 'term-cancelled', world: 'boat-race', field: '/terms/1', says: /every advantage is the same/, breaks: scheme([cp(1), term('step-cost', 0.1, {}, { transforms: [gathered, { kind: 'sign' }] })]), keeps: scheme([cp(1), term('step-cost', 0.1)]) },
  { law: 'shaping-cancelled', world: 'key-door', field: '/terms/1', says: /not one advantage changes/, breaks: scheme([term('signal', 1, { signal: 'sub' }), shaping()]), keeps: scheme([term('signal', 1, { signal: 'sub' }), shaping()], { estimator: GAE }) },
  { law: 'dominant-term', world: 'boat-race', field: '/terms/1/weight', says: /makes \d+% of the advantage’s variance/, breaks: scheme([outcome, cp(20)]), keeps: scheme([outcome, cp(0.02)]) },
  { law: 'dead-term', world: 'boat-race', field: '/terms/1/weight', says: /weight 0/, breaks: scheme([outcome, cp(0)]), keeps: scheme([outcome, cp(0, { schedule: { kind: 'linear', start: 0, end: 50, to: 1 } })]) },
  { law: 'dead-term', world: 'boat-race', field: '/terms/1', says: /nothing on any of these rollouts/, breaks: scheme([outcome, cp(1, { transforms: [{ kind: 'clip', low: null, high: 0 }] })]), keeps: scheme([outcome, cp(1, { transforms: [{ kind: 'clip', low: null, high: 1 }] })]) },
  { law: 'gate-of-nothing', world: 'boat-race', field: '/gate', says: /No term is held back/, breaks: scheme([outcome, cp(0.2)], { gate }), keeps: scheme([outcome, cp(0.2, { gated: true })], { gate }) },
  { law: 'gate-never-opens', world: 'boat-race', field: '/gate', says: /shut for all 64 rollouts/, breaks: scheme([outcome, cp(0.2, { gated: true })], { gate: { ...gate, source: 'cp', threshold: 1000 } }), keeps: scheme([outcome, cp(0.2, { gated: true })], { gate: { ...gate, source: 'cp', threshold: 3 } }) },
  { law: 'gate-always-open', world: 'boat-race', field: '/gate', says: /open for all 64 rollouts/, breaks: scheme([outcome, cp(0.2, { gated: true })], { gate: { ...gate, source: 'cp', threshold: -1 } }), keeps: scheme([outcome, cp(0.2, { gated: true })], { gate: { ...gate, source: 'cp', threshold: 3 } }) },
  { law: 'schedule-and-value', world: 'boat-race', field: '/value', says: /solved anew in each/, breaks: scheme([outcome, cp(0.2, { schedule: anneal(0) })], { estimator: GAE, value: 'exact' }), keeps: scheme([outcome, cp(0.2)], { estimator: GAE, value: 'exact' }) },
  { law: 'schedule-outside-run', world: 'boat-race', field: '/terms/1/schedule', says: /iteration 120, and a run has 100/, breaks: scheme([outcome, cp(0.2, { schedule: anneal(120) })]), keeps: scheme([outcome, cp(0.2, { schedule: anneal(20) })]) },
];

// GAE with an exact V needs one from the table; warnings that look at the batch alone do not.
const zeroed = (spec: SchemeSpec): SchemeSpec => (spec.value === 'exact' ? { ...spec, value: 'zero' } : spec);
function found(spec: SchemeSpec, { world, law }: Case) {
  const all = spec.value === 'exact' ? schemeWarnings(compileScheme(spec, plugins, worlds[world].table), { table: worlds[world].table }) : warnings(zeroed(spec), world);
  return all.filter((warning) => warning.law === law);
}

describe.each(cases.map((one, k) => [`${one.law} at ${one.field} (${k + 1})`, one] as const))('%s', (_, one) => {
  it('is said where the law is broken, at the field that breaks it', () => {
    const here = found(one.breaks, one).filter(({ field }) => field === one.field);
    expect(here).toHaveLength(1);
    expect(here[0].sentence).toMatch(one.says);
    expect(here[0].sentence.endsWith('.') && here[0].advice.endsWith('.')).toBe(true);
  });

  it('is silent for nearly the same scheme', () => {
    expect(found(one.keeps, one).filter(({ field }) => field === one.field)).toEqual([]);
  });

  it('is gone after what it offers to do', () => {
    const { remedy } = found(one.breaks, one).find(({ field }) => field === one.field)!;
    if (!remedy) return expect(['gate-never-opens', 'dominant-term', 'term-cancelled', 'shaping-cancelled', 'schedule-and-value', 'schedule-outside-run', 'scale-erased', 'dead-term']).toContain(one.law);
    const after = remedy.change(one.breaks);
    expect(found(after, one).filter(({ sentence }) => one.says.test(sentence))).toEqual([]);
    expect(JSON.parse(JSON.stringify(after))).toEqual(after);
  });
});

it('has a case for every law', () => {
  const laws: Law[] = ['gate-over-potential', 'transform-over-potential', 'potential-at-time-out', 'potential-at-the-end', 'discounts-differ', 'pays-for-length', 'outcome-twice', 'term-twice', 'farmable', 'scale-erased', 'normalised-twice', 'term-cancelled', 'shaping-cancelled', 'dominant-term', 'dead-term', 'gate-of-nothing', 'gate-never-opens', 'gate-always-open', 'schedule-and-value', 'schedule-outside-run'];
  expect([...new Set(cases.map((one) => one.law))].sort()).toEqual(laws.sort());
});

describe('what the warnings claim is so', () => {
  const caseOf = (law: Law) => cases.find((one) => one.law === law)!;
  const biggest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = (a: Float64Array, b: Float64Array) => biggest(a.map((x, k) => x - b[k]));
  /** Totals of one term's share, by trajectory. */
  const totals = (priced: PricedBatch, k: number) => {
    const share = termReward(priced, k);
    const { nTraj, maxLen, length } = priced.batch;
    return Float64Array.from({ length: nTraj }, (_, i) => share.subarray(i * maxLen, i * maxLen + length[i]).reduce((sum, x) => sum + x, 0));
  };
  const spread = (x: Float64Array) => Math.max(...x) - Math.min(...x);

  it.each(cases.filter((one) => one.law === 'scale-erased').map((one) => [one]))('a lone weight changes nothing where it is divided out, and something where it is not', (one) => {
    const scaled = (spec: SchemeSpec, by: number) => {
      const { scheme: compiled, batch } = price(spec, one.world);
      return priceBatch(batch, withWeight(compiled, 0, by * spec.terms[0].weight), EMPTY_SIDE).advantage;
    };
    expect(apart(scaled(one.breaks, 1), scaled(one.breaks, 7))).toBeLessThan(1e-4);
    expect(apart(scaled(one.keeps, 1), scaled(one.keeps, 7))).toBeGreaterThan(0.01);
    expect(apart(scaled(one.breaks, -1), scaled(one.breaks, 1).map((x) => -x))).toBeLessThan(1e-9);
  });

  it.each(['term-cancelled', 'shaping-cancelled'] as const)('%s: without the term every advantage is the same', (law) => {
    const one = caseOf(law);
    const without = (spec: SchemeSpec) => price({ ...spec, terms: spec.terms.slice(0, 1) }, one.world).advantage;
    expect(biggest(termReward(price(one.breaks, one.world), 1))).toBeGreaterThan(0.01);
    expect(apart(price(one.breaks, one.world).advantage, without(one.breaks))).toBeLessThan(1e-9);
    expect(apart(price(one.keeps, one.world).advantage, without(one.keeps))).toBeGreaterThan(1e-3);
  });

  it('a potential adds up to the same for all that start alike, until a law about potentials is broken', () => {
    expect(spread(totals(price(scheme([outcome, shaping()]), 'key-door'), 1))).toBeLessThan(1e-9);
    for (const law of ['transform-over-potential', 'potential-at-time-out', 'discounts-differ'] as const) {
      expect(spread(totals(price(caseOf(law).breaks, 'key-door'), 1))).toBeGreaterThan(0.05);
    }
    const half = { ...gate, source: 'sub', threshold: 0, inclusive: false };
    expect(spread(totals(price(scheme([outcome, shaping({}, { gated: true })], { gate: half }), 'key-door'), 1))).toBeGreaterThan(0.05);
  });

  it('an idle step pays exactly what is said', () => {
    const one = caseOf('pays-for-length');
    const priced = price(one.breaks, one.world);
    const own = termReward(price(scheme([outcome, cp(1)]), one.world), 1);
    const share = termReward(priced, 1);
    const { maxLen, length, nTraj } = priced.batch;
    const idle = Array.from({ length: nTraj }, (_, i) => i).flatMap((i) => Array.from({ length: length[i] }, (_, t) => i * maxLen + t).filter((k) => own[k] === 0));
    expect(idle.length).toBeGreaterThan(100);
    for (const k of idle) expect(share[k]).toBeCloseTo(0.1, 12);
  });

  it('going in circles pays what is said: a policy that does only that collects it', () => {
    const { sentence } = warnings(caseOf('farmable').breaks, 'boat-race').find(({ law }) => law === 'farmable')!;
    const perStep = Number(/pays ([\d.]+) a step/.exec(sentence)![1]);
    const { table } = worlds['boat-race'];
    // The best that stationary play can collect over a long time, by value iteration over rows that go on.
    let value = new Float64Array(table.S);
    const rounds = 4000;
    for (let n = 0; n < rounds; n++) {
      const next = new Float64Array(table.S).fill(-Infinity);
      for (let row = 0; row < table.rows; row++) if (!table.rowDone[row]) next[table.rowState[row]] = Math.max(next[table.rowState[row]], 0.2 * table.signals['cp'][row] + value[table.rowNext[row]]);
      value = next.map((x) => (x === -Infinity ? -1e9 : x));
    }
    expect(Math.max(...value) / rounds).toBeCloseTo(perStep, 2);
  });

  it('a scheme of the first presets that does what it should has no warning that breaks a law', async () => {
    const { spec, library } = (await loadPreset('key-door-gae'))!;
    for (const name of ['sparse', 'pbrs-man', 'pbrs-inf']) {
      const good = [...spec.schemes, ...library].find((one) => one.name === name)!;
      expect(warnings({ ...good, value: 'zero' }, 'key-door').filter(({ level }) => level === 'breaks')).toEqual([]);
    }
    const bad = [...spec.schemes, ...library].find((one) => one.name === 'pbrs-man-nozero')!;
    expect(warnings({ ...bad, value: 'zero' }, 'key-door').map(({ law }) => law)).toContain('potential-at-time-out');
  });
});
