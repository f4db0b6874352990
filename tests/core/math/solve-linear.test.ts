import { expect, test } from 'vitest';
import { solveLinear } from '../../../src/core/math/solve-linear';
import { fractions } from '../../support/reward-cases';

test('needs a row exchange: 0x + 2y = 4, 3x + y = 5', () => {
  expect(solveLinear(Float64Array.of(0, 2, 3, 1), Float64Array.of(4, 5))).toEqual(Float64Array.of(1, 2));
});

test('a singular matrix has no solution', () => {
  expect(solveLinear(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 2))).toBeNull();
});

test('the solution of random systems fits, and the arguments stay as they were', () => {
  const next = fractions(3);
  for (let n = 1; n <= 8; n++) {
    const A = new Float64Array(n * n).map(() => 2 * next() - 1);
    const b = new Float64Array(n).map(() => 2 * next() - 1);
    const [before, after] = [A.slice(), b.slice()];
    const x = solveLinear(A, b)!;
    for (let row = 0; row < n; row++) expect(x.reduce((sum, value, k) => sum + A[row * n + k] * value, 0)).toBeCloseTo(b[row], 9);
    expect([A, b]).toEqual([before, after]);
  }
});
