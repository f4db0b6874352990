import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

/** Track 0 … 7, finish 8, lagoon 9 → 10 → 11 → 9, left and entered at 4. */
const FINISH = 8;
const FORK = 4;
const LAGOON = 9;
const S = 12;
/** Entered from another state, these count as a checkpoint; three of the six are in the lagoon. */
const CHECKPOINTS = [2, 4, 6, 9, 10, 11];
const ACTIONS = ['forward', 'turn'];

function step(state: number, action: number): number {
  if (state >= LAGOON) return action === 0 ? (state === S - 1 ? LAGOON : state + 1) : FORK;
  if (action === 0) return state + 1;
  return state === FORK ? LAGOON : state;
}

const SIGNALS = {
  cp: { title: 'Checkpoint', help: '1 on arriving at a checkpoint from another place.' },
  checkpointId: { title: 'Which checkpoint', help: 'Number of the checkpoint that was reached, 1 to 6, in the lagoon 4 to 6; 0 for none.' },
  finish: { title: 'Finish', help: '1 on the step that crosses the finish line.' },
  lagoon: { title: 'In the lagoon', help: '1 on every step that ends in the lagoon.' },
};

function table({ horizon, slip }: { horizon: number; slip: number }): Table {
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'checkpoints', 'length'],
    truth: 'success',
    stateTables: { progress: Array.from({ length: S }, (_, state) => (state < FINISH ? state : state === FINISH ? 0 : FORK)) },
    start: { state: [0], probability: [1] },
    absorbing: [FINISH],
    features: (state) => Float32Array.from({ length: S }, (_, k) => (k === state && state !== FINISH ? 1 : 0)),
    transitions: (state, action) => {
      const next = step(state, action);
      if (next === state) return [arrival(state, state, 1)];
      return [arrival(state, next, 1 - slip), arrival(state, state, slip)];
    },
  });
}

function arrival(state: number, next: number, probability: number) {
  const checkpoint = next === state ? 0 : CHECKPOINTS.indexOf(next) + 1;
  const cp = checkpoint > 0 ? 1 : 0;
  const finish = next === FINISH ? 1 : 0;
  return {
    probability,
    next,
    done: next === FINISH,
    signals: { cp, checkpointId: checkpoint, finish, lagoon: next >= LAGOON ? 1 : 0 },
    metrics: { success: finish, checkpoints: cp, length: 1 },
  };
}

/** Places in a unit square: the track as a shallow arc, the lagoon as a ring below its middle. */
const PLACES = [
  [0.05, 0.3], [0.16, 0.22], [0.28, 0.17], [0.39, 0.18], [0.5, 0.26], [0.61, 0.2], [0.73, 0.16], [0.84, 0.21], [0.95, 0.3],
  [0.38, 0.58], [0.5, 0.84], [0.62, 0.58],
];

function picture(): Picture {
  return {
    kind: 'track',
    nodes: PLACES.map(([x, y], state) => ({
      x,
      y,
      role: state === 0 ? 'start' : state === FINISH ? 'finish' : state >= LAGOON ? 'lagoon' : 'track',
      checkpoint: CHECKPOINTS.includes(state),
      label: describe(state),
    })),
    links: Array.from({ length: S }, (_, state) => state)
      .filter((state) => state !== FINISH)
      .flatMap((from) => ACTIONS.map((_, action) => ({ from, to: step(from, action) })))
      .filter(({ from, to }) => from !== to),
    nodeOf: Int32Array.from({ length: S }, (_, state) => state),
  };
}

function describe(state: number): string {
  if (state === FINISH) return 'finish';
  const checkpoint = CHECKPOINTS.includes(state) ? ', checkpoint' : '';
  return state >= LAGOON ? `lagoon ${state - LAGOON + 1}${checkpoint}` : `track ${state}${checkpoint}`;
}

/**
 * A race past checkpoints, with a lagoon where three more can be passed for ever. States 0 to 7 are the track, 8 the
 * finish, 9 to 11 the lagoon. Moves are certain unless `slip` leaves the boat where it is.
 */
export default defineScenario({
  id: 'boat-race',
  title: 'Boat race',
  summary: 'Finish the race, or circle in the lagoon, where checkpoints never run out.',
  formula: String.raw`s \in \{0,\dots,11\},\qquad o = \mathbb 1[\text{finish}]`,
  provenance: 'own',
  cite: [],
  question: 'Why does a boat that is paid for checkpoints never finish?',
  useWhen: 'You ask whether a dense reward is farmed, and whether a gate, a cap or a potential cures it.',
  params: {
    horizon: { kind: 'integer', default: 30, min: 1, max: 64, symbol: 'T', help: 'Steps before time runs out; the shortest race takes 8.' },
    slip: { kind: 'number', default: 0, min: 0, max: 0.5, step: 0.01, help: 'Chance that the boat does not move.' },
  },
  signals: SIGNALS,
  stateTables: {
    progress: { title: 'Progress', help: 'Places passed on the track, 0 to 7; 4 anywhere in the lagoon, 0 at the finish.' },
  },
  metrics: {
    success: { title: 'Finished', unit: 'share' },
    checkpoints: { title: 'Checkpoints', unit: 'count' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'race',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: describe,
});
