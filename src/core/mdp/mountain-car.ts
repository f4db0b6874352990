/**
 * The mountain car: its true motion, a grid over it, and how a policy on that grid drives the true car. Shared by the
 * scenario's table and by whoever shows the car itself.
 */
import { cosPi } from '../math/cos-pi';

export const CAR = { left: -1.2, right: 0.6, goal: 0.5, topSpeed: 0.07, startLow: -0.6, startHigh: -0.4 } as const;

export interface Car {
  readonly position: number;
  readonly velocity: number;
  readonly done: boolean;
}

/** One true step: v ← v + 0.001·(a − 1) − 0.0025·cos 3x, clipped, then x ← x + v; the left wall stops the car, x ≥ 0.5 is the goal. */
export function driveOnce(position: number, velocity: number, action: number): Car {
  // 3x lies in [−3.6, 1.8]: the cosine is even, and of period 2π.
  const turn = Math.abs((3 * position) / Math.PI);
  const slope = turn <= 1 ? cosPi(turn) : cosPi(2 - turn);
  const clip = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
  let v = clip(velocity + (action - 1) * 0.001 - 0.0025 * slope, -CAR.topSpeed, CAR.topSpeed);
  const x = clip(position + v, CAR.left, CAR.right);
  if (x === CAR.left && v < 0) v = 0;
  return { position: x, velocity: v, done: x >= CAR.goal && v >= 0 };
}

/** `steps` true steps with one action, or fewer when the goal comes first. */
export function drive(position: number, velocity: number, action: number, steps: number): Car & { readonly taken: number } {
  let car: Car = { position, velocity, done: false };
  let taken = 0;
  while (taken < steps && !car.done) {
    car = driveOnce(car.position, car.velocity, action);
    taken += 1;
  }
  return { ...car, taken };
}

/** nx positions from the left wall to the goal, nv velocities; state = position · nv + velocity. */
export interface CarGrid {
  readonly nx: number;
  readonly nv: number;
}

export const positionAt = ({ nx }: CarGrid, i: number) => CAR.left + (i * (CAR.goal - CAR.left)) / (nx - 1);
export const velocityAt = ({ nv }: CarGrid, j: number) => -CAR.topSpeed + (j * 2 * CAR.topSpeed) / (nv - 1);

export interface NodeWeight {
  readonly state: number;
  readonly weight: number;
}

/** The four nodes around a point with their bilinear weights, which keep both means; beyond the goal counts as the goal. */
export function nodesAround(grid: CarGrid, position: number, velocity: number): NodeWeight[] {
  const { nx, nv } = grid;
  const fx = ((Math.min(position, CAR.goal) - CAR.left) * (nx - 1)) / (CAR.goal - CAR.left);
  const fv = ((velocity + CAR.topSpeed) * (nv - 1)) / (2 * CAR.topSpeed);
  const i = Math.min(Math.floor(fx), nx - 2);
  const j = Math.min(Math.floor(fv), nv - 2);
  const [wx, wv] = [fx - i, fv - j];
  return [
    { state: i * nv + j, weight: (1 - wx) * (1 - wv) },
    { state: i * nv + j + 1, weight: (1 - wx) * wv },
    { state: (i + 1) * nv + j, weight: wx * (1 - wv) },
    { state: (i + 1) * nv + j + 1, weight: wx * wv },
  ];
}

/** The node nearest to a point. */
export function nearestNode({ nx, nv }: CarGrid, position: number, velocity: number): number {
  const i = Math.round(((Math.min(position, CAR.goal) - CAR.left) * (nx - 1)) / (CAR.goal - CAR.left));
  const j = Math.round(((velocity + CAR.topSpeed) * (nv - 1)) / (2 * CAR.topSpeed));
  return i * nv + j;
}

/**
 * The true car under a policy of the grid, from rest at `start`: at each decision `choose` is asked for the action of the nearest
 * node, which is then held for `repeat` true steps. Ends at the flag or after `limit` true steps.
 */
export function driveByTable(
  grid: CarGrid & { readonly repeat: number },
  start: number,
  choose: (state: number, decision: number) => number,
  limit: number,
): { readonly position: Float64Array; readonly velocity: Float64Array; readonly action: Int32Array; readonly done: boolean } {
  const position = [start];
  const velocity = [0];
  const action: number[] = [];
  let car: Car = { position: start, velocity: 0, done: false };
  for (let t = 0; t < limit && !car.done; t++) {
    if (t % grid.repeat === 0) action.push(choose(nearestNode(grid, car.position, car.velocity), t / grid.repeat));
    else action.push(action[t - 1]);
    car = driveOnce(car.position, car.velocity, action[t]);
    position.push(car.position);
    velocity.push(car.velocity);
  }
  return { position: Float64Array.from(position), velocity: Float64Array.from(velocity), action: Int32Array.from(action), done: car.done };
}

/**
 * Σ over the nodes of their weight averaged over starts x ~ U(−0.6, −0.4), v = 0: the exact integral of the hat functions.
 */
export function startNodes(grid: CarGrid): NodeWeight[] {
  const { nx } = grid;
  const width = (CAR.goal - CAR.left) / (nx - 1);
  // ∫ of the hat of node i up to a point u, in units of the grid's width and measured from the node.
  const integral = (u: number) => (u <= -1 ? 0 : u <= 0 ? ((u + 1) * (u + 1)) / 2 : u <= 1 ? 1 - ((1 - u) * (1 - u)) / 2 : 1);
  const atRest = nodesAround(grid, CAR.left, 0).slice(0, 2);
  const nodes: NodeWeight[] = [];
  for (let i = 0; i < nx - 1; i++) {
    const from = (CAR.startLow - positionAt(grid, i)) / width;
    const to = (CAR.startHigh - positionAt(grid, i)) / width;
    const share = ((integral(to) - integral(from)) * width) / (CAR.startHigh - CAR.startLow);
    if (share <= 0) continue;
    for (const { state, weight } of atRest) if (weight > 1e-12) nodes.push({ state: i * grid.nv + state, weight: share * weight });
  }
  return nodes;
}
