import { describe, expect, test } from 'vitest';
import { divergenceOf } from '../../src/state/divergence';

describe('going back from a divergence', () => {
  test('at most nine marks at round distances; the last before the fall is the good one', () => {
    const success = Float64Array.from({ length: 87 }, (_, k) => (k < 72 ? k / 80 : 0.2));
    const { iteration, marks, lastGood } = divergenceOf(2, 'Its update was too large.', success);
    expect(iteration).toBe(87);
    expect(marks.map((mark) => mark.iteration)).toEqual([0, 20, 40, 60, 80]);
    expect(marks.map((mark) => mark.isGood)).toEqual([true, true, true, true, false]);
    expect(lastGood).toBe(60);
  });

  test('without a fall the newest mark is the good one; iterations without a figure do not count as a fall', () => {
    const success = Float64Array.from({ length: 8 }, (_, k) => (k % 4 === 0 ? 0.5 : Number.NaN));
    expect(divergenceOf(0, '', success).marks).toHaveLength(8);
    expect(divergenceOf(0, '', success).lastGood).toBe(7);
  });

  test('a learner that failed in its first update goes back to the start', () => {
    expect(divergenceOf(0, '', new Float64Array(0))).toMatchObject({ iteration: 0, lastGood: 0, marks: [{ iteration: 0, isGood: true }] });
  });
});
