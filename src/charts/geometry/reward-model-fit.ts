/** What a reward model says of trajectories against what the person wanted of them. */
import { groups, scaleLinear } from 'd3';

export interface FitPoint {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Ends of the whisker: one standard deviation between members up and down. */
  readonly top: number;
  readonly bottom: number;
  /** Trajectories that lie here. */
  readonly count: number;
}

export interface FitTick {
  readonly at: number;
  readonly text: string;
}

export interface RewardModelFitGeometry {
  /** One per pair of returns that occurs, the largest first, so that small ones lie on top. */
  readonly points: readonly FitPoint[];
  readonly xTicks: readonly FitTick[];
  readonly yTicks: readonly FitTick[];
  /** y of a learned return of 0. */
  readonly zeroY: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A dot per distinct trajectory, its area by how many trajectories share it. */
export function rewardModelFit(wanted: ArrayLike<number>, learned: ArrayLike<number>, spread: ArrayLike<number>, { width, height }: Size): RewardModelFitGeometry {
  const trajectories = Array.from(wanted, (u, i) => ({ u, r: learned[i]!, s: spread[i]! }));
  const places = groups(trajectories, ({ u, r }) => `${u.toFixed(6)} ${r.toFixed(4)}`).map(([, members]) => ({ ...members[0]!, count: members.length }));
  const most = places.reduce((most, { count }) => Math.max(most, count), 1);
  const x = scaleLinear().domain(widened(places.map(({ u }) => u))).range([0, width]);
  const y = scaleLinear().domain(widened(places.flatMap(({ r, s }) => [r - s, r + s]))).range([height, 0]);
  const ticks = (scale: typeof x, count: number) => scale.ticks(count).map((value) => ({ at: scale(value), text: scale.tickFormat(count)(value) }));
  return {
    points: places
      .map(({ u, r, s, count }) => ({ x: x(u), y: y(r), radius: 1.5 + 3.5 * Math.sqrt(count / most), top: y(r + s), bottom: y(r - s), count }))
      .sort((a, b) => b.count - a.count),
    xTicks: ticks(x, 4),
    yTicks: ticks(y, 4),
    zeroY: y(0),
  };
}

/** The range of values with a margin of a twentieth, never empty. */
function widened(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = high > low ? (high - low) / 20 : 0.5;
  return [low - margin, high + margin];
}
