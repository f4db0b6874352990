import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { startValue } from '../../../src/core/mdp/exact';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { evaluateStationary, optimalPolicy, optimalStationary, stationaryOccupancy } from '../../../src/core/mdp/optimal';
import { randomMdp, randomPolicy } from './random-mdp';

/**
 * Gymnasium's FrozenLake, slippery, from its description: actions left, down, right, up; the move goes the intended way
 * or to either side with probability ⅓ each; 1 on reaching G; G and H end the episode.
 */
function frozenLake(map: readonly string[]): Table {
  const n = map.length;
  const cell = map.join('');
  const move = (s: number, a: number) => {
    const row = Math.floor(s / n);
    const column = s % n;
    if (a === 0) return row * n + Math.max(0, column - 1);
    if (a === 1) return Math.min(n - 1, row + 1) * n + column;
    if (a === 2) return row * n + Math.min(n - 1, column + 1);
    return Math.max(0, row - 1) * n + column;
  };
  return compileTable({
    S: n * n,
    A: 4,
    horizon: 100,
    signals: [],
    metrics: ['success'],
    truth: 'success',
    start: { state: [0], probability: [1] },
    absorbing: [...cell].flatMap((c, s) => ('GH'.includes(c) ? [s] : [])),
    features: () => [1],
    transitions: (s, a) =>
      [3, 0, 1].map((turn) => {
        const next = move(s, (a + turn) % 4);
        return { probability: 1 / 3, next, done: 'GH'.includes(cell[next]), metrics: { success: cell[next] === 'G' ? 1 : 0 } };
      }),
  });
}

describe('values without a horizon', () => {
  const lake = frozenLake(['SFFF', 'FHFH', 'FFFH', 'HFFG']);
  const reward = lake.metrics['success'];
  const uniform = new Float64Array(lake.S * lake.A).fill(0.25);

  it('are the known ones of the slippery 4 × 4 frozen lake at γ = 0.99', () => {
    expect(optimalStationary(lake, reward, 0.99).value[0]).toBeCloseTo(0.542025932, 9);
    expect(evaluateStationary(lake, uniform, reward, 0.99).value[0]).toBeCloseTo(0.0123561373, 10);
  });

  it('and within 100 steps, undiscounted', () => {
    expect(startValue(lake, optimalPolicy(lake, reward).value)).toBeCloseTo(0.744190288, 9);
  });

  it('satisfy J = Σ_s occupancy(s) Σ_a π(a|s) E[r | s, a]', () => {
    const table = randomMdp(3);
    const { probability } = randomPolicy(table, 3);
    const reward = table.signals['cost'];
    const visits = stationaryOccupancy(table, probability, 0.95);
    let J = 0;
    for (let r = 0; r < table.rows; r++) {
      J += visits[table.rowState[r]] * probability[table.rowState[r] * table.A + table.rowAction[r]] * table.rowProbability[r] * reward[r];
    }
    expect(J).toBeCloseTo(startValue(table, evaluateStationary(table, probability, reward, 0.95).value), 11);
  });

  it('are the limit of long horizons', () => {
    const table = randomMdp(4);
    const reward = table.signals['cost'];
    const long = optimalPolicy(table, reward, { gamma: 0.9, horizon: 400 });
    const stationary = optimalStationary(table, reward, 0.9);
    for (let s = 0; s < table.S; s++) expect(stationary.value[s]).toBeCloseTo(long.value[s], 11);
  });

  it('need a discount below 1', () => {
    expect(() => optimalStationary(lake, reward, 1)).toThrow('need a discount of at least 0 and below 1; it is 1.');
    expect(() => stationaryOccupancy(lake, uniform, 1)).toThrow('below 1; it is 1');
  });
});
