import { describe, expect, it } from 'vitest';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import keyDoor from '../../../src/core/scenarios/key-door';
import { certainRow, exactMetrics, settings, visitedRootMeanSquare } from './reference-policy';

const table = keyDoor.table(settings(keyDoor));
const [UP, DOWN, LEFT, RIGHT] = [0, 1, 2, 3];

/** Follows actions from the start; returns the rows taken. */
function walk(actions: number[]): number[] {
  let state = table.start.state[0];
  return actions.map((action) => {
    const row = certainRow(table, state, action);
    state = table.rowNext[row];
    return row;
  });
}

describe('key and door', () => {
  it('has 103 states, 34 cells in three phases and done', () => {
    expect([table.S, table.A, table.horizon]).toEqual([103, 4, 16]);
    expect([...table.absorbing].flatMap((x, s) => (x ? [s] : []))).toEqual([102]);
  });

  it.each([[16, 2.529e-4, 5e-8], [20, 8.54e-4, 1e-6], [30, 4.576e-3, 1e-6]])('is solved by chance in %i steps with probability %d', (horizon, success, tolerance) => {
    expect(Math.abs(exactMetrics(keyDoor.table(settings(keyDoor, { horizon })))['success'] - success)).toBeLessThan(tolerance);
  });

  it('takes ten steps at best, and cannot be done in nine', () => {
    const best = (horizon: number) => startValue(table, optimalPolicy(table, table.metrics['success'], { horizon }).value);
    expect([best(9), best(10)]).toEqual([0, 1]);
    expect(table.stateTables['remaining'][table.start.state[0]]).toBe(10);
  });

  it('pays a subgoal for the key and for the door, each once', () => {
    const rows = walk([DOWN, DOWN, DOWN, UP, DOWN, RIGHT, RIGHT, UP, RIGHT, LEFT, RIGHT, RIGHT, UP, UP]);
    expect(rows.map((row) => table.signals['sub'][row])).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1].map((x, t) => (t < 13 ? x : 0)));
    expect(rows.map((row) => table.rowDone[row])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(table.metrics['success'][rows[13]]).toBe(1);
    expect(table.signals['goal'][rows[13]]).toBe(1);
    expect(table.signals['proximity'][rows[13]]).toBe(0);
  });

  it('keeps the door shut without the key and the wall shut always', () => {
    const rows = walk([RIGHT, RIGHT, RIGHT, DOWN, DOWN, RIGHT]);
    const states = rows.map((row) => table.rowNext[row]);
    expect(states[2]).toBe(states[1]);
    expect(states[5]).toBe(states[4]);
    expect(rows.map((row) => table.signals['progress'][row])).toEqual([1, 1, 0, 0, 0, 0]);
    expect(table.signals['proximity'][rows[1]]).toBeCloseTo(1 - 2 / 7, 14);
  });

  it('has a misleading and an informative potential, both 0 when done', () => {
    const { man, inf, manhattan, remaining } = table.stateTables;
    expect(Math.max(...manhattan)).toBe(7);
    expect(Math.max(...remaining)).toBe(14);
    expect([man[102], inf[102]]).toEqual([0, 0]);
    const start = table.start.state[0];
    expect([man[start], inf[start]]).toEqual([1 - 4 / 7, 1 - 10 / 14]);
  });

  it('has the reference diagnostics policy θ = 0.7 (D(s) − D(s′)): J = 0.0894, rms|A| = 0.0718', () => {
    const D = table.stateTables['remaining'];
    const logits = new Float64Array(table.S * table.A);
    for (let s = 0; s < 102; s++) for (let a = 0; a < 4; a++) logits[s * 4 + a] = 0.7 * (D[s] - D[table.rowNext[certainRow(table, s, a)]]);
    const { probability } = softmaxPolicy(logits, table.S, table.A);
    const exact = evaluatePolicy(table, probability, table.metrics['success']);
    expect(startValue(table, exact.value)).toBeCloseTo(0.0894, 4);
    expect(visitedRootMeanSquare(table, probability, exact.advantage)).toBeCloseTo(0.0718, 3);
  });

  it('slips in a random direction with the chance given', () => {
    const slippery = keyDoor.table(settings(keyDoor, { slip: 0.2 }));
    const begin = slippery.rowStart[slippery.start.state[0] * 4 + DOWN];
    expect([...slippery.rowProbability.slice(begin, begin + 4)].map((p) => Number(p.toFixed(12)))).toEqual([0.05, 0.85, 0.05, 0.05]);
  });

  it('says where it is', () => {
    const params = settings(keyDoor);
    expect(keyDoor.describeState(table.start.state[0], params)).toBe('row 3, column 1, no key');
    expect(keyDoor.describeState(102, params)).toBe('at the goal');
  });
});
