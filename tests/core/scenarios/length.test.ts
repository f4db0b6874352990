import { describe, expect, it } from 'vitest';
import length from '../../../src/core/scenarios/length';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings } from './reference-policy';

const params = settings(length);
const table = length.table(params);

describe('length of thought', () => {
  it('starts right 0.84 of the time with a mean length of 5.9', () => {
    expect([table.S, table.A, table.horizon]).toEqual([4, 8, 1]);
    const metrics = exactMetrics(table, length.initialLogits!(params));
    expect(metrics['correct']).toBeCloseTo(0.84, 2);
    expect(metrics['length']).toBeCloseTo(5.9, 1);
  });

  it('is right as often as class and length say', () => {
    const chance = (state: number, thought: number) => {
      const right = paid(table, table.metrics['correct'], state, thought - 1);
      return outcomes(table, state, thought - 1).reduce((sum, [, p], k) => sum + p * right[k], 0);
    };
    for (let thought = 1; thought <= 8; thought++) {
      expect(chance(0, thought)).toBeCloseTo(0.97, 12);
      expect(chance(1, thought)).toBeCloseTo(0.9 * Math.min(1, thought / 4), 12);
      expect(chance(2, thought)).toBeCloseTo(0.8 * (thought / 8) ** 2, 12);
    }
    expect([...table.start.probability].map((p) => Number(p.toFixed(12)))).toEqual([0.5, 0.3, 0.2]);
  });

  it('reports the length of right and of wrong answers apart', () => {
    expect(paid(table, table.signals['thought'], 2, 3)).toEqual([0.5, 0.5]);
    expect(paid(table, table.signals['rightThought'], 2, 3)).toEqual([0.5, 0]);
  });

  it('keeps its shares of questions a distribution whatever is asked for', () => {
    const shares = (easy: number, hard: number) => [...length.table(settings(length, { easy, hard })).start.probability];
    expect(shares(1, 1)).toEqual([0.5, 0, 0.5]);
    expect(shares(0, 0)).toEqual([0, 1, 0]);
  });
});
