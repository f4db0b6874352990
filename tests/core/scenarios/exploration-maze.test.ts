import { describe, expect, it } from 'vitest';
import { startValue } from '../../../src/core/mdp/exact';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import maze from '../../../src/core/scenarios/exploration-maze';
import { certainRow, exactMetrics, settings } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => maze.table(settings(maze, stored));

describe('maze to explore', () => {
  it('is solved by chance once in twenty million walks', () => {
    const table = at();
    expect([table.S, table.A, table.horizon]).toEqual([38, 4, 30]);
    expect(exactMetrics(table)['success'] / 5.29e-8).toBeCloseTo(1, 2);
  });

  it('takes 21 steps at least', () => {
    const best = (horizon: number) => startValue(at({ horizon }), optimalPolicy(at({ horizon }), at({ horizon }).metrics['success']).value);
    expect([best(20), best(21)]).toEqual([0, 1]);
    expect(Math.max(...at().stateTables['fromStart'])).toBeGreaterThanOrEqual(20);
  });

  it('stops at walls and edges, and says so', () => {
    const table = at();
    for (let state = 0; state < 37; state++) {
      for (let action = 0; action < 4; action++) {
        const row = certainRow(table, state, action);
        expect(table.signals['bump'][row]).toBe(table.rowNext[row] === state ? 1 : 0);
      }
    }
    expect([0, 1, 2, 3].map((action) => table.rowNext[certainRow(table, 0, action)])).toEqual([0, 7, 0, 1]);
  });

  it('goes in random directions as often as it slips', () => {
    const table = at({ slip: 0.2 });
    expect([...table.rowProbability.subarray(table.rowStart[3], table.rowStart[4])].map((p) => Number(p.toFixed(12)))).toEqual([0.05, 0.05, 0.05, 0.85]);
  });
});
