import { describe, expect, test } from 'vitest';
import { createOptimiser, type OptimiserSpec } from '../../src/engine/optimiser';
import { uniform } from './reference-network';

const adam: OptimiserSpec = { kind: 'adam', learningRate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 };

describe('optimisers', () => {
  test('SGD walks straight down: θ_k = θ_0 − k α g', () => {
    const theta = Float64Array.of(1, -2);
    const sgd = createOptimiser({ kind: 'sgd', learningRate: 0.5 }, 2);
    for (let k = 0; k < 3; k++) sgd.step(theta, Float64Array.of(0.25, -1));
    expect([...theta]).toEqual([1 - 3 * 0.125, -2 + 3 * 0.5]);
  });

  test('Adam under a constant gradient moves by α g / (|g| + ε) a step, whatever its size', () => {
    const gradient = Float64Array.of(1e-3, -40);
    const theta = new Float64Array(2);
    const optimiser = createOptimiser({ kind: 'adam', learningRate: 0.01, epsilon: 1e-8 }, 2);
    for (let k = 1; k <= 30; k++) {
      optimiser.step(theta, gradient);
      theta.forEach((value, i) => expect(value).toBeCloseTo((-k * 0.01 * gradient[i]) / (Math.abs(gradient[i]) + 1e-8), 12));
    }
  });

  test('Adam equals the moments written out as sums over all past gradients', () => {
    const steps = 12;
    const gradient = Array.from({ length: steps }, (_, k) => Float64Array.from(uniform(3, 2, 31, k)));
    const theta = Float64Array.of(0.5, -1, 2);
    const expected = theta.slice();
    const optimiser = createOptimiser(adam, 3);
    for (let t = 1; t <= steps; t++) {
      optimiser.step(theta, gradient[t - 1]);
      expected.forEach((value, i) => {
        let m = 0;
        let v = 0;
        for (let k = 1; k <= t; k++) {
          m += 0.2 * 0.8 ** (t - k) * gradient[k - 1][i];
          v += 0.05 * 0.95 ** (t - k) * gradient[k - 1][i] ** 2;
        }
        const move = (0.01 * (m / (1 - 0.8 ** t))) / (Math.sqrt(v / (1 - 0.95 ** t)) + 1e-6);
        expected[i] = value - 0.01 * 0.1 * value - move;
      });
      theta.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
    }
  });

  test('a run continued from a saved state is bit-identical to one never interrupted', () => {
    const theta = uniform(50, 1, 3, 0);
    const first = createOptimiser(adam, 50);
    for (let k = 0; k < 7; k++) first.step(theta, uniform(50, 1, 3, 1, k));
    const copy = theta.slice();
    const state = first.save();
    for (let k = 7; k < 20; k++) first.step(theta, uniform(50, 1, 3, 1, k));
    const second = createOptimiser(adam, 50);
    second.restore(structuredClone(state));
    for (let k = 7; k < 20; k++) second.step(copy, uniform(50, 1, 3, 1, k));
    expect(copy).toEqual(theta);
    expect(second.save()).toEqual(first.save());
  });

  test('vectors of another size are refused', () => {
    expect(() => createOptimiser(adam, 3).step(new Float32Array(4), new Float32Array(4))).toThrow('holds 3 parameters, not 4');
    expect(() => createOptimiser(adam, 3).restore(createOptimiser(adam, 4).save())).toThrow('has 4 entries; this optimiser holds 3');
  });
});
