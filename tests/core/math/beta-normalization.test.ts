import { expect, test } from 'vitest';
import { logBetaDensity, logGamma } from '../../../src/core/math/beta-normalization';

test('log Γ is the log of factorials, and steps by log x in between', () => {
  let factorial = 0;
  for (let n = 1; n <= 30; n++) {
    expect(logGamma(n)).toBeCloseTo(factorial, 11);
    factorial += Math.log(n);
  }
  for (const x of [1.01, 1.5, 2.75, 7.9, 8, 20.3]) expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 11);
  expect(logGamma(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 12);
});

test('a Beta density adds up to one and vanishes at a border it does not reach', () => {
  for (const [alpha, beta] of [[1, 1], [1.4, 1.1], [3, 2]]) {
    const n = 20_000;
    let total = 0;
    for (let k = 0; k < n; k++) total += Math.exp(logBetaDensity((k + 0.5) / n, alpha, beta)) / n;
    expect(total).toBeCloseTo(1, 5);
  }
  expect(logBetaDensity(0, 2, 1)).toBe(-Infinity);
  expect(logBetaDensity(0, 1, 1)).toBeCloseTo(0, 12);
});
