import { describe, expect, it } from 'vitest';
import { fitPreferences } from '../../../src/core/math/preference-fit';

/** Seeded differences with both signs in every direction. */
const difference = Float64Array.from({ length: 3 * 40 }, (_, k) => Math.sin(12.9 * k + 1) * 3);

describe('weights fitted to preferences', () => {
  it('stand where the slope of the penalised likelihood is zero', () => {
    const w = fitPreferences(difference, 3, 0.05);
    const slope = [0, 1, 2].map((j) => {
      let sum = -0.05 * w[j];
      for (let i = 0; i < 40; i++) {
        const z = [0, 1, 2].reduce((total, k) => total + w[k] * difference[3 * i + k], 0);
        sum += difference[3 * i + j] / (1 + Math.exp(z));
      }
      return sum;
    });
    for (const x of slope) expect(Math.abs(x)).toBeLessThan(1e-9);
    expect(Math.max(...w.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('solve one preference in closed form: w = σ(−w d) d / penalty', () => {
    const [w] = fitPreferences(new Float64Array([2]), 1, 0.5);
    expect(w).toBeCloseTo((2 / (1 + Math.exp(2 * w))) / 0.5, 12);
  });

  it('stay finite where all preferences agree and the penalty is small', () => {
    const [w] = fitPreferences(new Float64Array(2000).fill(40), 1, 0.001);
    expect(w).toBeGreaterThan(0.1);
    expect(w).toBeLessThan(10);
  });

  it('refuse to be fitted without a penalty', () => {
    expect(() => fitPreferences(difference, 3, 0)).toThrow('Fitting preferences needs a penalty above 0; it is 0.');
  });
});
