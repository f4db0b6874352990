import { describe, expect, it } from 'vitest';
import multiReward from '../../../src/core/scenarios/multi-reward';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => {
  const params = settings(multiReward, stored);
  return { table: multiReward.table(params), logits: multiReward.initialLogits!(params), params };
};

describe('several rewards', () => {
  it('starts with every reward at chance: 1/2, 1/3 and 1/8', () => {
    const { table, logits } = at();
    expect([table.S, table.A, table.horizon, table.start.state.length]).toEqual([21, 8, 3, 4]);
    const metrics = exactMetrics(table, logits);
    expect(metrics['formatted']).toBeCloseTo(1 / 2, 9);
    expect(metrics['brief']).toBeCloseTo(1 / 3, 9);
    expect(metrics['correct']).toBeCloseTo(1 / 8, 9);
  });

  it('goes from format over length to the answer, and remembers the length alone', () => {
    const { table } = at();
    for (const prompt of [0, 3]) {
      const first = 5 * prompt;
      for (const format of [0, 1]) expect(outcomes(table, first, format)).toEqual([[first + 1, 1]]);
      expect([0, 1, 2].map((length) => outcomes(table, first + 1, length))).toEqual([0, 1, 2].map((length) => [[first + 2 + length, 1]]));
      expect(outcomes(table, first + 3, prompt)).toEqual([[20, 1]]);
    }
    expect([0, 1].map((format) => paid(table, table.signals['goodFormat'], 5, format)[0])).toEqual([0, 1]);
    expect([0, 1, 2].map((length) => paid(table, table.signals['shortAnswer'], 6, length)[0])).toEqual([0, 0, 1]);
    expect([0, 1, 2].map((answer) => paid(table, table.signals['rightAnswer'], 7, answer)[0])).toEqual([0, 1, 0]);
    expect([7, 8, 9].map((state) => paid(table, table.signals['shortAndRight'], state, 1)[0])).toEqual([0, 0, 1]);
  });

  it('lets a right choice fail more often the shorter the thought, where lengths have skills', () => {
    const { table, logits } = at({ middlingSkill: 0.5, shortSkill: 0.1 });
    expect([2, 3, 4].map((state) => outcomes(table, state, 0))).toEqual([[[20, 1]], [[20, 0.5], [20, 0.5]], [[20, 0.1], [20, 0.9]]]);
    expect(exactMetrics(table, logits)['correct']).toBeCloseTo((1 + 0.5 + 0.1) / 3 / 8, 9);
  });

  it('counts an action that means nothing as the first choice', () => {
    const { table, logits } = at();
    expect(outcomes(table, 1, 7)).toEqual(outcomes(table, 1, 0));
    expect([...logits.subarray(0, 8)]).toEqual([0, 0, -30, -30, -30, -30, -30, -30]);
    expect([...logits.subarray(8, 16)]).toEqual([0, 0, 0, -30, -30, -30, -30, -30]);
    expect([...logits.subarray(16, 24)]).toEqual(new Array(8).fill(0));
  });
});
