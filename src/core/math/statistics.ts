/**
 * Summary statistics. A standard deviation always names its ddof: 1 divides by n − 1 (torch.std),
 * 0 by n (numpy). Ragged versions read row-major [nTraj × maxLen] columns and skip padding.
 */

/** Arithmetic mean; 0 for an empty list. */
export function mean(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return x.length === 0 ? 0 : sum / x.length;
}

/** Σ (x − m)² / (n − ddof); 0 where n ≤ ddof. Two passes, so a large mean costs no digits. */
export function variance(x: ArrayLike<number>, ddof: 0 | 1): number {
  if (x.length <= ddof) return 0;
  const m = mean(x);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - m) ** 2;
  return sum / (x.length - ddof);
}

/** Square root of `variance`. */
export function standardDeviation(x: ArrayLike<number>, ddof: 0 | 1): number {
  return Math.sqrt(variance(x, ddof));
}

/** Number of steps that count: Σ length[i]. */
export function stepCount(length: Int32Array): number {
  let n = 0;
  for (let i = 0; i < length.length; i++) n += length[i];
  return n;
}

/** Sum over the steps that count. */
export function raggedSum(column: Float64Array, length: Int32Array, maxLen: number): number {
  let sum = 0;
  for (let i = 0; i < length.length; i++) {
    const end = i * maxLen + length[i];
    for (let k = i * maxLen; k < end; k++) sum += column[k];
  }
  return sum;
}

/** Σ (x − centre)² over the steps that count. */
export function raggedSquares(column: Float64Array, length: Int32Array, maxLen: number, centre: number): number {
  let sum = 0;
  for (let i = 0; i < length.length; i++) {
    const end = i * maxLen + length[i];
    for (let k = i * maxLen; k < end; k++) sum += (column[k] - centre) ** 2;
  }
  return sum;
}

/** verl's whitening constant, inside the counts and under the root. */
export const WHITENING_EPSILON = 1e-8;

/** Centre and spread of verl's whitening over n values with the given sum and squares about the centre. */
export interface WhiteningMoments {
  readonly n: number;
  /** m = Σx / (n + 1e-8) */
  readonly centre: number;
  /** √(v + 1e-8), v = Σ(x − m)² / (n + 1e-8) · n / (n − 1) */
  readonly spread: number;
}

/** Moments of verl's W(·) over the steps that count, or null with n ≤ 1, where verl raises. */
export function whiteningMoments(column: Float64Array, length: Int32Array, maxLen: number): WhiteningMoments | null {
  const n = stepCount(length);
  if (n <= 1) return null;
  const centre = raggedSum(column, length, maxLen) / (n + WHITENING_EPSILON);
  const v = (raggedSquares(column, length, maxLen, centre) / (n + WHITENING_EPSILON)) * (n / (n - 1));
  return { n, centre, spread: Math.sqrt(v + WHITENING_EPSILON) };
}

/**
 * verl's batch whitening W(x) = (x − m) / √(v + 1e-8) over the steps that count; padding becomes 0.
 * With one step or none there is no spread and every value becomes 0 (verl raises there).
 */
export function whiten(column: Float64Array, length: Int32Array, maxLen: number, out: Float64Array): Float64Array {
  const moments = whiteningMoments(column, length, maxLen);
  for (let i = 0; i < length.length; i++) {
    const end = i * maxLen + length[i];
    for (let k = i * maxLen; k < end; k++) out[k] = moments ? (column[k] - moments.centre) / moments.spread : 0;
    out.fill(0, end, (i + 1) * maxLen);
  }
  return out;
}

/** The p-th percentile, 0 ≤ p ≤ 100, linear between neighbours as numpy's default; NaN for an empty list. */
export function percentile(x: ArrayLike<number>, p: number): number {
  if (x.length === 0) return NaN;
  const sorted = Float64Array.from(x).sort();
  const at = (Math.min(100, Math.max(0, p)) / 100) * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/** a·b / (|a||b|), or null when either vector is 0 and has no direction. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return aa === 0 || bb === 0 ? null : dot / (Math.sqrt(aa) * Math.sqrt(bb));
}

/** P(|t| ≤ x) of Student's t with a whole number of degrees of freedom, by its finite series in cos θ, tan θ = x/√ν. */
function studentCentralProbability(x: number, dof: number): number {
  const theta = Math.atan2(x, Math.sqrt(dof));
  const cos2 = Math.cos(theta) ** 2;
  const odd = dof % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = dof === 1 ? 0 : term;
  for (let j = odd ? 3 : 2; j <= dof - 2; j += 2) sum += term *= (cos2 * (j - 1)) / j;
  return odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}

/** The x with P(|t| ≤ x) = level for `dof` degrees of freedom (whole, at least 1); 1.96 for level 0.95 in the limit. */
export function studentQuantile(level: number, dof: number): number {
  const nu = Math.min(dof, 4096); // beyond, the quantile moves by less than 6e-4
  let low = 0;
  let high = 1;
  while (studentCentralProbability(high, nu) < level && high < 1e6) high *= 2;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (studentCentralProbability(middle, nu) < level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Mean with its Student-t interval (ddof 1). With fewer than two values the interval is unbounded. */
export function meanInterval(x: ArrayLike<number>, level = 0.95): Interval {
  const m = mean(x);
  if (x.length < 2) return { mean: m, low: -Infinity, high: Infinity, n: x.length };
  const half = (studentQuantile(level, x.length - 1) * standardDeviation(x, 1)) / Math.sqrt(x.length);
  return { mean: m, low: m - half, high: m + half, n: x.length };
}

/** Interval of the mean of a[i] − b[i]: two runs over the same seeds share their randomness, so pairing is what narrows it. */
export function pairedInterval(a: ArrayLike<number>, b: ArrayLike<number>, level = 0.95): Interval {
  if (a.length !== b.length) throw new Error(`Paired values need equal counts; there are ${a.length} and ${b.length}.`);
  return meanInterval(Float64Array.from(a, (value, i) => value - b[i]), level);
}
