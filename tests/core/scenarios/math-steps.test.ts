import { describe, expect, it } from 'vitest';
import { startValue } from '../../../src/core/mdp/exact';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import mathSteps from '../../../src/core/scenarios/math-steps';
import { exactMetrics, settings } from './reference-policy';

const table = mathSteps.table(settings(mathSteps));
const [USE, REPEAT, GUESS, ANSWER] = [0, 1, 2, 3];

/** Outcomes of (s, a) as [next, probability, score] triples. */
function outcomes(state: number, action: number): number[][] {
  const rows = [];
  for (let r = table.rowStart[state * 4 + action]; r < table.rowStart[state * 4 + action + 1]; r++) {
    rows.push([table.rowNext[r], Number(table.rowProbability[r].toFixed(12)), table.signals['prm'][r]]);
  }
  return rows;
}

describe('math in steps', () => {
  it('is solved by chance with probability 0.02522 and at best with 0.4096', () => {
    expect([table.S, table.A, table.horizon]).toEqual([11, 4, 12]);
    expect(exactMetrics(table)['success']).toBeCloseTo(0.02522, 5);
    expect(startValue(table, optimalPolicy(table, table.metrics['success']).value)).toBeCloseTo(0.4096, 12);
  });

  it('moves and scores as described, errors included', () => {
    expect(outcomes(0, USE)).toEqual([[2, 0.8, 0.85], [1, 0.2, 0.15]]);
    expect(outcomes(3, USE)).toEqual([[5, 0.8, 0.85], [3, 0.2, 0.15]]);
    expect(outcomes(8, USE)).toEqual([[8, 1, 0.95]]);
    expect(outcomes(5, REPEAT)).toEqual([[5, 1, 0.95]]);
    expect(outcomes(0, GUESS)).toEqual([[4, 0.3, 0.6], [1, 0.7, 0.1]]);
    expect(outcomes(6, GUESS)).toEqual([[8, 0.3, 0.6], [7, 0.7, 0.1]]);
    expect(outcomes(8, GUESS)).toEqual([[8, 0.3, 0.6], [9, 0.7, 0.1]]);
    expect([0, 8, 9].map((s) => outcomes(s, ANSWER))).toEqual([[[10, 1, 0.1]], [[10, 1, 0.9]], [[10, 1, 0.1]]]);
  });

  it('is right only after four steps without an error', () => {
    const right = Array.from({ length: 10 }, (_, s) => table.metrics['success'][table.rowStart[s * 4 + ANSWER]]);
    expect(right).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
  });

  it('counts using a rule at the end as a repeat, and an error once', () => {
    const first = (s: number, a: number) => table.rowStart[s * 4 + a];
    expect([[0, USE], [8, USE], [0, REPEAT]].map(([s, a]) => table.metrics['repeats'][first(s, a)])).toEqual([0, 1, 1]);
    expect([table.signals['firstError'][first(0, USE) + 1], table.signals['firstError'][first(1, USE) + 1]]).toEqual([1, 0]);
  });
});
