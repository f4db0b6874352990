import { describe, expect, it } from 'vitest';
import boatRace from '../../../src/core/scenarios/boat-race';
import { certainRow, exactMetrics, settings } from './reference-policy';

const table = boatRace.table(settings(boatRace));
const next = (state: number, action: number) => table.rowNext[certainRow(table, state, action)];
const cp = (state: number, action: number) => table.signals['cp'][certainRow(table, state, action)];

describe('boat race', () => {
  it('is finished by chance with probability 0.9638', () => {
    expect([table.S, table.A, table.horizon]).toEqual([12, 2, 30]);
    expect(exactMetrics(table)['success']).toBeCloseTo(0.9638, 4);
  });

  it('moves along the track, turns only at 4, and circles in the lagoon', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map((s) => next(s, 0))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 9]);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map((s) => next(s, 1))).toEqual([0, 1, 2, 3, 9, 5, 6, 7, 4, 4, 4]);
  });

  it('counts a checkpoint on entering 2, 4, 6, 9, 10 or 11 from elsewhere', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map((s) => cp(s, 0))).toEqual([0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1]);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map((s) => cp(s, 1))).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1]);
    for (let row = 0; row < table.rows; row++) {
      expect(table.signals['checkpointId'][row] > 0).toBe(table.signals['cp'][row] === 1);
      expect(table.metrics['checkpoints'][row]).toBe(table.signals['cp'][row]);
    }
  });

  it('is done on crossing the finish line, and only there', () => {
    for (let row = 0; row < table.rows; row++) {
      if (table.rowState[row] === 8) continue;
      const crossing = table.rowState[row] === 7 && table.rowAction[row] === 0 ? 1 : 0;
      expect([table.rowDone[row], table.metrics['success'][row], table.signals['finish'][row]]).toEqual([crossing, crossing, crossing]);
    }
  });

  it('has a potential that counts places passed, 4 in the lagoon and 0 at the finish', () => {
    expect([...table.stateTables['progress']]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 0, 4, 4, 4]);
  });

  it('passes 28 checkpoints and never finishes when it circles for ever', () => {
    const logits = new Float64Array(24);
    for (let s = 0; s < 12; s++) logits[2 * s + (s === 4 ? 1 : 0)] = 60;
    const metrics = exactMetrics(table, logits);
    expect(metrics['checkpoints']).toBeCloseTo(28, 9);
    expect(metrics['success']).toBeCloseTo(0, 9);
  });

  it('stays where it is when it slips', () => {
    const slippery = boatRace.table(settings(boatRace, { slip: 0.25 }));
    const begin = slippery.rowStart[0];
    expect([...slippery.rowNext.slice(begin, begin + 2), ...slippery.rowProbability.slice(begin, begin + 2)]).toEqual([1, 0, 0.75, 0.25]);
  });
});
