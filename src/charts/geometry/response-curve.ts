/** How one step's advantage answers to one slider. */
import { area, line } from 'd3';
import { signFlips } from './alignment';

export interface ResponseGeometry {
  readonly path: string;
  /** Areas between the curve and zero, above and below. */
  readonly above: string;
  readonly below: string;
  readonly zeroY: number;
  readonly reach: number;
  /** Where the sign flips: share of the slider, and x. */
  readonly flips: readonly { readonly share: number; readonly x: number }[];
  readonly current: { readonly x: number; readonly y: number } | null;
}

/** A step's Â at evenly spaced values of one slider. `position` is where the slider stands, 0…1. */
export function responseCurve(
  advantage: ArrayLike<number>,
  { width, height, position }: { width: number; height: number; position?: number | undefined },
): ResponseGeometry {
  const last = advantage.length - 1;
  let reach = 0;
  for (let k = 0; k <= last; k++) if (Number.isFinite(advantage[k]!)) reach = Math.max(reach, Math.abs(advantage[k]!));
  const x = (k: number) => (last > 0 ? (k / last) * width : width / 2);
  const y = (value: number) => height / 2 - (reach > 0 ? (value / reach) * (height / 2 - 2) : 0);
  const flips = signFlips(advantage).map((share) => ({ share, x: share * width }));
  // Crossings are points of the areas, so that both start and end exactly on zero.
  const points = [
    ...Array.from(advantage, (value, k) => ({ x: x(k), value })),
    ...flips.map((flip) => ({ x: flip.x, value: 0 })),
  ]
    .filter((point) => Number.isFinite(point.value))
    .sort((a, b) => a.x - b.x);
  const fill = (keep: (value: number) => number) =>
    area<(typeof points)[number]>((p) => p.x, y(0), (p) => y(keep(p.value))).digits(1)(points) ?? '';
  return {
    path: line<(typeof points)[number]>((p) => p.x, (p) => y(p.value)).digits(1)(points) ?? '',
    above: fill((value) => Math.max(0, value)),
    below: fill((value) => Math.min(0, value)),
    zeroY: y(0),
    reach,
    flips,
    current: position === undefined || last < 0 ? null : { x: position * width, y: y(between(advantage, position * last)) },
  };
}

function between(values: ArrayLike<number>, k: number): number {
  const low = Math.min(values.length - 1, Math.max(0, Math.floor(k)));
  const high = Math.min(values.length - 1, low + 1);
  return values[low]! + (values[high]! - values[low]!) * (k - low);
}
