import { describe, expect, it } from 'vitest';
import {
  cosine, mean, meanInterval, pairedInterval, percentile, raggedSquares, raggedSum, standardDeviation, stepCount, studentQuantile, variance, whiten,
} from '../../../src/core/math/statistics';

describe('mean and standard deviation', () => {
  it('name their divisor', () => {
    const x = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(x)).toBe(5);
    expect(standardDeviation(x, 0)).toBe(2);
    expect(variance(x, 1)).toBeCloseTo(32 / 7, 14);
  });

  it('are 0 where there is nothing to divide by', () => {
    expect([mean([]), standardDeviation([], 0), standardDeviation([3], 1), standardDeviation([3], 0)]).toEqual([0, 0, 0, 0]);
  });

  it('keep their digits beside a large mean', () => {
    expect(standardDeviation([1e9, 1e9 + 1, 1e9 + 2], 0)).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });
});

describe('ragged statistics', () => {
  const length = Int32Array.from([2, 0, 3]);
  const column = Float64Array.from([1, 2, 99, 99, 99, 99, 3, 4, 5]);
  const kept = [1, 2, 3, 4, 5];

  it('skip padding and empty trajectories', () => {
    expect([stepCount(length), raggedSum(column, length, 3), raggedSquares(column, length, 3, 3)]).toEqual([5, 15, 10]);
  });

  it('whiten as verl does, with 1e-8 in the counts and under the root', () => {
    const out = whiten(column, length, 3, new Float64Array(9).fill(7));
    const m = 15 / (5 + 1e-8);
    const v = (kept.reduce((sum, x) => sum + (x - m) ** 2, 0) / (5 + 1e-8)) * (5 / 4);
    const w = kept.map((x) => (x - m) / Math.sqrt(v + 1e-8));
    expect([...out]).toEqual([w[0], w[1], 0, 0, 0, 0, w[2], w[3], w[4]]);
  });

  it('whiten one step, and none, to 0', () => {
    expect([...whiten(Float64Array.from([5, 9]), Int32Array.from([1]), 2, new Float64Array(2).fill(7))]).toEqual([0, 0]);
    expect([...whiten(Float64Array.from([5, 9]), Int32Array.from([0]), 2, new Float64Array(2).fill(7))]).toEqual([0, 0]);
  });
});

describe('percentile', () => {
  it('interpolates linearly between neighbours', () => {
    expect(percentile([10, 40, 20, 30], 50)).toBe(25);
    expect(percentile([10, 40, 20, 30], 95)).toBeCloseTo(38.5, 12);
    expect([percentile([3, 1, 2], 0), percentile([3, 1, 2], 100), percentile([7], 40)]).toEqual([1, 3, 7]);
    expect(percentile([], 50)).toBeNaN();
  });
});

describe('cosine', () => {
  it('measures direction alone, and is null without one', () => {
    expect(cosine([3, 4], [6, 8])).toBeCloseTo(1, 15);
    expect(cosine([1, 0], [0, 2])).toBe(0);
    expect(cosine([1, 1], [-2, -2])).toBeCloseTo(-1, 15);
    expect(cosine([0, 0], [1, 2])).toBeNull();
  });
});

describe('Student intervals', () => {
  it('use the published 95 % quantiles', () => {
    const published = [[1, 12.7062], [2, 4.30265], [3, 3.18245], [4, 2.77645], [9, 2.26216], [19, 2.09302], [30, 2.04227], [120, 1.97993]];
    for (const [dof, t] of published) expect(studentQuantile(0.95, dof)).toBeCloseTo(t, 4);
    expect(studentQuantile(0.99, 10)).toBeCloseTo(3.16927, 4);
    expect(studentQuantile(0.95, 1_000_000)).toBeCloseTo(1.96, 2);
  });

  it('of paired values are narrow when the pairs move together', () => {
    const a = [1, 5, 9, 13];
    const b = [0.1, 4, 8.1, 12];
    const interval = pairedInterval(a, b);
    const half = (3.18245 * standardDeviation([0.9, 1, 0.9, 1], 1)) / 2;
    expect(interval.mean).toBeCloseTo(0.95, 12);
    expect(interval.low).toBeCloseTo(0.95 - half, 5);
    expect(interval.high).toBeCloseTo(0.95 + half, 5);
  });

  it('of a single value say that nothing is known', () => {
    expect(meanInterval([2])).toEqual({ mean: 2, low: -Infinity, high: Infinity, n: 1 });
  });

  it('refuse unequal counts', () => {
    expect(() => pairedInterval([1, 2], [1])).toThrow('there are 2 and 1');
  });
});
