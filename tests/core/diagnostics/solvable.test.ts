import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import type { EpisodeMemory, RewardPlugin } from '../../../src/core/contracts/reward';
import type { Table } from '../../../src/core/contracts/scenario';
import { solveScheme } from '../../../src/core/diagnostics/scheme-optimum';
import { paysAsPriced, solvable, type Solvable } from '../../../src/core/diagnostics/solvable';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { compileScheme, type CompiledScheme } from '../../../src/core/scheme/compile-scheme';
import type { SchemeSpec } from '../../../src/core/scheme/scheme-spec';

const plugins = allPlugins();

/** A few states with random jumps, two signals and success; a fifth of the rows end. */
function smallTable(seed: number, S = 4, A = 2, horizon = 5): Table {
  const stream = mixSeed(78, seed);
  return compileTable({
    S, A, horizon,
    signals: ['x', 'y'],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0, 1], probability: [0.25, 0.75] },
    features: () => [1],
    transitions: () => {
      const p = 0.2 + 0.6 * nextUniform(stream);
      return [p, 1 - p].map((probability) => {
        const done = nextUniform(stream) < 0.2;
        return {
          probability, done,
          next: Math.floor(nextUniform(stream) * S),
          signals: { x: nextUniform(stream) < 0.6 ? Math.floor(1 + 3 * nextUniform(stream)) / 2 : 0, y: nextUniform(stream) < 0.5 ? 1 : 0 },
          metrics: { success: done && nextUniform(stream) < 0.7 ? 1 : 0 },
        };
      });
    },
  });
}

const MACHINE = {
  terminal: [3],
  edges: [
    { from: 0, to: 1, formula: 'a&!b', reward: 0.5 }, { from: 0, to: 0, formula: '!a', reward: -0.1 },
    { from: 1, to: 2, formula: 'b', reward: 2 }, { from: 1, to: 1, formula: '!b', reward: 0 },
    { from: 2, to: 3, formula: 'a', reward: 1 }, { from: 2, to: 0, formula: '!a', reward: 0.25 },
  ],
  propositions: { a: 'x', b: 'y' },
};

/** Every construction that remembers, at parameters that make it remember. */
const REMEMBERING: readonly (readonly [string, Record<string, unknown>])[] = [
  ['signal', { signal: 'x', cap: 2 }],
  ['signal', { signal: 'x', once: true }],
  ['signal', { signal: 'x', cap: 3, once: true }],
  ['reward-machine', MACHINE],
  ['reward-machine', { ...MACHINE, shaping: true, rsGamma: 0.8, undefinedPays: 'zero' }],
  ['count-bonus', { scope: 'first-visit', beta: 2, outcomeWeight: 0.5 }],
  ['count-bonus', { scope: 'episodic', beta: 2, outcomeWeight: 0 }],
  ['prm-delta', { prm: 'x', alpha: 2, outcomeWeight: 0.5 }],
  ['prm-delta', { prm: 'x', lastStep: 'kept', outcomeWeight: 1 }],
  ['prm-clip-delta', { prm: 'x', eta: 0.75, alpha: 3, outcomeWeight: 1 }],
];

const sparse = (id: string) => ({ reward: id, label: '', weight: 1, params: {}, gated: false });

function scheme(terms: readonly (readonly [string, Record<string, unknown>])[], table: Table, change: Partial<SchemeSpec> = {}): CompiledScheme {
  const spec: SchemeSpec = {
    name: 's', terms: terms.map(([id, params], k) => ({ ...sparse(id), params, weight: 1 + k / 2, gated: change.gate !== undefined && k > 0 })),
    gate: null, gamma: 0.9, gammaLinked: true, estimator: { id: 'grpo', params: {} }, value: 'zero', whiten: 'none', clip: null, muted: false, ...change,
  };
  return compileScheme(spec, plugins, table);
}

const solved = (of: CompiledScheme, table: Table) => solvable(of, table) as Solvable;
const agrees = (of: CompiledScheme, table: Table) => paysAsPriced(of, table, solved(of, table), new Float64Array(table.S * table.A), 4);

describe('terms that remember, as pay on a product table', () => {
  it.each(REMEMBERING)('%s %j pays what pricing pays, alone, beside others and behind a gate', (id, params) => {
    for (const seed of [1, 2, 3]) {
      const table = smallTable(seed);
      const alone = scheme([[id, params]], table);
      expect(solved(alone, table).remembering).toHaveLength(1);
      expect(agrees(alone, table)).toBe(true);
      const both = scheme([['signal', { signal: 'y', cap: 2 }], [id, params], ['outcome', {}]], table);
      expect(solved(both, table).remembering).toHaveLength(2);
      expect(agrees(both, table)).toBe(true);
      const gate = { source: 'outcome', threshold: 0, inclusive: false, softness: 0 };
      expect(agrees(scheme([['outcome', {}], [id, params]], table, { gate, gamma: 1 }), table)).toBe(true);
    }
  });

  it('transforms of single steps, and one that keeps the first payments, are part of what is remembered', () => {
    const table = smallTable(3);
    const transformed = (id: string, params: Record<string, unknown>, transforms: SchemeSpec['terms'][number]['transforms']) =>
      scheme([], table, { terms: [{ ...sparse(id), weight: 2, params, transforms }] });
    for (const of of [
      transformed('signal', { signal: 'x', cap: 2 }, [{ kind: 'shift', by: -0.25 }]),
      transformed('signal', { signal: 'x' }, [{ kind: 'first', count: 2 }]),
      transformed('signal', { signal: 'x' }, [{ kind: 'shift', by: -0.5 }, { kind: 'first', count: 2 }, { kind: 'clip', low: null, high: 0.75 }]),
    ]) {
      expect(solved(of, table).remembering).toHaveLength(1);
      expect(agrees(of, table)).toBe(true);
    }
    expect(solvable(transformed('signal', { signal: 'x' }, [{ kind: 'gather', how: 'min' }]), table)).toMatch(/paid at the end/);
    // Its pay is booked a step late, so a transform of single steps sees other numbers: noticed, not trusted.
    expect(agrees(transformed('prm-delta', { prm: 'x' }, [{ kind: 'clip', low: 0, high: null }]), table)).toBe(false);
  });

  it('scheduled weights are those of the iteration that is asked for', () => {
    const table = smallTable(3);
    const of = scheme([], table, {
      terms: [{ ...sparse('signal'), params: { signal: 'x', cap: 2 }, schedule: { kind: 'linear', to: 5, start: 0, end: 10 } }, sparse('outcome')],
    });
    const logits = new Float64Array(table.S * table.A);
    for (const [solvedAt, pricedAt, agree] of [[0, 0, true], [4, 4, true], [4, 0, false]] as const) {
      expect(paysAsPriced(of, table, solvable(of, table, solvedAt) as Solvable, logits, 4, pricedAt)).toBe(agree);
    }
  });

  it('every construction that remembers is tried here', () => {
    const declared = plugins.list('reward').filter(({ remembers }) => remembers).map(({ id }) => id);
    expect(new Set(REMEMBERING.map(([id]) => id))).toEqual(new Set(declared));
  });

  it('a memory that does not pay what pricing pays is not trusted', () => {
    const table = smallTable(1);
    const whole = scheme([['signal', { signal: 'x', cap: 2 }]], table);
    const lying = (change: (memory: EpisodeMemory) => Partial<EpisodeMemory>): CompiledScheme => {
      const [term] = whole.terms;
      const plugin = { ...term.plugin, remembers: (...given: Parameters<NonNullable<RewardPlugin['remembers']>>) => {
        const memory = term.plugin.remembers!(...given)!;
        return { ...memory, ...change(memory) };
      } };
      return { ...whole, terms: [{ ...term, plugin }] };
    };
    expect(agrees(lying(() => ({})), table)).toBe(true);
    expect(agrees(lying(() => ({ next: () => 0 })), table)).toBe(false);
    expect(agrees(lying((memory) => ({ pay: (m, row, last) => memory.pay(m, row, last) + (last ? 0.01 : 0) })), table)).toBe(false);
  });

  it('has as many situations as some policy reaches within the horizon, and says where memories would still grow', () => {
    const table = smallTable(2);
    const capped = solved(scheme([['signal', { signal: 'x', cap: 2 }]], table), table);
    expect(capped.product!.isClosed).toBe(true);
    expect(capped.table.S).toBeLessThanOrEqual(3 * table.S);
    expect(solved(scheme([['count-bonus', { scope: 'episodic' }]], table), table).product!.isClosed).toBe(false);
  });

  it('is refused with the reason where a term remembers what no automaton holds', () => {
    const table = smallTable(1);
    expect(solvable(scheme([['count-bonus', { scope: 'global' }]], table), table)).toMatch(/^"Count bonus" pays by more/);
  });
});

describe('optima on a product table', () => {
  /** Best discounted return over policies of the whole history, by pricing every history with the construction's own function. */
  function bestOverHistories(of: CompiledScheme, table: Table): number {
    const [term] = of.terms;
    const returnOf = (rows: readonly number[]): number => {
      const T = rows.length;
      const states = Int32Array.from([table.rowState[rows[0]], ...rows.map((r) => table.rowNext[r])]);
      const signals = Object.fromEntries(Object.entries(table.signals).map(([name, column]) => [name, Float64Array.from(rows, (r) => column[r])]));
      const outcome = Float64Array.of(rows.reduce((sum, r) => sum + table.metrics['success'][r], 0));
      const columns = { nTraj: 1, maxLen: T, length: Int32Array.of(T), signals, state: states, outcome, terminated: Float64Array.of(table.rowDone[rows[T - 1]]) };
      const { reward } = term.plugin.price(columns as never, term.params as never, { buffer: (n) => new Float64Array(n), state: undefined, iteration: 0, detail: false });
      return reward.reduceRight((total, r) => r + of.spec.gamma * total, 0);
    };
    const best = (state: number, rows: readonly number[]): number => {
      let most = -Infinity;
      for (let a = 0; a < table.A; a++) {
        let value = 0;
        for (let r = table.rowStart[state * table.A + a]; r < table.rowStart[state * table.A + a + 1]; r++) {
          const history = [...rows, r];
          value += table.rowProbability[r] * (table.rowDone[r] || history.length === table.horizon ? returnOf(history) : best(table.rowNext[r], history));
        }
        most = Math.max(most, value);
      }
      return most;
    };
    return table.start.state.reduce((sum, s, k) => sum + table.start.probability[k] * best(s, []), 0);
  }

  it.each(REMEMBERING)('%s %j: the best value is that over all policies of the history', (id, params) => {
    for (const seed of [4, 5]) {
      const table = smallTable(seed, 4, 2, 4);
      const of = scheme([[id, params]], table);
      const { table: product, pay } = solved(of, table);
      const optimum = solveScheme(product, pay, of.spec.gamma)!;
      const value = product.start.state.reduce((sum, pair, k) => {
        const node = optimum.state.subarray(0, optimum.stepStart[1]).indexOf(pair);
        return sum + product.start.probability[k] * Math.max(...optimum.schemeValue.subarray(node * 2, node * 2 + 2));
      }, 0);
      expect(value).toBeCloseTo(bestOverHistories(of, table), 10);
    }
  });
});
