import { describe, expect, test } from 'vitest';
import { advantageRange, largestAbsolute, meanAbsolute } from '../../src/charts/geometry/advantage-range';
import { count, percent, plain, rangeLabel, rowNumber, signed } from '../../src/charts/geometry/number-format';

/** Seeded numbers in −1…1 (a 32-bit linear congruential generator). */
function numbers(seed: number, size: number): Float64Array {
  let x = seed >>> 0;
  return Float64Array.from({ length: size }, () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) / 2 ** 31 - 1);
}

describe('advantage range', () => {
  test('is the nearest-rank 98.5th percentile of |Â|, as sorting gives it', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const size of [1, 7, 64, 1000, 4096]) {
        const advantage = numbers(seed, size);
        const sorted = Float64Array.from(advantage, Math.abs).sort();
        expect(advantageRange(advantage, Int32Array.of(size), size)).toBe(sorted[Math.ceil(0.985 * size) - 1]);
      }
    }
  });

  test('padding does not count', () => {
    const advantage = Float64Array.of(0.5, 99, -0.25, 0.1);
    expect(advantageRange(advantage, Int32Array.of(1, 2), 2)).toBe(0.5);
  });

  test('many equal values, as a group estimator gives, are no trap', () => {
    expect(advantageRange(new Float64Array(65536).fill(-2), new Int32Array(1024).fill(64), 64)).toBe(2);
  });

  test('falls back to the largest where almost all are zero, and to 0 where all are', () => {
    const advantage = new Float64Array(1000);
    expect(advantageRange(advantage, Int32Array.of(1000), 1000)).toBe(0);
    advantage[3] = -0.7;
    expect(advantageRange(advantage, Int32Array.of(1000), 1000)).toBe(0.7);
  });

  test('a value that is not finite neither counts nor stops it', () => {
    const advantage = Float64Array.of(Number.NaN, 0.2, Number.POSITIVE_INFINITY, -0.1);
    expect(advantageRange(advantage, Int32Array.of(4), 4)).toBe(0.2);
    expect(largestAbsolute(advantage, Int32Array.of(4), 4)).toBe(0.2);
  });

  test('does not touch the column it reads', () => {
    const advantage = numbers(9, 50);
    const before = advantage.slice();
    advantageRange(advantage, Int32Array.of(50), 50);
    expect(advantage).toEqual(before);
  });

  test('mean |Â| of a step is over the trajectories that reached it', () => {
    const advantage = Float64Array.of(1, -3, 0, /**/ -2, 0, 0, /**/ 0.5, 1, 0);
    expect([...meanAbsolute(advantage, Int32Array.of(2, 1, 2), 3)]).toEqual([3.5 / 3, 2, 0]);
  });
});

describe('number format', () => {
  test('signs are true minus signs and zero has none', () => {
    expect(signed(0.834)).toBe('+0.83');
    expect(signed(-0.103, 3)).toBe('−0.103');
    expect(signed(-0.001)).toBe('0.00');
    expect(plain(-1.5)).toBe('−1.50');
    expect(signed(Number.NaN)).toBe('not a number');
  });

  test('shares, counts, ranges and row numbers', () => {
    expect([percent(0.27), percent(0.001), percent(0.999), percent(1), percent(0)]).toEqual(['27%', 'under 1%', 'over 99%', '100%', '0%']);
    expect([count(24), count(1024), count(1234567)]).toEqual(['24', '1,024', '1,234,567']);
    expect([rangeLabel(1.034), rangeLabel(0.0123), rangeLabel(0)]).toEqual(['±1.03', '±0.012', 'all zero']);
    expect(rowNumber(3)).toBe('04');
  });
});
