import { beforeAll, describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { TableBatch } from '../../../src/core/batch/table-batch';
import type { Table } from '../../../src/core/contracts/scenario';
import { loadPreset } from '../../../src/core/experiment/presets';
import { resolveExperiment } from '../../../src/core/experiment/resolve';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { compileScheme } from '../../../src/core/scheme/compile-scheme';
import { ExactValue, whyNoExactValue } from '../../../src/core/scheme/exact-value';
import { EMPTY_SIDE, priceBatch } from '../../../src/core/scheme/price-batch';
import type { SchemeSpec, TermSpec } from '../../../src/core/scheme/scheme-spec';

const plugins = allPlugins();
const schemes = new Map<string, SchemeSpec>();
const tables = new Map<string, Table>();

beforeAll(async () => {
  for (const id of ['boat-race', 'key-door', 'swe-agent', 'math-steps']) {
    const preset = (await loadPreset(id))!;
    for (const scheme of [...preset.spec.schemes, ...preset.library]) schemes.set(`${id}/${scheme.name}`, scheme);
    tables.set(id, resolveExperiment(preset.spec, plugins).table);
  }
});

const schemeOf = (name: string) => schemes.get(name)!;

function randomPolicy(table: Table, seed: number) {
  const stream = mixSeed(seed);
  const logits = Float64Array.from({ length: table.S * table.A }, () => 3 * nextUniform(stream) - 1.5);
  return softmaxPolicy(logits, table.S, table.A).probability;
}

/**
 * E[Σ γᵗ r_t] of a scheme from a state, by playing every possible trajectory of at most `horizon` steps and
 * pricing it with the very function that prices batches.
 */
function enumerate(table: Table, spec: SchemeSpec, probability: Float64Array, state: number, horizon: number): number {
  const short = { ...table, horizon };
  const compiled = compileScheme(spec, plugins, short);
  const paths: { rows: number[]; weight: number; done: number }[] = [];
  const walk = (s: number, rows: number[], weight: number): void => {
    for (let a = 0; a < table.A; a++) {
      for (let row = table.rowStart[s * table.A + a]; row < table.rowStart[s * table.A + a + 1]; row++) {
        const chance = weight * probability[s * table.A + a] * table.rowProbability[row];
        const path = [...rows, row];
        if (table.rowDone[row] || path.length === horizon) paths.push({ rows: path, weight: chance, done: table.rowDone[row] });
        else walk(table.rowNext[row], path, chance);
      }
    }
  };
  walk(state, [], 1);
  const nTraj = paths.length;
  const row = new Uint32Array(nTraj * horizon);
  paths.forEach((path, i) => row.set(path.rows, i * horizon));
  const batch = new TableBatch(short, {
    nTraj,
    maxLen: horizon,
    groupSize: 1,
    row,
    length: Int32Array.from(paths, (path) => path.rows.length),
    terminated: Uint8Array.from(paths, (path) => path.done),
    start: new Uint32Array(nTraj).fill(state),
  });
  const { reward } = priceBatch(batch, compiled, EMPTY_SIDE);
  let expected = 0;
  paths.forEach((path, i) => {
    let total = 0;
    for (let t = path.rows.length - 1; t >= 0; t--) total = reward[i * horizon + t] + spec.gamma * total;
    expected += path.weight * total;
  });
  return expected;
}

describe('the exact value of a scheme’s own reward', () => {
  it.each([
    ['boat-race', 'boat-race/dense', [0, 4, 9], 8],
    ['boat-race', 'boat-race/gated', [3, 6, 9], 8],
    ['boat-race', 'boat-race/pbrs', [0, 5, 10], 8],
    ['swe-agent', 'swe-agent/gated-0.3', [0, 5], 4],
    ['swe-agent', 'swe-agent/plain', [0, 8], 4],
    ['math-steps', 'math-steps/sum', [0, 7], 4],
    ['math-steps', 'math-steps/clip', [0, 7], 4],
    ['key-door', 'key-door/pbrs-man-nozero', [0, 80], 5],
  ] as const)('%s: %s equals the mean over every trajectory', (id, name, states, horizon) => {
    const table = tables.get(id)!;
    for (const gamma of [1, 0.9]) {
      const spec: SchemeSpec = { ...schemeOf(name), gamma, estimator: { id: 'mc-return', params: {} } };
      const probability = randomPolicy(table, 11);
      const short = { ...table, horizon };
      const value = new ExactValue(compileScheme(spec, plugins, short), short).evaluate(probability);
      for (const state of states) expect(value[state]).toBeCloseTo(enumerate(table, spec, probability, state, horizon), 12);
    }
  });

  it.each([
    ['boat-race', 'dense, squashed and shifted', 'boat-race/dense', [0, 4], 7, (spec: SchemeSpec): SchemeSpec => ({
      ...spec,
      terms: spec.terms.map((term, k) => (k === 1 ? { ...term, transforms: [{ kind: 'shift', by: -0.1 }, { kind: 'sigmoid', centre: 0.2, temperature: 0.3 }] } : term)),
    })],
    ['boat-race', 'pbrs clipped', 'boat-race/pbrs', [0, 5], 7, (spec: SchemeSpec): SchemeSpec => ({
      ...spec,
      terms: spec.terms.map((term) => ({ ...term, transforms: [{ kind: 'clip', low: -0.05, high: 0.1 }] })),
    })],
    ['boat-race', 'gated by two conditions, one of them a term', 'boat-race/gated', [3, 6], 7, (spec: SchemeSpec): SchemeSpec => ({
      ...spec,
      gate: { ...spec.gate!, softness: 0.4, also: [{ source: '', term: 0, threshold: 0.3, inclusive: true, softness: 0.2 }], combine: 'any' },
    })],
  ] as const)('%s: %s equals the mean over every trajectory', (id, _, name, states, horizon, change) => {
    const table = tables.get(id)!;
    const short = { ...table, horizon };
    const spec = { ...change(schemeOf(name)), gamma: 0.9, estimator: { id: 'mc-return', params: {} } };
    const compiled = compileScheme(spec, plugins, short);
    expect(whyNoExactValue(compiled, short)).toBeNull();
    const probability = randomPolicy(table, 11);
    const value = new ExactValue(compiled, short).evaluate(probability);
    for (const state of states) expect(value[state]).toBeCloseTo(enumerate(table, spec, probability, state, horizon), 12);
  });

  it('follows a schedule: in each iteration it is that of the reward as it is then', () => {
    const table = tables.get('boat-race')!;
    const dense = schemeOf('boat-race/dense');
    const at = (weight: number): SchemeSpec => ({ ...dense, terms: dense.terms.map((term, k) => (k === 1 ? { ...term, weight } : term)) });
    const moving: SchemeSpec = { ...at(0.4), terms: at(0.4).terms.map((term, k) => (k === 1 ? { ...term, schedule: { kind: 'linear', start: 0, end: 100, to: 0 } } : term)) };
    const probability = randomPolicy(table, 5);
    const exact = new ExactValue(compileScheme(moving, plugins, table), table);
    for (const [iteration, weight] of [[0, 0.4], [50, 0.2], [100, 0], [25, 0.3]] as const) {
      const expected = new ExactValue(compileScheme(at(weight), plugins, table), table).evaluate(probability);
      exact.evaluate(probability, iteration).forEach((x, k) => expect(x).toBeCloseTo(expected[k], 12));
    }
  });

  it('does not exist where a transform looks around or a gate reads a term along the way, and says so', () => {
    const table = tables.get('boat-race')!;
    const dense = schemeOf('boat-race/dense');
    const why = (spec: SchemeSpec) => whyNoExactValue(compileScheme(spec, plugins, table), table);
    const with1 = (...transforms: NonNullable<TermSpec['transforms']>): SchemeSpec => ({ ...dense, terms: dense.terms.map((term, k) => (k === 1 ? { ...term, transforms } : term)) });
    expect(why(with1({ kind: 'first', count: 3 }))).toMatch(/counts how often it has paid/);
    expect(why(with1({ kind: 'gather', how: 'sum' }))).toMatch(/paid at the end for what came before/);
    expect(why(with1({ kind: 'standardise', over: 'group', of: 'steps' }))).toMatch(/compared with the other trajectories/);
    expect(why(with1({ kind: 'clip', low: 0, high: 1 }))).toBeNull();
    const gated = schemeOf('boat-race/gated');
    const reads = (term: number) => why({ ...gated, gate: { ...gated.gate!, also: [{ source: '', term, threshold: 0, inclusive: true, softness: 0 }] } });
    expect(reads(0)).toBeNull();
    expect(reads(1)).toMatch(/adds up the reward of ".+" along the way/);
  });

  it('is the value of the truth less the potential, for a potential zeroed at every end', () => {
    const table = tables.get('key-door')!;
    const probability = randomPolicy(table, 3);
    const truth = evaluatePolicy(table, probability, table.metrics[table.truth]);
    const value = new ExactValue(compileScheme(schemeOf('key-door/pbrs-inf'), plugins, table), table).evaluate(probability);
    const potential = table.stateTables['inf'];
    for (let t = 0; t < table.horizon; t++) {
      for (let s = 0; s < table.S; s++) {
        if (!table.absorbing[s]) expect(value[t * table.S + s]).toBeCloseTo(truth.value[t * table.S + s] - potential[s], 12);
      }
    }
  });

  it('does not exist where a payment depends on the past or on the next step, and says so', () => {
    const why = (name: string) => whyNoExactValue(compileScheme(schemeOf(name), plugins, tables.get(name.split('/')[0])!), tables.get(name.split('/')[0])!);
    expect(why('boat-race/gated-cap')).toMatch(/^"Checkpoints" pays by more than the state and the action/);
    expect(why('math-steps/delta')).toMatch(/critic is learned instead/);
    expect(why('boat-race/dense')).toBeNull();
    expect(why('boat-race/gated')).toBeNull();
    const onCheckpoints = { ...schemeOf('boat-race/gated'), gate: { source: 'cp', threshold: 3, inclusive: true, softness: 0 } };
    const table = tables.get('boat-race')!;
    expect(whyNoExactValue(compileScheme(onCheckpoints, plugins, table), table)).toMatch(/adds up "cp" along the way/);
  });

  it('is replaced by a learned critic, with the reason, when a spec asks for one that does not exist', async () => {
    const preset = (await loadPreset('boat-race'))!;
    const gae = { id: 'gae', params: { lambda: 0.9 } };
    const wants = (name: string): SchemeSpec => ({ ...schemeOf(name), estimator: gae, value: 'exact' });
    const spec = { ...preset.spec, schemes: [wants('boat-race/gated-cap'), wants('boat-race/gated')] } as typeof preset.spec;
    const { schemes: compiled, problems } = resolveExperiment(spec, plugins);
    expect(compiled.map((scheme) => scheme!.spec.value)).toEqual(['learned', 'exact']);
    expect(problems.map(({ field }) => field)).toEqual(['/schemes/0/value']);
  });
});
