import { line } from 'd3';

export interface SparklineGeometry {
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number } | null;
}

/** A small line; the range is that of the values unless given. */
export function sparkline(
  values: ArrayLike<number>,
  { width, height, range }: { width: number; height: number; range?: readonly [number, number] | undefined },
): SparklineGeometry {
  const points = Array.from(values, (value, k) => ({ value, k })).filter((p) => Number.isFinite(p.value));
  const [low, high] = range ?? [Math.min(...points.map((p) => p.value)), Math.max(...points.map((p) => p.value))];
  const x = (k: number) => (values.length > 1 ? (k / (values.length - 1)) * width : width);
  const y = (value: number) => (high > low ? height - ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * height : height / 2);
  const last = points.at(-1);
  return {
    path: line<(typeof points)[number]>((p) => x(p.k), (p) => y(p.value)).digits(1)(points) ?? '',
    end: last ? { x: x(last.k), y: y(last.value) } : null,
  };
}
