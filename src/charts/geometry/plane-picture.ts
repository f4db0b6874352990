/** Scenarios of points: a screen with a target and the clicks at it, or a plane with one denoised point, its completions and where all ended. */
import type { Disc, PlanePicture } from '../../core/contracts/closed-form';
import { trace, type Point, type Trace } from './path-trace';

export type ScreenSource = Extract<PlanePicture, { kind: 'screen' }>;
export type PlaneSource = Extract<PlanePicture, { kind: 'plane' }>;

/** Points of a batch, row-major [nTraj × (steps + 1) × 2]. */
export interface Points {
  readonly nTraj: number;
  readonly steps: number;
  readonly point: ArrayLike<number>;
  readonly completion: ArrayLike<number>;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PixelDisc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Mark {
  readonly trajectory: number;
  readonly at: Point;
}

/** One window onto the screen: the whole of it, or the magnified surroundings of the target. */
export interface ScreenView {
  readonly frame: Box;
  readonly target: Box;
  readonly aim: PixelDisc;
  /** Clicks that lie inside the window, in batch order. */
  readonly clicks: readonly Mark[];
}

export interface ScreenGeometry {
  readonly whole: ScreenView;
  /** Missing where the target is large enough to be seen. */
  readonly near: (ScreenView & { readonly times: number; /** What it shows, on the whole. */ readonly of: Box; readonly leads: readonly string[] }) | null;
}

/** A target narrower than this, in pixels, is shown magnified as well. */
const SEEN = 36;
const GAP = 14;

/** Every click of a batch on its screen; y points down, as on a screen. */
export function screenPicture({ target, aim }: ScreenSource, points: Points, { width, height }: Size): ScreenGeometry {
  const isSmall = target.width * Math.min(height, width) < SEEN;
  const side = Math.min(height, isSmall ? Math.max(width * 0.58, width - height - GAP) : width);
  const nearSide = Math.min(height, width - side - GAP);
  const left = isSmall ? 0 : (width - side) / 2;
  const clicks = Array.from({ length: points.nTraj }, (_, i): readonly [number, number] => [points.point[4 * i + 2]!, points.point[4 * i + 3]!]);
  const view = (frame: Box, from: readonly [number, number], shown: number): ScreenView => {
    const scale = frame.width / shown;
    const place = ([x, y]: readonly [number, number]): Point => [frame.x + (x - from[0]) * scale, frame.y + (y - from[1]) * scale];
    const [tx, ty] = place([target.x - target.width / 2, target.y - target.width / 2]);
    const [ax, ay] = place([aim.x, aim.y]);
    return {
      frame,
      target: { x: tx, y: ty, width: target.width * scale, height: target.width * scale },
      aim: { x: ax, y: ay, radius: aim.radius * scale },
      clicks: clicks.flatMap((click, trajectory) => (click.every((x, d) => x >= from[d]! && x <= from[d]! + shown) ? [{ trajectory, at: place(click) }] : [])),
    };
  };
  const whole = view({ x: left, y: 0, width: side, height: side }, [0, 0], 1);
  if (!isSmall) return { whole, near: null };
  const shown = 3 * target.width;
  const from = [target.x - shown / 2, target.y - shown / 2] as const;
  const frame = { x: width - nearSide, y: (side - nearSide) / 2, width: nearSide, height: nearSide };
  const of = { x: from[0] * side, y: from[1] * side, width: shown * side, height: shown * side };
  const lead = (y1: number, y2: number) => `M${round(of.x + of.width)} ${round(y1)}L${round(frame.x)} ${round(y2)}`;
  return {
    whole,
    near: { ...view(frame, from, shown), times: Math.round(nearSide / shown / side), of, leads: [lead(of.y, frame.y), lead(of.y + of.height, frame.y + frame.height)] },
  };
}

export interface PlaneGeometry {
  /** Discs of one and two standard deviations around the target. */
  readonly target: readonly PixelDisc[];
  /** One standard deviation of where the policy's points end. */
  readonly end: PixelDisc;
  readonly trace: Trace;
  /** Where the point would end without more noise, before every step and after the last, in order. */
  readonly completions: readonly Point[];
  /** From where the point is before the selected step to its completion. */
  readonly lead: string;
  /** From the completion before the selected step to the one after it. */
  readonly gain: string;
  /** Where all trajectories of the batch ended. */
  readonly ends: readonly Mark[];
}

const MARGIN = 10;

/** One trajectory of a batch, as large as its way, its completions and the target allow; y points up. */
export function planePicture({ target, end }: PlaneSource, points: Points, trajectory: number, step: number, size: Size): PlaneGeometry {
  const { nTraj, steps, point, completion } = points;
  const states = steps + 1;
  const place = placing(extentOf([pointsOf(point, trajectory, states), pointsOf(completion, trajectory, states)], [target, end]), size);
  const at = (column: ArrayLike<number>, i: number, t: number): Point => place.point(column[2 * (i * states + t)]!, column[2 * (i * states + t) + 1]!);
  const completions = Array.from({ length: states }, (_, t) => at(completion, trajectory, t));
  const way = (from: number, to: number) => [at(point, trajectory, from), at(point, trajectory, to)];
  const disc = ({ x, y, radius }: Disc, times = 1): PixelDisc => {
    const [cx, cy] = place.point(x, y);
    return { x: cx, y: cy, radius: radius * times * place.scale };
  };
  const here = Math.min(step, steps - 1);
  return {
    target: [disc(target, 2), disc(target)],
    end: disc(end),
    trace: trace({ place: completions.map((_, t) => t), step, position: (t) => at(point, trajectory, t), way, beside: 0, farthest: 0, orbit: 0, arrow: 2.8 }),
    completions,
    lead: `M${text(at(point, trajectory, here))}L${text(completions[here]!)}`,
    gain: `M${text(completions[here]!)}L${text(completions[here + 1]!)}`,
    ends: Array.from({ length: nTraj }, (_, i) => ({ trajectory: i, at: at(point, i, steps) })),
  };
}

function pointsOf(column: ArrayLike<number>, trajectory: number, states: number): number[] {
  return Array.from({ length: 2 * states }, (_, k) => column[2 * trajectory * states + k]!);
}

/** Smallest box that holds all points, x and y in turn, and all discs. */
function extentOf(points: readonly (readonly number[])[], discs: readonly Disc[]): { low: [number, number]; high: [number, number] } {
  const low: [number, number] = [Infinity, Infinity];
  const high: [number, number] = [-Infinity, -Infinity];
  const take = (x: number, d: number) => {
    low[d] = Math.min(low[d]!, x);
    high[d] = Math.max(high[d]!, x);
  };
  for (const list of points) list.forEach((x, k) => take(x, k % 2));
  for (const { x, y, radius } of discs) {
    take(x - radius, 0);
    take(x + radius, 0);
    take(y - radius, 1);
    take(y + radius, 1);
  }
  return { low, high };
}

/** One scale for both axes, the box centred. */
function placing({ low, high }: ReturnType<typeof extentOf>, { width, height }: Size): { scale: number; point(x: number, y: number): Point } {
  const scale = Math.min((width - 2 * MARGIN) / (high[0]! - low[0]!), (height - 2 * MARGIN) / (high[1]! - low[1]!));
  const middle = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2];
  return { scale, point: (x, y) => [width / 2 + (x - middle[0]!) * scale, height / 2 - (y - middle[1]!) * scale] };
}

/** The mark nearest to a pixel, within `reach` of it. */
export function nearestMark(marks: readonly Mark[], x: number, y: number, reach: number): number | undefined {
  let best: number | undefined;
  let distance = reach;
  for (const { trajectory, at } of marks) {
    const d = Math.hypot(at[0] - x, at[1] - y);
    if (d <= distance) {
      distance = d;
      best = trajectory;
    }
  }
  return best;
}

/** `32 clicks at a target 0.1 wide, 5 hit. The selected one is 0.12 from its centre.` */
export function describeScreen({ target }: ScreenSource, { nTraj, point }: Points, trajectory: number): string {
  const off = (i: number, d: 0 | 1) => point[4 * i + 2 + d]! - (d === 0 ? target.x : target.y);
  let hits = 0;
  for (let i = 0; i < nTraj; i++) if (Math.max(Math.abs(off(i, 0)), Math.abs(off(i, 1))) <= target.width / 2) hits += 1;
  const miss = Math.hypot(off(trajectory, 0), off(trajectory, 1));
  return `${nTraj} clicks at a target ${target.width} wide, ${hits} hit. The selected one is ${miss.toFixed(2)} from its centre.`;
}

/** `Step 3 of 10: 1.32 from the target. Without more noise it would end 0.81 from it, after this step 0.44.` */
export function describePlane({ target }: PlaneSource, { steps, point, completion }: Points, trajectory: number, step: number): string {
  const away = (column: ArrayLike<number>, t: number) => {
    const k = 2 * (trajectory * (steps + 1) + t);
    return Math.hypot(column[k]! - target.x, column[k + 1]! - target.y).toFixed(2);
  };
  return `Step ${step} of ${steps}: ${away(point, step)} from the target. Without more noise it would end ${away(completion, step)} from it, after this step ${away(completion, step + 1)}.`;
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

function text([x, y]: Point): string {
  return `${round(x)} ${round(y)}`;
}
