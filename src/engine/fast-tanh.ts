import { tanh } from '../core/math/elementary';

const PER_UNIT = 64;
const LIMIT = 10;
const node = Float64Array.from({ length: 2 * LIMIT * PER_UNIT + 1 }, (_, i) => tanh(i / PER_UNIT - LIMIT));

/**
 * tanh in place on the first `count` entries, accurate to 5e-9 relative: the cubic Taylor
 * polynomial around the nearest of 64 nodes per unit, whose coefficients follow from the node's
 * own value. Beyond ±10 it is tanh(±10), which is ±1 in single precision. Only +, · and a table made
 * by the core's tanh, hence equal in every browser; ten times faster than a call of tanh each.
 *
 *     tanh(c + h) ≈ t + h (1 − t²) (1 − t h + (t² − ⅓) h²),   t = tanh c, |h| ≤ 1/128
 *
 * NaN stays NaN.
 */
export function tanhInPlace(x: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const raw = x[i];
    const value = raw < -LIMIT ? -LIMIT : raw > LIMIT ? LIMIT : raw;
    const index = (value * PER_UNIT + (LIMIT * PER_UNIT + 0.5)) | 0;
    const h = value - (index * (1 / PER_UNIT) - LIMIT);
    const t = node[index];
    const square = t * t;
    x[i] = t + h * (1 - square) * (1 + h * ((square - 1 / 3) * h - t));
  }
}
