import { curveCatmullRom, line } from 'd3';
import type { Picture } from '../../core/contracts/scenario';
import { pair, trace, type Point, type Trace } from './path-trace';

export type TrackSource = Extract<Picture, { kind: 'track' }>;

export interface TrackGeometry {
  readonly width: number;
  readonly height: number;
  /** Outline of the water that can be sailed: the track, and the ring of the lagoon. */
  readonly channel: string;
  readonly ring: { readonly x: number; readonly y: number; readonly radius: number } | null;
  readonly waves: string;
  readonly buoys: readonly { readonly x: number; readonly y: number; readonly passed: boolean; readonly label: string }[];
  readonly start: Point;
  readonly finish: Point | null;
  readonly trace: Trace;
  /** Full turns in the lagoon before the selected step. */
  readonly loops: number;
  /** Arrivals at a checkpoint before the selected step. */
  readonly passed: number;
}

const MARGIN = 16;

/** A course with a lagoon and the way of one boat; `state` holds its visited states, T + 1 of them. */
export function trackPicture(picture: TrackSource, state: ArrayLike<number>, step: number, size: { width: number; height: number }): TrackGeometry {
  const { nodes, links, nodeOf } = picture;
  const position = (k: number): Point => [
    MARGIN + nodes[k]!.x * (size.width - 2 * MARGIN),
    MARGIN + nodes[k]!.y * (size.height - 2 * MARGIN),
  ];
  const isLagoon = (k: number) => nodes[k]!.role === 'lagoon';
  const lagoon = nodes.map((_, k) => k).filter(isLagoon);
  const ring = ringOf(lagoon.map(position));
  const track = nodes.map((_, k) => k).filter((k) => !isLagoon(k));
  const way = (from: number, to: number) => wayBetween(from, to, { position, isLagoon, ring, track });
  const place = Array.from(state, (s) => nodeOf[s]!);
  const before = place.slice(0, Math.min(step, place.length - 1) + 1);
  const moves = before.slice(1).map((to, t) => ({ from: before[t]!, to }));
  const arrivals = moves.filter(({ from, to }) => from !== to && nodes[to]!.checkpoint);
  const ringMoves = moves.filter(({ from, to }) => from !== to && isLagoon(from) && isLagoon(to));
  const finish = nodes.findIndex((node) => node.role === 'finish');
  const smooth = line<Point>((p) => p[0], (p) => p[1]).curve(curveCatmullRom).digits(1);
  const sideLinks = links.filter(({ from, to }) => isLagoon(from) !== isLagoon(to));
  return {
    width: size.width,
    height: size.height,
    channel: (smooth(track.map(position)) ?? '') + sideLinks.map(({ from, to }) => `M${way(from, to).map(pair).join('L')}`).join(''),
    ring,
    waves: waveLines(size.width, size.height),
    buoys: nodes
      .map((node, k) => ({ node, k }))
      .filter(({ node }) => node.checkpoint)
      .map(({ node, k }) => ({ x: position(k)[0], y: position(k)[1], label: node.label, passed: arrivals.some((move) => move.to === k) })),
    start: position(Math.max(0, nodes.findIndex((node) => node.role === 'start'))),
    finish: finish < 0 ? null : position(finish),
    trace: trace({ place, step, position, way, beside: 2.7, farthest: 9.5, orbit: 12, arrow: 3.2 }),
    loops: lagoon.length > 0 ? Math.floor(ringMoves.length / lagoon.length) : 0,
    passed: arrivals.length,
  };
}

interface Course {
  readonly position: (k: number) => Point;
  readonly isLagoon: (k: number) => boolean;
  readonly ring: { readonly x: number; readonly y: number; readonly radius: number } | null;
  readonly track: readonly number[];
}

const SAMPLES = 8;

function wayBetween(from: number, to: number, { position, isLagoon, ring, track }: Course): Point[] {
  const [a, b] = [position(from), position(to)];
  if (ring && isLagoon(from) && isLagoon(to)) return aroundRing(a, b, ring);
  if (ring && isLagoon(from) !== isLagoon(to)) return besideIsland(a, b, ring);
  const [i, j] = [track.indexOf(from), track.indexOf(to)];
  if (Math.abs(i - j) !== 1) return [a, b];
  const neighbour = (k: number, fallback: Point): Point => (track[k] === undefined ? fallback : position(track[k]!));
  return catmullRom(neighbour(i - (j - i), a), a, b, neighbour(j + (j - i), b));
}

/** Along the ring, the shorter way, its radius passing from one end's to the other's. */
function aroundRing(a: Point, b: Point, ring: { x: number; y: number }): Point[] {
  const polar = ([x, y]: Point) => ({ angle: Math.atan2(y - ring.y, x - ring.x), radius: Math.hypot(x - ring.x, y - ring.y) });
  const [from, to] = [polar(a), polar(b)];
  let turn = to.angle - from.angle;
  if (turn > Math.PI) turn -= 2 * Math.PI;
  if (turn < -Math.PI) turn += 2 * Math.PI;
  return Array.from({ length: SAMPLES + 1 }, (_, k): Point => {
    const share = k / SAMPLES;
    const radius = from.radius + (to.radius - from.radius) * share;
    const angle = from.angle + turn * share;
    return [ring.x + radius * Math.cos(angle), ring.y + radius * Math.sin(angle)];
  });
}

/** From ring to track or back, bending around the island where the straight way would cross it. */
function besideIsland(a: Point, b: Point, ring: { x: number; y: number; radius: number }): Point[] {
  const size = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  const [ux, uy] = [(b[0] - a[0]) / size, (b[1] - a[1]) / size];
  const along = (ring.x - a[0]) * ux + (ring.y - a[1]) * uy;
  const side = (ring.x - a[0]) * uy - (ring.y - a[1]) * ux;
  const crosses = along > 0 && along < size && Math.abs(side) < ring.radius * 0.9;
  const bend = crosses ? (side > 0 ? -1 : 1) * 2.4 * ring.radius : 0.12 * size;
  const middle = crosses ? along / size : 0.5;
  const control: Point = [a[0] + (b[0] - a[0]) * middle - uy * -bend, a[1] + (b[1] - a[1]) * middle + ux * -bend];
  return Array.from({ length: SAMPLES + 1 }, (_, k): Point => {
    const s = k / SAMPLES;
    const mix = (p: number, c: number, q: number) => (1 - s) ** 2 * p + 2 * s * (1 - s) * c + s ** 2 * q;
    return [mix(a[0], control[0], b[0]), mix(a[1], control[1], b[1])];
  });
}

function catmullRom(p0: Point, p1: Point, p2: Point, p3: Point): Point[] {
  return Array.from({ length: SAMPLES + 1 }, (_, k): Point => {
    const s = k / SAMPLES;
    const at = (c: 0 | 1) =>
      0.5 * (2 * p1[c] + (p2[c] - p0[c]) * s + (2 * p0[c] - 5 * p1[c] + 4 * p2[c] - p3[c]) * s ** 2 + (3 * p1[c] - p0[c] - 3 * p2[c] + p3[c]) * s ** 3);
    return [at(0), at(1)];
  });
}

/** Centre of the lagoon's places and their mean distance from it. */
function ringOf(points: readonly Point[]): { x: number; y: number; radius: number } | null {
  if (points.length < 3) return null;
  const x = points.reduce((sum, p) => sum + p[0], 0) / points.length;
  const y = points.reduce((sum, p) => sum + p[1], 0) / points.length;
  return { x, y, radius: points.reduce((sum, p) => sum + Math.hypot(p[0] - x, p[1] - y), 0) / points.length };
}

/** Short pairs of ripples in a fixed pattern. */
function waveLines(width: number, height: number): string {
  const marks: string[] = [];
  for (let row = 0; row * 26 + 14 < height; row++) {
    for (let column = 0; column * 46 + 18 < width - 12; column++) {
      const x = column * 46 + 12 + (row % 2) * 22;
      const y = row * 26 + 14;
      if (x < width - 18) marks.push(`M${x} ${y}q3 -3 6 0t6 0`);
    }
  }
  return marks.join('');
}

/** `Step 8 of 30: at lagoon 2, checkpoint; 2 loops, 7 checkpoints so far.` */
export function describeTrack(picture: TrackSource, state: ArrayLike<number>, step: number, geometry: Pick<TrackGeometry, 'loops' | 'passed'>): string {
  const length = state.length - 1;
  const node = picture.nodes[picture.nodeOf[state[Math.min(step, length)]!]!]!;
  const plural = (n: number, word: string) => `${n} ${word}${n === 1 ? '' : 's'}`;
  return `Step ${step} of ${length}: at ${node.label}; ${plural(geometry.loops, 'loop')} in the lagoon, ${plural(geometry.passed, 'checkpoint')} so far.`;
}
