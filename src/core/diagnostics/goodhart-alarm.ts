import { GAP_SHOWN } from './hacking-gap';

export interface GoodhartOptions {
  /** Points of a window, at least 4; 10 unless given. */
  readonly window?: number;
  /** How many standard errors of its slope a curve has to move; 4 unless given, because a run holds many windows. */
  readonly errors?: number;
  /** Smallest movement over a window that counts, as a share of the way from start to best; 0.02 unless given. */
  readonly least?: number;
}

export interface GoodhartAlarm {
  /** First and last point of the first window that raised it. */
  readonly from: number;
  readonly to: number;
  /** Change of each curve over the window, along its fitted line. */
  readonly proxyRise: number;
  readonly successFall: number;
}

/**
 * The first window of `window` points in which the proxy rises while the exact success falls: each along its least-squares
 * line, by more than `least` and by more than `errors` standard errors of the slope,
 *
 *     b = Σ (k − k̄) y_k / Σ (k − k̄)²,   se(b)² = Σ residual² / ((n − 2) Σ (k − k̄)²)
 *
 * Curves are shares of the way from start to best, as in the hacking gap. An honest reward moves both the same way and
 * raises no alarm. Points that are NaN in either curve are left out. Null when there is none.
 */
export function goodhartAlarm(proxyShare: ArrayLike<number>, success: ArrayLike<number>, { window = 10, errors = 4, least = GAP_SHOWN }: GoodhartOptions = {}): GoodhartAlarm | null {
  if (proxyShare.length !== success.length) throw new Error(`The proxy has ${proxyShare.length} points and the success ${success.length}; give one of each per iteration.`);
  if (!Number.isInteger(window) || window < 4) throw new Error(`A window of ${window} points has no slope with an error. Use 4 or more.`);
  const at = Array.from(proxyShare, (_, k) => k).filter((k) => !Number.isNaN(proxyShare[k]) && !Number.isNaN(success[k]));
  for (let end = window; end <= at.length; end++) {
    const points = at.slice(end - window, end);
    const proxy = trend(points, proxyShare);
    const truth = trend(points, success);
    const clear = (change: number, error: number) => change > least && change > errors * error;
    if (!clear(proxy.change, proxy.error) || !clear(-truth.change, truth.error)) continue;
    return { from: points[0], to: points[window - 1], proxyRise: proxy.change, successFall: -truth.change };
  }
  return null;
}

/** Points of the window along which the curves of a run are followed. */
export const ALARM_WINDOW = 12;

/**
 * The first alarm of a run among the iterations from `from` on: the proxy as a share of the way from its start to its best, success as a
 * share of the best there is. Null where either has no way to go.
 */
export function learningAlarm(proxy: Float64Array, success: Float64Array, best: { readonly proxy: number; readonly truth: number }, from = 0): GoodhartAlarm | null {
  const first = (curve: Float64Array) => curve.find((x) => !Number.isNaN(x)) ?? Number.NaN;
  const way = best.proxy - first(proxy);
  // Where learning starts near the best, the way there is short and a small fall would seem a long one.
  const whole = Math.max(Math.abs(best.truth), best.truth - first(success));
  if (!(Math.abs(way) > 1e-12) || !(whole > 1e-12)) return null;
  const found = goodhartAlarm(proxy.subarray(from).map((x) => x / way), success.subarray(from).map((x) => x / whole), { window: ALARM_WINDOW });
  return found && { ...found, from: found.from + from, to: found.to + from };
}

/** Change along the least-squares line from the first to the last point, and its standard error. */
function trend(at: readonly number[], y: ArrayLike<number>): { change: number; error: number } {
  const n = at.length;
  const middle = at.reduce((sum, k) => sum + k, 0) / n;
  const level = at.reduce((sum, k) => sum + y[k], 0) / n;
  let spread = 0;
  let cross = 0;
  for (const k of at) {
    spread += (k - middle) * (k - middle);
    cross += (k - middle) * (y[k] - level);
  }
  const slope = cross / spread;
  const squares = at.reduce((sum, k) => sum + (y[k] - level - slope * (k - middle)) * (y[k] - level - slope * (k - middle)), 0);
  const span = at[n - 1] - at[0];
  return { change: slope * span, error: Math.sqrt(squares / (n - 2) / spread) * span };
}
