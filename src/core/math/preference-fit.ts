import { exp, log, sigmoid } from './elementary';
import { solveLinear } from './solve-linear';

/**
 * Weights w of a linear score fitted to pairwise preferences, the maximum of
 *
 *     L(w) = Σ_i log σ(w · d_i) − (penalty / 2)·|w|²
 *
 * `difference` holds the d_i = features of the preferred minus features of the other, [n × width] row-major. Newton's method from
 * w = 0, steps halved until L grows; L is strictly concave for penalty > 0, so the answer does not depend on the way there.
 * Throws when the penalty is not above 0.
 */
export function fitPreferences(difference: Float64Array, width: number, penalty: number): Float64Array {
  if (!(penalty > 0)) throw new Error(`Fitting preferences needs a penalty above 0; it is ${penalty}. Without one, preferences that agree have no best weights.`);
  const n = difference.length / width;
  let w = new Float64Array(width);
  let value = objective(difference, w, penalty);
  for (let iteration = 0; iteration < 100; iteration++) {
    const gradient = w.map((x) => -penalty * x);
    const curvature = new Float64Array(width * width);
    for (let j = 0; j < width; j++) curvature[j * width + j] = penalty;
    for (let i = 0; i < n; i++) {
      const d = difference.subarray(i * width, (i + 1) * width);
      const p = sigmoid(dot(d, w));
      for (let j = 0; j < width; j++) {
        gradient[j] += (1 - p) * d[j];
        for (let k = 0; k < width; k++) curvature[j * width + k] += p * (1 - p) * d[j] * d[k];
      }
    }
    const step = solveLinear(curvature, gradient);
    if (!step) return w;
    let scale = 1;
    for (; scale > 1e-10; scale /= 2) {
      const next = w.map((x, j) => x + scale * step[j]);
      const reached = objective(difference, next, penalty);
      if (reached >= value) {
        w = next;
        value = reached;
        break;
      }
    }
    if (scale * Math.sqrt(dot(step, step)) <= 1e-10 * (1 + Math.sqrt(dot(w, w)))) return w;
  }
  return w;
}

function objective(difference: Float64Array, w: Float64Array, penalty: number): number {
  const width = w.length;
  let sum = (-penalty / 2) * dot(w, w);
  for (let i = 0; i < difference.length; i += width) {
    const z = dot(difference.subarray(i, i + width), w);
    sum += Math.min(0, z) - log(1 + exp(-Math.abs(z)));
  }
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] * b[j];
  return sum;
}
