import { expect, test } from 'vitest';
import { normalProbability, normalQuantile } from '../../../src/core/math/normal-quantile';

test.each([
  [0.5, 0],
  [0.85, 1.0364333894937898],
  [0.975, 1.959963984540054],
  [0.1, -1.2815515655446004],
  [1e-6, -4.753424308822899],
  [1e-12, -7.034483825301131],
])('the quantile at %d is %d', (p, x) => {
  expect(normalQuantile(p)).toBeCloseTo(x, 11);
});

test('it undoes the probability', () => {
  for (const x of [-7.5, -4.9, -2, -0.3, 0.01, 1.5, 4]) expect(normalQuantile(normalProbability(x))).toBeCloseTo(x, 9);
});

test('it has no value at the ends', () => {
  expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
});
