import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { CAR, drive, driveByTable, nodesAround, positionAt, startNodes, velocityAt } from '../mdp/mountain-car';

const ACTIONS = ['push left', 'coast', 'push right'];
/** True steps after which Gymnasium ends an episode. */
const LIMIT = 200;

interface Params {
  readonly nx: number;
  readonly nv: number;
  readonly repeat: number;
  readonly horizon: number | null;
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '−1 for every true step that the table’s step stands for.' },
  goal: { title: 'Goal', help: '1 on the step that reaches the flag.' },
  energy: { title: 'Energy gained', help: 'How much the step raised height plus kinetic energy, in thousandths.' },
};

/** Height of the track plus kinetic energy, so scaled that coasting keeps it: v²/2 + (0.0025 / 3)·sin 3x. */
const energyOf = (x: number, v: number) => (v * v) / 2 + (0.0025 / 3) * sine3(x);

/** sin 3x from its series, whose terms are sums and products alone; |3x| is at most 3.6. */
function sine3(x: number): number {
  const y = 3 * x;
  let sum = 1;
  for (let k = 31; k > 1; k -= 2) sum = 1 - (sum * y * y) / (k * (k - 1));
  return y * sum;
}

function table(params: Params): Table {
  const { nx, nv, repeat } = params;
  if (!(nx >= 2 && nv >= 2)) throw new Error(`The grid needs at least 2 positions and 2 velocities; it has ${nx} and ${nv}.`);
  const S = nx * nv;
  const goalColumn = (nx - 1) * nv;
  const xOf = (state: number) => positionAt(params, Math.floor(state / nv));
  const vOf = (state: number) => velocityAt(params, state % nv);
  const start = startNodes(params);
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon: params.horizon === null ? Math.max(1, Math.floor(LIMIT / repeat)) : Math.round(params.horizon),
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'length'],
    truth: 'return',
    stateTables: {
      energy: Float64Array.from({ length: S }, (_, state) => (state >= goalColumn ? 0 : 1000 * energyOf(xOf(state), vOf(state)))),
      height: Float64Array.from({ length: S }, (_, state) => (state >= goalColumn ? 0 : sine3(xOf(state)))),
    },
    start: { state: start.map(({ state }) => state), probability: start.map(({ weight }) => weight) },
    absorbing: Array.from({ length: nv }, (_, j) => goalColumn + j),
    features: (state) => [(xOf(state) + 0.35) / 0.85, vOf(state) / CAR.topSpeed],
    transitions: (state, action) => {
      const { position, velocity, taken } = drive(xOf(state), vOf(state), action, repeat);
      const energy = 1000 * (energyOf(position, velocity) - energyOf(xOf(state), vOf(state)));
      return nodesAround(params, position, velocity)
        .filter(({ weight }) => weight > 0)
        .map(({ state: next, weight }) => {
          const done = next >= goalColumn;
          return {
            probability: weight,
            next,
            done,
            signals: { gymReward: -taken, goal: done ? 1 : 0, energy },
            metrics: { return: -taken, success: done ? 1 : 0, length: 1 },
          };
        });
    },
  });
}

/** Heights of the track, 0 to 1, at positions 0.02 apart or so. */
const PROFILE = Array.from({ length: 91 }, (_, k) => 0.5 + 0.5 * sine3(CAR.left + (k * (CAR.right - CAR.left)) / 90));

function picture({ nx, nv }: Params): Picture {
  return {
    kind: 'hill',
    left: CAR.left,
    right: CAR.right,
    goal: CAR.goal,
    height: PROFILE,
    positionOf: Float64Array.from({ length: nx * nv }, (_, state) => positionAt({ nx, nv }, Math.floor(state / nv))),
    pushes: [-1, 0, 1],
  };
}

/**
 * Gymnasium's MountainCar-v0 on a grid. State = position · nv + velocity over nx positions from −1.2 to the goal at 0.5 and nv
 * velocities from −0.07 to 0.07. A step is `repeat` true steps, after which one of the four nodes around the car is
 * drawn with bilinear weights, so the expected position and velocity are the true ones; the last column ends the episode.
 */
export default defineScenario({
  id: 'mountain-car',
  title: 'Mountain car',
  summary: 'Swing a weak car back and forth until it climbs the hill.',
  formula: String.raw`v \leftarrow v + 0.001\,(a - 1) - 0.0025 \cos 3x,\quad x \leftarrow x + v,\qquad o = -\text{steps}`,
  provenance: 'code',
  cite: [{ title: 'Gymnasium: Mountain Car', source: 'Farama-Foundation/Gymnasium@3f0476a8cc22:gymnasium/envs/classic_control/mountain_car.py' }],
  question: 'What tells a learner that it must first drive away from the goal?',
  useWhen: 'You want a known environment where every action looks alike until the goal has been seen once.',
  breaksWhen: 'The grid is coarse: the drawn nodes shake the car, which helps exploring and costs the best policy a few steps.',
  params: {
    nx: { kind: 'integer', default: 64, min: 8, max: 64, title: 'Positions', help: 'Nodes along the track.' },
    nv: { kind: 'integer', default: 63, min: 5, max: 64, title: 'Velocities', help: 'Nodes of velocity; odd numbers have one at rest.' },
    repeat: { kind: 'integer', default: 1, min: 1, max: 8, symbol: 'k', help: 'True steps with one action.' },
    horizon: { kind: 'number', default: null, nullable: true, min: 1, max: 400, step: 1, symbol: 'T', help: 'Steps before time runs out; empty takes 200 true steps.' },
  },
  signals: SIGNALS,
  stateTables: {
    energy: { title: 'Energy', help: 'Height plus kinetic energy, in thousandths; 0 at the goal.' },
    height: { title: 'Height', help: 'Height of the track, −1 to 1; 0 at the goal.' },
  },
  metrics: {
    return: { title: 'Return', unit: 'number' },
    success: { title: 'Reached the flag', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'drive',
  actionNames: ACTIONS,
  table,
  picture,
  trueWorld: {
    title: 'True car',
    help: 'The car itself instead of the grid: at every decision it takes the action of the nearest node.',
    start: { title: 'Starts at', min: CAR.startLow, max: CAR.startHigh, step: 0.005, default: -0.5 },
    limit: LIMIT,
    run: (params, start, choose) => driveByTable(params, start, choose, LIMIT),
  },
  describeState: (state, params) => {
    const x = positionAt(params, Math.floor(state / params.nv));
    const v = velocityAt(params, state % params.nv);
    return state >= (params.nx - 1) * params.nv ? 'at the flag' : `position ${x.toFixed(2)}, velocity ${v.toFixed(4)}`.replaceAll('-', '−');
  },
});
