/** What each scheme learns: exact success, and proxy return as a share of its best, over iterations. */
import { area, line, ticks } from 'd3';
import type { SeriesId } from '../palette';
import { percent } from './number-format';
import { spreadLabels } from './spread-labels';

export interface CurveSeries {
  readonly series: SeriesId;
  readonly name: string;
  /** Iteration of every point; 0, 1, 2, … when missing. */
  readonly iteration?: ArrayLike<number>;
  /** Exact success, mean over seeds, 0…1. NaN where it was not evaluated. */
  readonly success: ArrayLike<number>;
  /** Ends of the band over seeds. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  /** Exact success from starts that training never sees. */
  readonly heldOut?: ArrayLike<number>;
  /** Proxy return as a share of its best. */
  readonly proxy?: ArrayLike<number>;
  /** Iteration from which the proxy rose while success fell. */
  readonly alarm?: number | null;
  /** Success curves from before an edit, drawn thin. */
  readonly ghosts?: readonly { readonly iteration?: ArrayLike<number>; readonly success: ArrayLike<number> }[];
}

export interface CurveSize {
  readonly width: number;
  readonly height: number;
  /** Last iteration of the axis. */
  readonly iterations: number;
  /** Room at the right for labels; at the left for the axis. */
  readonly right?: number;
  readonly left?: number;
}

export interface CurveGeometry {
  readonly plot: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly yTicks: readonly { readonly y: number; readonly label: string }[];
  readonly xTicks: readonly { readonly x: number; readonly label: string }[];
  readonly curves: readonly {
    readonly series: SeriesId;
    readonly success: string;
    readonly band: string | null;
    readonly heldOut: string | null;
    readonly proxy: string | null;
    readonly ghosts: readonly string[];
    /** Where the mark of an alarm stands: on the success curve. */
    readonly alarm: { readonly x: number; readonly y: number; /** There is no room above the curve. */ readonly isBelow: boolean } | null;
    readonly end: { readonly x: number; readonly y: number; readonly labelY: number } | null;
  }[];
}

const TOP = 8;
const BOTTOM = 22;

export function learningCurves(data: readonly CurveSeries[], size: CurveSize): CurveGeometry {
  const plot = { left: size.left ?? 34, right: size.width - (size.right ?? 24), top: TOP, bottom: size.height - BOTTOM };
  const x = iterationX(plot, size.iterations);
  const y = (share: number) => plot.bottom - Math.max(0, Math.min(1, share)) * (plot.bottom - plot.top);
  const at = (iteration: ArrayLike<number> | undefined, k: number) => x(iteration ? iteration[k]! : k);
  // Two points a pixel of what is drawn, not of the whole axis: early in a long run the curves are short.
  const points = (values: ArrayLike<number>, iteration?: ArrayLike<number>) => {
    // What was evaluated now and then is joined by straight lines.
    const known = Array.from(values, (_, k) => k).filter((k) => Number.isFinite(values[k]!));
    const most = known.length === 0 ? 0 : Math.max(2, Math.ceil(2 * (at(iteration, known.at(-1)!) - at(iteration, known[0]!))));
    return thinned(known.length, most).map((j) => known[j]!);
  };

  const path = (values: ArrayLike<number>, iteration?: ArrayLike<number>) =>
    line<number>((k) => at(iteration, k), (k) => y(values[k]!)).digits(1)(points(values, iteration)) ?? '';
  const curves = data.map((series) => {
    const { success, iteration, low, high, heldOut, proxy, alarm = null, ghosts = [] } = series;
    const last = lastFinite(success);
    return {
      series: series.series,
      success: path(success, iteration),
      band:
        low && high
          ? area<number>((k) => at(iteration, k), (k) => y(low[k]!), (k) => y(high[k]!))
              .digits(1)(points(low, iteration))
          : null,
      heldOut: heldOut ? path(heldOut, iteration) : null,
      proxy: proxy ? path(proxy, iteration) : null,
      ghosts: ghosts.map((ghost) => path(ghost.success, ghost.iteration)),
      alarm: alarm === null || !Number.isFinite(success[alarm] ?? Number.NaN) ? null : { x: x(alarm), y: y(success[alarm]!), isBelow: y(success[alarm]!) < plot.top + 20 },
      end: last < 0 ? null : { x: at(iteration, last), y: y(success[last]!) },
    };
  });
  const ends = curves.filter((curve) => curve.end !== null);
  const labelY = spreadLabels(
    ends.map((curve) => curve.end!.y),
    14,
    plot.top,
    plot.bottom,
  );
  return {
    plot,
    yTicks: [0, 0.5, 1].map((share) => ({ y: y(share), label: percent(share) })),
    xTicks: ticks(0, size.iterations, Math.max(2, Math.floor((plot.right - plot.left) / 52)))
      .filter((i) => Number.isInteger(i))
      .map((i) => ({ x: x(i), label: String(i) })),
    curves: curves.map((curve) => ({
      ...curve,
      end: curve.end && { ...curve.end, labelY: labelY[ends.indexOf(curve)]! },
    })),
  };
}

/** Position of an iteration on the horizontal axis. */
export function iterationX(plot: CurveGeometry['plot'], iterations: number): (iteration: number) => number {
  return (iteration) => plot.left + (iterations > 0 ? iteration / iterations : 0) * (plot.right - plot.left);
}

/** The iteration nearest to x, between 0 and `latest`. */
export function iterationAt(plot: CurveGeometry['plot'], iterations: number, latest: number, x: number): number {
  const iteration = Math.round(((x - plot.left) / (plot.right - plot.left)) * iterations);
  return Math.max(0, Math.min(latest, iteration));
}

/** The curves in one sentence each, at their last point. */
export function describeCurves(data: readonly CurveSeries[]): string {
  const parts = data.map(({ series, name, success, heldOut, proxy, alarm = null }) => {
    const k = lastFinite(success);
    if (k < 0) return `${series} ${name}: no result yet`;
    const h = heldOut ? lastFinite(heldOut) : -1;
    const p = proxy ? lastFinite(proxy) : -1;
    return `${series} ${name}: success ${percent(success[k]!)}${h < 0 ? '' : `, held out ${percent(heldOut![h]!)}`}${p < 0 ? '' : `, proxy return ${percent(proxy![p]!)} of its best`}${alarm === null ? '' : `, which rises from iteration ${alarm} on while success falls`}`;
  });
  return parts.length === 0 ? 'No curves yet.' : `${parts.join('. ')}.`;
}

function lastFinite(values: ArrayLike<number>): number {
  let k = values.length - 1;
  while (k >= 0 && !Number.isFinite(values[k]!)) k--;
  return k;
}

/** Indices 0 … size − 1, thinned evenly to about `most`, the last one always there. */
function thinned(size: number, most: number): number[] {
  const every = Math.max(1, Math.ceil(size / most));
  const indices: number[] = [];
  for (let k = 0; k < size; k += every) indices.push(k);
  if (size > 0 && indices.at(-1) !== size - 1) indices.push(size - 1);
  return indices;
}
