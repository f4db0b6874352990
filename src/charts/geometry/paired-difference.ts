/** The difference of two schemes' curves, paired by seed: same seeds, same random numbers, so most noise cancels. */
import { area, line } from 'd3';
import { signed } from './number-format';

export interface PairedInterval {
  /** [iterations] */
  readonly mean: Float64Array;
  /** Ends of the 95 % interval of the mean (Student's t, n − 1); NaN for one seed. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Mean over seeds of a − b and its 95 % interval, at every iteration that all curves have:
 * d̄ ± t₀.₉₇₅(n − 1) · s / √n, s with n − 1.
 */
export function pairedInterval(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): PairedInterval {
  const seeds = Math.min(a.length, b.length);
  const size = seeds === 0 ? 0 : Math.min(...a.slice(0, seeds).map((c) => c.length), ...b.slice(0, seeds).map((c) => c.length));
  const [mean, low, high] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const factor = studentT975(seeds - 1) / Math.sqrt(seeds);
  for (let k = 0; k < size; k++) {
    let total = 0;
    for (let s = 0; s < seeds; s++) total += a[s]![k]! - b[s]![k]!;
    const centre = total / seeds;
    let squares = 0;
    for (let s = 0; s < seeds; s++) squares += (a[s]![k]! - b[s]![k]! - centre) ** 2;
    const half = factor * Math.sqrt(squares / (seeds - 1));
    mean[k] = centre;
    low[k] = centre - half;
    high[k] = centre + half;
  }
  return { mean, low, high };
}

const exactT = [12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139];

/** 0.975 quantile of Student's t: exact up to ten degrees of freedom, then the Cornish-Fisher series. */
export function studentT975(degrees: number): number {
  if (degrees < 1) return Number.NaN;
  if (degrees <= exactT.length) return exactT[degrees - 1]!;
  const z = 1.959963985;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

export interface DifferenceGeometry {
  readonly mean: string;
  readonly band: string | null;
  readonly zeroY: number;
  /** Half range of the axis: 0.1, 0.25, 0.5 or 1. */
  readonly reach: number;
  readonly end: { readonly x: number; readonly y: number } | null;
}

export function differenceGeometry(
  { mean, low, high }: PairedInterval,
  { width, height, iterations }: { width: number; height: number; iterations: number },
): DifferenceGeometry {
  const indices = Array.from(mean, (_, k) => k);
  const largest = indices.reduce((most, k) => Math.max(most, ...[mean[k]!, low[k]!, high[k]!].map((v) => (Number.isFinite(v) ? Math.abs(v) : 0))), 0);
  const reach = [0.1, 0.25, 0.5].find((r) => largest <= r) ?? 1;
  const x = (k: number) => (iterations > 0 ? (k / iterations) * width : 0);
  const y = (v: number) => height / 2 - (Math.max(-reach, Math.min(reach, v)) / reach) * (height / 2);
  const last = mean.length - 1;
  return {
    mean: line<number>(x, (k) => y(mean[k]!)).digits(1)(indices) ?? '',
    band: Number.isFinite(low[0]) ? area<number>(x, (k) => y(low[k]!), (k) => y(high[k]!)).digits(1)(indices) : null,
    zeroY: height / 2,
    reach,
    end: last < 0 ? null : { x: x(last), y: y(mean[last]!) },
  };
}

/** `+0.12, 95% interval +0.05 to +0.19`. */
export function describeDifference({ mean, low, high }: PairedInterval): string {
  const k = mean.length - 1;
  if (k < 0) return 'no result yet';
  if (!Number.isFinite(low[k]!)) return `${signed(mean[k]!)}, one seed, so no interval`;
  return `${signed(mean[k]!)}, 95% interval ${signed(low[k]!)} to ${signed(high[k]!)}`;
}
