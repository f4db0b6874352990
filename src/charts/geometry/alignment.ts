/** Gradient alignment, cosines in −1…1: on a track of its own, and painted on a slider's track. */
import { area, line } from 'd3';
import { css, signColour, type Theme } from '../palette';
import { plain, signed } from './number-format';

/** x of a cosine on a track from −1 to 1; outside values are held at the ends. */
export function trackX(cosine: number, width: number): number {
  return ((Math.max(-1, Math.min(1, cosine)) + 1) / 2) * width;
}

export interface GradientStop {
  /** 0…1 along the slider. */
  readonly offset: number;
  readonly colour: string;
}

/** The value at evenly spaced positions of a slider turned into colours: the sign scale, linear in the cosine. */
export function cosineStops(cosine: ArrayLike<number>, theme: Theme): GradientStop[] {
  const last = cosine.length - 1;
  return Array.from(cosine, (value, k) => ({
    offset: last === 0 ? 0 : k / last,
    colour: css(signColour(Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0, theme)),
  }));
}

/** Positions, 0…1, at which evenly spaced values change sign, between the two points by straight line. */
export function signFlips(values: ArrayLike<number>): number[] {
  const flips: number[] = [];
  const last = values.length - 1;
  let before = -1;
  for (let k = 0; k <= last; k++) {
    const value = values[k]!;
    if (!Number.isFinite(value) || value === 0) continue;
    if (before >= 0 && Math.sign(values[before]!) !== Math.sign(value)) {
      const share = values[before]! / (values[before]! - value);
      flips.push((before + share * (k - before)) / last);
    }
    before = k;
  }
  return flips;
}

/** `Gradient alignment +0.98 at 0.00, −0.90 at 1.00; changes sign at 0.23.` */
export function describeAlignment(cosine: ArrayLike<number>, min: number, max: number): string {
  if (cosine.length === 0) return '';
  const flips = signFlips(cosine).map((share) => plain(min + share * (max - min)));
  const ends = `Gradient alignment ${signed(cosine[0]!)} at ${plain(min)}, ${signed(cosine[cosine.length - 1]!)} at ${plain(max)}`;
  return `${ends}; ${flips.length === 0 ? 'the sign does not change' : `changes sign at ${flips.join(' and ')}`}.`;
}

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
