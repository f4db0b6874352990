import { tanhInPlace } from './fast-tanh';

/** √(2/π) and the coefficient of the cubic term: GELU in its usual approximation by tanh. */
export const GELU_SCALE = 0.7978845608028654;
export const GELU_CUBIC = 0.044715;

/**
 * GELU in place on the first `count` entries, and its derivative in `slope`.
 *
 *     gelu(x) = ½ x (1 + t),   t = tanh(c (x + k x³)),   c = √(2/π), k = 0.044715
 *     gelu′(x) = ½ (1 + t) + ½ x (1 − t²) c (1 + 3 k x²)
 *
 * Source: Hendrycks and Gimpel, arXiv:1606.08415.
 */
export function geluInPlace(x: Float64Array, slope: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) slope[i] = GELU_SCALE * x[i] * (1 + GELU_CUBIC * x[i] * x[i]);
  tanhInPlace(slope, count);
  for (let i = 0; i < count; i++) {
    const value = x[i];
    const t = slope[i];
    slope[i] = 0.5 * (1 + t) + 0.5 * value * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBIC * value * value);
    x[i] = 0.5 * value * (1 + t);
  }
}
