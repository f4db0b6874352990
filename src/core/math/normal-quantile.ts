/**
 * The x below which a standard normal variable lies with probability p, 0 < p < 1; ±∞ at the ends.
 *
 * Starts from a rational approximation and is polished by Halley's method on Φ(x) = p, where Φ comes from its
 * power series near 0 and from its continued fraction in the tails.
 */
import { exp, log } from './elementary';

const ROOT_TWO_PI = 2.5066282746310002;

/** Φ(x), to about 1e-15. */
export function normalProbability(x: number): number {
  const density = exp(-0.5 * x * x) / ROOT_TWO_PI;
  const size = Math.abs(x);
  if (size < 2.5) {
    let term = x;
    let sum = x;
    for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
    return 0.5 + density * sum;
  }
  let fraction = 0;
  for (let k = 200; k > 0; k--) fraction = k / (size + fraction);
  const tail = density / (size + fraction);
  return x < 0 ? tail : 1 - tail;
}

export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN;
  if (p > 0.5) return -normalQuantile(1 - p);
  // Abramowitz and Stegun 26.2.23, good to 4.5e-4.
  const t = Math.sqrt(-2 * log(p));
  let x = -(t - (2.515517 + t * (0.802853 + 0.010328 * t)) / (1 + t * (1.432788 + t * (0.189269 + 0.001308 * t))));
  for (let step = 0; step < 4; step++) {
    const error = (normalProbability(x) - p) * ROOT_TWO_PI * exp(0.5 * x * x);
    x -= error / (1 + 0.5 * x * error);
  }
  return x;
}
