/** The trace that a trajectory leaves in a picture: one piece a step, side by side where it came along before. */

export type Point = readonly [x: number, y: number];

/** Where a step lies from the selected one: long past, recent, selected, or still to come. */
export type When = 'past' | 'recent' | 'now' | 'future';

export interface TraceStep {
  readonly step: number;
  readonly when: When;
  /** The way of a step that moved, from where the last one ended. */
  readonly path: string;
  /** Arrow head half way, pointing along. */
  readonly arrow: string;
  /** Where to hit it. */
  readonly middle: Point;
  readonly stayed: false;
}

/** A step that moved nowhere: a dot beside the place. */
export interface TraceStay {
  readonly step: number;
  readonly when: When;
  readonly middle: Point;
  readonly stayed: true;
}

export interface Trace {
  readonly steps: readonly (TraceStep | TraceStay)[];
  /** Where the trajectory is at the selected step, and the angle, in degrees, it is about to leave at. */
  readonly at: { readonly x: number; readonly y: number; readonly angle: number };
  readonly start: Point;
}

export interface TraceOptions {
  /** [length + 1] place of every visited state. */
  readonly place: ArrayLike<number>;
  /** Selected step. */
  readonly step: number;
  readonly position: (place: number) => Point;
  /** Points along the way between two places, both ends included. */
  readonly way: (from: number, to: number) => readonly Point[];
  /** Pixels between a trace and the one beside it, and the farthest it may move aside. */
  readonly beside: number;
  readonly farthest: number;
  /** Distance of the dots of stays from their place. */
  readonly orbit: number;
  readonly arrow: number;
}

/** Steps this recent keep full strength. */
const RECENT = 5;

export function trace({ place, step, position, way, beside, farthest, orbit, arrow }: TraceOptions): Trace {
  const length = place.length - 1;
  const travelled = new Map<string, number>();
  const stays = new Map<number, number>();
  const steps: (TraceStep | TraceStay)[] = [];
  let end: Point = position(place[0]!);
  let at = { x: end[0], y: end[1], angle: 0 };
  let angle = 0;
  for (let t = 0; t < length; t++) {
    const from = place[t]!;
    const to = place[t + 1]!;
    const when = whenOf(t, step);
    if (from === to) {
      const k = stays.get(from) ?? 0;
      stays.set(from, k + 1);
      const turn = -Math.PI / 2 + k * 0.7;
      const [cx, cy] = position(from);
      if (t === step) at = { x: end[0], y: end[1], angle };
      steps.push({ step: t, when, middle: [cx + orbit * Math.cos(turn), cy + orbit * Math.sin(turn)], stayed: true });
      continue;
    }
    const key = from < to ? `${from}:${to}` : `${to}:${from}`;
    const k = travelled.get(key) ?? 0;
    travelled.set(key, k + 1);
    const aside = Math.max(-farthest, Math.min(farthest, sideOf(k) * beside));
    const points = shifted(way(from, to), from < to ? aside : -aside);
    const [a, b] = [points[0]!, points[1]!];
    angle = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
    if (t === step) at = { x: a[0], y: a[1], angle };
    const { point, heading } = alongPoint(points, 0.56);
    steps.push({
      step: t,
      when,
      path: `M${[end, ...points].map(pair).join('L')}`,
      arrow: arrowHead(point, heading, arrow),
      middle: point,
      stayed: false,
    });
    end = points.at(-1)!;
  }
  if (step >= length) at = { x: end[0], y: end[1], angle };
  return { steps, at, start: position(place[0]!) };
}

export function whenOf(t: number, step: number): When {
  if (t > step) return 'future';
  if (t === step) return 'now';
  return step - t > RECENT ? 'past' : 'recent';
}

/** The step whose middle is nearest to a point. */
export function nearestStep(steps: readonly { readonly step: number; readonly middle: Point }[], x: number, y: number): number | undefined {
  let best: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const { step, middle } of steps) {
    const d = Math.hypot(middle[0] - x, middle[1] - y);
    if (d < distance) {
      distance = d;
      best = step;
    }
  }
  return best;
}

/** 0, 1, −1, 2, −2, … */
function sideOf(k: number): number {
  return k % 2 === 1 ? (k + 1) / 2 : -k / 2;
}

/** A way moved aside, to the left of its canonical direction by `aside`. */
function shifted(points: readonly Point[], aside: number): Point[] {
  if (aside === 0) return [...points];
  return points.map(([x, y], k) => {
    const [ax, ay] = points[Math.max(0, k - 1)]!;
    const [bx, by] = points[Math.min(points.length - 1, k + 1)]!;
    const size = Math.hypot(bx - ax, by - ay) || 1;
    return [x + ((by - ay) / size) * aside, y - ((bx - ax) / size) * aside];
  });
}

function alongPoint(points: readonly Point[], share: number): { point: Point; heading: number } {
  const sizes = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k]![0], y - points[k]![1]));
  let left = sizes.reduce((a, b) => a + b, 0) * share;
  for (let k = 0; k < sizes.length; k++) {
    const [a, b] = [points[k]!, points[k + 1]!];
    if (left <= sizes[k]! || k === sizes.length - 1) {
      const mix = sizes[k]! > 0 ? left / sizes[k]! : 0;
      return { point: [a[0] + (b[0] - a[0]) * mix, a[1] + (b[1] - a[1]) * mix], heading: Math.atan2(b[1] - a[1], b[0] - a[0]) };
    }
    left -= sizes[k]!;
  }
  return { point: points[0]!, heading: 0 };
}

function arrowHead([x, y]: Point, heading: number, size: number): string {
  const corner = (turn: number, reach: number): Point => [x + reach * Math.cos(heading + turn), y + reach * Math.sin(heading + turn)];
  return `M${[corner(0, size), corner(2.4, size), corner(-2.4, size)].map(pair).join('L')}Z`;
}

export function pair([x, y]: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
