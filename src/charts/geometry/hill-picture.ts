import type { Picture } from '../../core/contracts/scenario';
import { whenOf, type Point, type When } from './path-trace';

export type HillSource = Extract<Picture, { kind: 'hill' }>;

export interface HillGeometry {
  readonly width: number;
  readonly height: number;
  /** Outline of the ground, closed along the bottom of its part of the picture. */
  readonly ground: string;
  readonly track: string;
  /** Foot of the flag. */
  readonly flag: Point;
  readonly car: { readonly x: number; readonly y: number; readonly angle: number };
  /** Position across and time downwards: one piece a step, below the hill. */
  readonly pieces: readonly { readonly step: number; readonly when: When; readonly path: string }[];
  readonly strip: { readonly top: number; readonly bottom: number; readonly goal: number };
  /** The car's place in the strip. */
  readonly now: Point;
}

const EDGE = 10;
const FLAG = 20;

/** A hill with the car on it, and under it where the car was at every step; `position` holds T + 1 positions. */
export function hillPicture(picture: HillSource, position: ArrayLike<number>, step: number, { width, height }: { width: number; height: number }): HillGeometry {
  const { left, right, goal, height: profile } = picture;
  const hill = Math.round(height * 0.6);
  const x = (at: number) => EDGE + ((at - left) / (right - left)) * (width - 2 * EDGE);
  const level = (at: number) => {
    const k = Math.min(profile.length - 1.000001, Math.max(0, ((at - left) / (right - left)) * (profile.length - 1)));
    const i = Math.floor(k);
    return profile[i]! + (profile[i + 1]! - profile[i]!) * (k - i);
  };
  const y = (at: number) => FLAG + (1 - level(at)) * (hill - FLAG - 8);
  const points = profile.map((_, k) => left + (k * (right - left)) / (profile.length - 1));
  const track = points.map((at, k) => `${k === 0 ? 'M' : 'L'}${n(x(at))} ${n(y(at))}`).join('');
  const length = position.length - 1;
  const here = position[Math.min(step, length)]!;
  const slope = Math.atan2(y(here + 0.01) - y(here - 0.01), x(here + 0.01) - x(here - 0.01));
  const strip = { top: hill + 8, bottom: height - 2 };
  const down = (t: number) => strip.top + ((strip.bottom - strip.top) * t) / Math.max(1, length);
  return {
    width,
    height,
    ground: `${track}L${n(x(right))} ${hill}L${n(x(left))} ${hill}Z`,
    track,
    flag: [x(goal), y(goal)],
    car: { x: x(here), y: y(here), angle: (slope * 180) / Math.PI },
    pieces: Array.from({ length }, (_, t) => ({
      step: t,
      when: whenOf(t, step),
      path: `M${n(x(position[t]!))} ${n(down(t))}L${n(x(position[t + 1]!))} ${n(down(t + 1))}`,
    })),
    strip: { ...strip, goal: x(goal) },
    now: [x(here), down(Math.min(step, length))],
  };
}

/** The step at a height of the strip; undefined above it. */
export function stepAt({ strip, pieces }: Pick<HillGeometry, 'strip' | 'pieces'>, y: number): number | undefined {
  if (y < strip.top - 4 || pieces.length === 0) return undefined;
  return Math.min(pieces.length - 1, Math.max(0, Math.floor(((y - strip.top) / (strip.bottom - strip.top)) * pieces.length)));
}

function n(x: number): string {
  return String(Math.round(x * 10) / 10);
}
