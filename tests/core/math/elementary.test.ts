import { describe, expect, it } from 'vitest';
import { exp, log, sigmoid, softmaxRow, softplus, tanh } from '../../../src/core/math/elementary';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

/** Largest relative distance over many arguments; equal values, equal infinities and two NaN are at distance 0. */
function worst(ours: (x: number) => number, reference: (x: number) => number, draw: (u: number) => number, n = 200_000) {
  const stream = mixSeed(3, 14, 15);
  let error = 0;
  let at = NaN;
  for (let i = 0; i < n; i++) {
    const x = draw(nextUniform(stream));
    const a = ours(x);
    const b = reference(x);
    if (Object.is(a, b)) continue;
    const relative = Math.abs(a - b) / Math.abs(b);
    if (!(relative <= error)) {
      error = relative;
      at = x;
    }
  }
  return { error, at };
}

const EPSILON = 2 ** -52;

describe('exp', () => {
  it.each([[-700, 709.7], [-30, 30], [-1, 1], [-1e-3, 1e-3], [-1e-12, 1e-12]])('agrees with Math.exp to 2 units in the last place on %d … %d', (low, high) => {
    expect(worst(exp, Math.exp, (u) => low + (high - low) * u).error).toBeLessThanOrEqual(2 * EPSILON);
  });

  it('keeps subnormal results to their last bit or two', () => {
    for (let x = -745; x < -708; x += 0.37) expect(Math.abs(exp(x) - Math.exp(x))).toBeLessThanOrEqual(Math.max(2 * 5e-324, 4e-16 * Math.exp(x)));
  });

  it('has the limits of Math.exp', () => {
    for (const x of [0, -0, Infinity, -Infinity, NaN, 710, -746, 1e308, -1e308]) expect(exp(x)).toBe(Math.exp(x));
    expect(exp(709.782712893384) / Math.exp(709.782712893384)).toBeCloseTo(1, 12);
  });

  it('is exactly 1 at 0 and monotone across reduction boundaries', () => {
    expect(exp(0)).toBe(1);
    for (let k = -40; k < 40; k++) {
      const boundary = (k + 0.5) * Math.LN2;
      for (let j = -20; j < 20; j++) {
        const x = boundary + j * 1e-13;
        expect(exp(x)).toBeLessThanOrEqual(exp(x + 1e-13));
      }
    }
  });
});

describe('log', () => {
  it.each([[0.5, 2], [0.99, 1.01], [1e-5, 1e5]])('agrees with Math.log to 2 units in the last place on %d … %d', (low, high) => {
    expect(worst(log, Math.log, (u) => low + (high - low) * u).error).toBeLessThanOrEqual(2 * EPSILON);
  });

  it('agrees over all magnitudes, subnormal numbers included', () => {
    expect(worst(log, Math.log, (u) => 2 ** (-1073 + 2096 * u)).error).toBeLessThanOrEqual(2 * EPSILON);
  });

  it('has the limits of Math.log', () => {
    for (const x of [0, -0, 1, -1, Infinity, -Infinity, NaN, 5e-324]) expect(log(x)).toBe(Math.log(x));
  });

  it('undoes exp', () => {
    for (let x = -700; x <= 700; x += 3.7) expect(Math.abs(log(exp(x)) - x)).toBeLessThanOrEqual(4e-16 + 2 * EPSILON * Math.abs(x));
  });
});

describe('tanh', () => {
  it.each([[-22, 22], [-1, 1], [-1e-2, 1e-2], [-1e-9, 1e-9]])('agrees with Math.tanh to 3 units in the last place on %d … %d', (low, high) => {
    expect(worst(tanh, Math.tanh, (u) => low + (high - low) * u).error).toBeLessThanOrEqual(3 * EPSILON);
  });

  it('is odd, bounded and has the limits of Math.tanh', () => {
    for (const x of [0, -0, Infinity, -Infinity, NaN, 25, -25, 1e300]) expect(tanh(x)).toBe(Math.tanh(x));
    for (let x = 0.013; x < 25; x *= 1.37) {
      expect(tanh(-x)).toBe(-tanh(x));
      expect(tanh(x)).toBeLessThanOrEqual(1);
    }
  });
});

describe('sigmoid and softmax', () => {
  it('sigmoid agrees with 1 / (1 + e^−x) and with its mirror image', () => {
    for (let x = -40; x <= 40; x += 0.7) {
      expect(sigmoid(x) / (1 / (1 + Math.exp(-x)))).toBeCloseTo(1, 13);
      expect(sigmoid(x) + sigmoid(-x)).toBeCloseTo(1, 14);
    }
    expect(sigmoid(-800)).toBe(0);
    expect(sigmoid(800)).toBe(1);
  });

  it('softplus agrees with log(1 + e^x), and is x far to the right', () => {
    for (let x = -30; x <= 30; x += 0.7) expect(softplus(x) / Math.log1p(Math.exp(x))).toBeCloseTo(1, 2 + Math.min(10, Math.round(10 + x / 3)));
    expect(softplus(-800)).toBe(0);
    expect(softplus(800)).toBe(800);
  });

  it('softmax of one row leaves other cells alone, adds to 1 and returns log Σ exp', () => {
    const logits = Float64Array.from([9, 1, 2, 3, 9]);
    const out = Float64Array.from([7, 0, 0, 0, 7]);
    const logSum = softmaxRow(logits, 1, 3, out);
    const sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
    [Math.exp(1) / sum, Math.exp(2) / sum, Math.exp(3) / sum].forEach((p, j) => expect(out[1 + j]).toBeCloseTo(p, 15));
    expect(logSum).toBeCloseTo(Math.log(sum), 14);
    expect([out[0], out[4]]).toEqual([7, 7]);
  });

  it('softmax does not overflow and is unchanged by a shift', () => {
    const out = new Float64Array(3);
    const shifted = new Float64Array(3);
    softmaxRow(Float64Array.from([0, 1, 2]), 0, 3, out);
    softmaxRow(Float64Array.from([1000, 1001, 1002]), 0, 3, shifted);
    expect([...shifted]).toEqual([...out]);
  });
});
