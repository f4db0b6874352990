/** Gradient alignment, cosines in −1…1: on a track of its own, and painted on a slider's track. */
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
