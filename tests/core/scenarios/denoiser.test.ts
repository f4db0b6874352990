import { describe, expect, test } from 'vitest';
import { normalDraws } from '../../../src/core/math/normal';
import denoiser from '../../../src/core/scenarios/denoiser';

const TARGET = [1.5, 1];
const score = (x: number, y: number) => Math.exp(-((x - TARGET[0]) ** 2 + (y - TARGET[1]) ** 2) / 0.5);
const noises = {
  constant: Array<number>(10).fill(0.7),
  decay: Array.from({ length: 10 }, (_, k) => 0.2 + (1 - k / 9)),
};
const policyOf = (seed: number) => normalDraws({ seed, learner: 0, iteration: 0 }, 1, 20);

describe.each(['constant', 'decay'] as const)('the denoiser with %s noise', (noise) => {
  const world = denoiser.closedForm({ noise }, 0);
  const sigma = noises[noise];

  test('moves by x + 0.1 (u − x) + σ √0.1 ε', () => {
    const policy = policyOf(1);
    const normal = normalDraws({ seed: 2, learner: 0, iteration: 0 }, 3, 22);
    const { point, outcome } = world.play(policy, normal);
    for (let i = 0; i < 3; i++) {
      let [x, y] = [normal[i * 22], normal[i * 22 + 1]];
      for (let k = 0; k <= 10; k++) {
        expect(point[2 * (i * 11 + k)]).toBeCloseTo(x, 12);
        expect(point[2 * (i * 11 + k) + 1]).toBeCloseTo(y, 12);
        if (k === 10) break;
        x += 0.1 * (policy[2 * k] - x) + sigma[k] * Math.sqrt(0.1) * normal[i * 22 + 2 + 2 * k];
        y += 0.1 * (policy[2 * k + 1] - y) + sigma[k] * Math.sqrt(0.1) * normal[i * 22 + 3 + 2 * k];
      }
      expect(outcome[i]).toBeCloseTo(score(x, y), 12);
    }
  });

  test('completes every point by going on without noise', () => {
    const policy = policyOf(1);
    const { point, completion, facts } = world.play(policy, normalDraws({ seed: 2, learner: 0, iteration: 0 }, 1, 22));
    for (let k = 0; k <= 10; k++) {
      let [x, y] = [point[2 * k], point[2 * k + 1]];
      for (let j = k; j < 10; j++) {
        x += 0.1 * (policy[2 * j] - x);
        y += 0.1 * (policy[2 * j + 1] - y);
      }
      expect(completion[2 * k]).toBeCloseTo(x, 12);
      expect(completion[2 * k + 1]).toBeCloseTo(y, 12);
      expect((facts['odeRewards'].data as Float64Array)[k]).toBeCloseTo(score(x, y), 12);
    }
  });

  test('V of a step is the integral of the next V over the noise: by quadrature, at every step', () => {
    const policy = policyOf(3);
    const { point, value, outcome } = world.play(policy, normalDraws({ seed: 4, learner: 0, iteration: 0 }, 1, 22));
    // V is a function of the point and the step; a play that starts elsewhere visits other points, so V is asked for by another play.
    const valueAt = (k: number, x: number, y: number) => {
      const normal = new Float64Array(22);
      let [fromX, fromY] = [x, y];
      // A point at step k, reached without noise from where it must have come.
      for (let j = k - 1; j >= 0; j--) [fromX, fromY] = [(fromX - 0.1 * policy[2 * j]) / 0.9, (fromY - 0.1 * policy[2 * j + 1]) / 0.9];
      normal[0] = fromX;
      normal[1] = fromY;
      const there = world.play(policy, normal);
      return k === 10 ? there.outcome[0] : there.value[k];
    };
    const grid = Array.from({ length: 61 }, (_, j) => -6 + 0.2 * j);
    for (const k of [0, 4, 9]) {
      let integral = 0;
      for (const a of grid) {
        for (const b of grid) {
          const x = point[2 * k] + 0.1 * (policy[2 * k] - point[2 * k]) + sigma[k] * Math.sqrt(0.1) * a;
          const y = point[2 * k + 1] + 0.1 * (policy[2 * k + 1] - point[2 * k + 1]) + sigma[k] * Math.sqrt(0.1) * b;
          integral += (valueAt(k + 1, x, y) * Math.exp(-0.5 * (a * a + b * b)) * 0.04) / (2 * Math.PI);
        }
      }
      expect(Math.abs(integral - value[k])).toBeLessThan(1e-7);
    }
    expect(outcome[0]).toBeCloseTo(score(point[20], point[21]), 12);
  });

  test('J is the mean reward of many plays, and V of the first points averages to it', () => {
    const policy = policyOf(5).map((u) => u + 1);
    const n = 40_000;
    const { outcome, value } = world.play(policy, normalDraws({ seed: 6, learner: 0, iteration: 0 }, n, 22));
    const mean = (x: (i: number) => number) => Array.from({ length: n }, (_, i) => x(i)).reduce((a, b) => a + b, 0) / n;
    const J = world.metrics(policy)['reward'];
    const spread = Math.sqrt(mean((i) => (outcome[i] - J) ** 2) / n);
    expect(Math.abs(mean((i) => outcome[i]) - J)).toBeLessThan(4 * spread);
    expect(Math.abs(mean((i) => value[11 * i]) - J)).toBeLessThan(4 * spread);
  });

  test('the advantages of a trajectory add up to its reward less V of where it began', () => {
    const policy = policyOf(7);
    const { advantage, value, outcome } = world.play(policy, normalDraws({ seed: 8, learner: 0, iteration: 0 }, 20, 22));
    for (let i = 0; i < 20; i++) {
      const total = advantage.subarray(10 * i, 10 * i + 10).reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(outcome[i] - value[11 * i], 12);
    }
  });
});

test('starts at J = 0.02762 and can reach 0.418; with decaying noise the ends are others', () => {
  const world = denoiser.closedForm({ noise: 'constant' }, 0);
  expect(world.metrics(world.start)['reward']).toBeCloseTo(0.02762, 5);
  expect(world.best).toBeCloseTo(0.418, 3);
  // All pulls alike: the noise-free end of the mean is (1 − 0.9¹⁰) u.
  const best = Float64Array.from({ length: 20 }, (_, k) => TARGET[k % 2] / (1 - 0.9 ** 10));
  expect(world.metrics(best)['reward']).toBeCloseTo(world.best, 12);
  expect(world.metrics(best)['distance']).toBeCloseTo(0, 12);
  expect(denoiser.closedForm({ noise: 'decay' }, 0).best).toBeGreaterThan(world.best);
});
