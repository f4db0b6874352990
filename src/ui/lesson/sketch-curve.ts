/** The reader's sketch: a value at each of so many knots over the iterations; the first is where the curve really starts. */
export const KNOTS = 24;

export interface Axis {
  readonly min: number;
  readonly max: number;
}

/** A level line from the start, which drawing bends. */
export function levelSketch(start: number): number[] {
  return Array.from({ length: KNOTS + 1 }, () => start);
}

/** The knot nearest to a share of the horizontal axis; never the fixed first one. */
export function knotAt(share: number): number {
  return Math.max(1, Math.min(KNOTS, Math.round(share * KNOTS)));
}

/**
 * The sketch after the pen moved from one knot to another: what lies between is a straight line, and what was not drawn
 * yet follows at the pen's height, so that a sketch always reaches the end.
 */
export function drawn(sketch: readonly number[], from: { knot: number; value: number }, to: { knot: number; value: number }, reached: number): number[] {
  const next = [...sketch];
  const [left, right] = from.knot <= to.knot ? [from, to] : [to, from];
  for (let k = Math.max(1, left.knot); k <= right.knot; k++) {
    const share = right.knot === left.knot ? 1 : (k - left.knot) / (right.knot - left.knot);
    next[k] = left.value + share * (right.value - left.value);
  }
  next[to.knot] = to.value;
  if (to.knot >= reached) for (let k = to.knot + 1; k <= KNOTS; k++) next[k] = to.value;
  return next;
}

/** The sketch at an iteration, between its knots. */
export function sketchAt(sketch: readonly number[], iteration: number, iterations: number): number {
  const at = Math.max(0, Math.min(KNOTS, (iteration / iterations) * KNOTS));
  const k = Math.min(KNOTS - 1, Math.floor(at));
  return sketch[k]! + (at - k) * (sketch[k + 1]! - sketch[k]!);
}

export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const xOf = (plot: Plot, iterations: number, iteration: number) => plot.left + (iteration / iterations) * (plot.right - plot.left);
export const yOf = (plot: Plot, { min, max }: Axis, value: number) => plot.bottom - (Math.max(0, Math.min(1, (value - min) / (max - min))) * (plot.bottom - plot.top));

/** The value at a height of the plot. */
export const valueAt = (plot: Plot, { min, max }: Axis, y: number) => min + Math.max(0, Math.min(1, (plot.bottom - y) / (plot.bottom - plot.top))) * (max - min);

/** Path through points, `M…L…`; points that are no numbers are left out. */
export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .map(([x, y], k) => `${k === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
}

/** About six round iterations for the axis. */
export function iterationTicks(iterations: number): number[] {
  const rough = iterations / 5;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * size).find((x) => x >= rough && Number.isInteger(x)) ?? Math.max(1, Math.round(rough));
  return Array.from({ length: Math.floor(iterations / step) + 1 }, (_, k) => k * step);
}

/** Ticks of the vertical axis: halves of a share, whole points otherwise. */
export function valueTicks({ min, max }: Axis): number[] {
  if (min === 0 && max === 1) return [0, 0.5, 1];
  return Array.from({ length: Math.floor(max) - Math.ceil(min) + 1 }, (_, k) => Math.ceil(min) + k);
}
