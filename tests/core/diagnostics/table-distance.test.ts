import { describe, expect, it } from 'vitest';
import { allMeasures } from '../../../src/core/all-measures';
import { epicOnTable, starcOnTable } from '../../../src/core/diagnostics/table-distance';
import { tableTensor } from '../../../src/core/diagnostics/table-tensor';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { stationaryOptimum } from '../../../src/core/mdp/modified-policy-iteration';
import { evaluateStationary, optimalStationary } from '../../../src/core/mdp/optimal';
import { uniformValueOnTable } from '../../../src/core/mdp/uniform-value';

const measures = allMeasures();

/** Random jumps with several rows to the same place, ends, an absorbing state and two signals. */
function randomTable(seed: number, S = 7) {
  const stream = mixSeed(79, seed);
  return compileTable({
    S, A: 3, horizon: 9,
    signals: ['a', 'b'],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0], probability: [1] },
    absorbing: [S - 1],
    features: () => [1],
    transitions: () => [0.5, 0.3, 0.2].map((probability) => ({
      probability,
      next: Math.floor(nextUniform(stream) * S),
      done: nextUniform(stream) < 0.1,
      signals: { a: nextUniform(stream) - 0.5, b: nextUniform(stream) < 0.3 ? 1 : 0 },
    })),
  });
}

describe('distances on a table', () => {
  it.each([1, 2, 3, 4])('are those of the measures on its tensors (table %i)', (seed) => {
    const table = randomTable(seed);
    const { a, b } = table.signals;
    const { transition, rewards } = tableTensor(table, [a, b])!;
    for (const discount of [0, 0.5, 0.97]) {
      const of = (id: string) => measures.get(id)!.measure({ mdp: { transition, rewardA: rewards[0], rewardB: rewards[1] } }, { discount } as never)['distance'];
      expect(starcOnTable(table, a, b, discount)).toBeCloseTo(of('starc-distance') as number, 10);
      expect(epicOnTable(table, a, b, discount)).toBeCloseTo(of('epic-distance') as number, 10);
    }
  });

  it('are 0 to the same reward at another scale, 2 and 1 to its opposite, and 1 and 0.71 to none at all', () => {
    const table = randomTable(5);
    const { a } = table.signals;
    expect([starcOnTable(table, a, a.map((x) => 3 * x), 0.9), epicOnTable(table, a, a.map((x) => 3 * x), 0.9)]).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 6)]);
    expect([starcOnTable(table, a, a.map((x) => -x), 0.9), epicOnTable(table, a, a.map((x) => -x), 0.9)]).toEqual([expect.closeTo(2, 9), expect.closeTo(1, 9)]);
    const none = new Float64Array(table.rows);
    expect([starcOnTable(table, a, none, 0.9), epicOnTable(table, a, none, 0.9)]).toEqual([expect.closeTo(1, 12), expect.closeTo(Math.SQRT1_2, 12)]);
    expect([starcOnTable(table, none, none, 0.9), epicOnTable(table, none, none, 0.9)]).toEqual([0, 0]);
  });

  it('a pure potential ranks nothing, whatever is left of it by rounding', () => {
    const table = randomTable(6);
    const potential = (r: number) => 0.9 * (table.rowDone[r] ? 0 : table.rowNext[r] === 6 ? 0 : Math.sin(table.rowNext[r])) - Math.sin(table.rowState[r]);
    const shaping = Float64Array.from({ length: table.rows }, (_, r) => (table.rowState[r] === 6 ? 0 : potential(r)));
    expect(starcOnTable(table, shaping, table.signals['a'], 0.9)).toBeCloseTo(1, 12);
  });
});

describe('values without a horizon', () => {
  it.each([1, 2, 3])('by Bi-CGSTAB and by modified policy iteration are those of plain iteration (table %i)', (seed) => {
    const table = randomTable(seed, 40);
    const { a, b } = table.signals;
    const uniform = new Float64Array(table.S * table.A).fill(1 / 3);
    for (const gamma of [0, 0.5, 0.99]) {
      const plain = evaluateStationary(table, uniform, a, gamma).value;
      uniformValueOnTable(table, a, gamma).forEach((v, s) => expect(v).toBeCloseTo(plain[s], 9));
      const best = optimalStationary(table, b, gamma);
      const fast = stationaryOptimum(table, b, gamma);
      fast.value.forEach((v, s) => expect(v).toBeCloseTo(best.value[s], 9));
      fast.actionValue.forEach((q, sa) => expect(q).toBeCloseTo(best.actionValue[sa], 9));
    }
    expect(() => stationaryOptimum(table, a, 1)).toThrow(/below 1; it is 1/);
  });
});
