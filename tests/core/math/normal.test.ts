import { describe, expect, test } from 'vitest';
import { learnerDraw, normalDraws, sinPi } from '../../../src/core/math/normal';
import { normalProbability } from '../../../src/core/math/normal-quantile';
import { nextWord, trajectoryStream } from '../../../src/core/math/random';

describe('normal draws', () => {
  const draws = normalDraws({ seed: 3, learner: 1, iteration: 2 }, 20_000, 5);

  test('have the moments of a standard normal variable, one draw is no help in guessing the next', () => {
    const n = draws.length;
    const mean = (f: (x: number) => number) => draws.reduce((sum, x) => sum + f(x), 0) / n;
    expect(Math.abs(mean((x) => x))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean((x) => x * x) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean((x) => x ** 3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(mean((x) => x ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    for (const lag of [1, 2, 5]) {
      let product = 0;
      for (let k = lag; k < n; k++) product += draws[k] * draws[k - lag];
      expect(Math.abs(product / n)).toBeLessThan(4 / Math.sqrt(n));
    }
  });

  test('follow the normal distribution function (Kolmogorov and Smirnov)', () => {
    const sorted = draws.slice().sort();
    let most = 0;
    sorted.forEach((x, k) => (most = Math.max(most, Math.abs(normalProbability(x) - (k + 0.5) / sorted.length))));
    expect(most * Math.sqrt(sorted.length)).toBeLessThan(1.63);
  });

  test('repeat to the bit, and belong to their trajectory: more trajectories change none of the first', () => {
    const options = { seed: 3, learner: 1, iteration: 2 };
    expect(normalDraws(options, 20_000, 5)).toEqual(draws);
    expect(normalDraws(options, 7, 5)).toEqual(draws.slice(0, 35));
    expect(normalDraws({ ...options, iteration: 3 }, 7, 5)).not.toEqual(draws.slice(0, 35));
    expect(normalDraws({ ...options, learner: 2 }, 7, 5)).not.toEqual(draws.slice(0, 35));
  });

  test("are Box and Muller's: two words of the trajectory's stream make a radius and an angle", () => {
    const stream = trajectoryStream(3, 1, 2, 4);
    for (let k = 0; k < 5; k += 2) {
      const radius = Math.sqrt(-2 * Math.log((nextWord(stream) + 1) / 2 ** 32));
      const angle = (2 * Math.PI * nextWord(stream)) / 2 ** 32;
      expect(draws[20 + k]).toBeCloseTo(radius * Math.cos(angle), 12);
      if (k < 4) expect(draws[21 + k]).toBeCloseTo(radius * Math.sin(angle), 12);
    }
  });
});

test('sinPi is sin πx', () => {
  for (let x = 0; x <= 1; x += 1 / 64) expect(Math.abs(sinPi(x) - Math.sin(Math.PI * x))).toBeLessThan(4e-16);
});

test("a learner's draw is uniform over learners, and its own", () => {
  const draws = Array.from({ length: 4000 }, (_, learner) => learnerDraw(0, learner)).sort((a, b) => a - b);
  expect(draws[0]).toBeGreaterThanOrEqual(0);
  expect(draws.at(-1)).toBeLessThan(1);
  expect(Math.max(...draws.map((x, k) => Math.abs(x - (k + 0.5) / draws.length))) * Math.sqrt(draws.length)).toBeLessThan(1.63);
  expect(new Set(draws).size).toBeGreaterThan(3990);
});
