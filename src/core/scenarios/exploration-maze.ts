import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

/** `#` wall, S start, G goal. */
const MAP = ['S.#.....', '..#.###.', '....#...', '.##.#.##', '.#..#..#', '.#.###..', '...#...G'];
const ROWS = MAP.length;
const COLUMNS = MAP[0].length;
const MOVES = [[-1, 0], [1, 0], [0, -1], [0, 1]];

/** Grid cell (row · COLUMNS + column) of every open cell, in reading order. */
const OPEN = [...MAP.join('')].flatMap((mark, cell) => (mark === '#' ? [] : [cell]));
const START = OPEN.indexOf(MAP.join('').indexOf('S'));
const GOAL = OPEN.indexOf(MAP.join('').indexOf('G'));
const DONE = OPEN.length;
const S = DONE + 1;

const rowOf = (open: number) => Math.floor(OPEN[open] / COLUMNS);
const columnOf = (open: number) => OPEN[open] % COLUMNS;

/** The open cell one step away; into a wall or off the map it stays. */
function step(open: number, direction: number): number {
  const row = rowOf(open) + MOVES[direction][0];
  const column = columnOf(open) + MOVES[direction][1];
  const inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
  const target = inside ? OPEN.indexOf(row * COLUMNS + column) : -1;
  return target < 0 ? open : target;
}

/** Fewest steps from the start, by open cell. */
const FROM_START = (() => {
  const steps = new Array<number>(OPEN.length).fill(Infinity);
  steps[START] = 0;
  const queue = [START];
  for (const open of queue) {
    for (const direction of MOVES.keys()) {
      const next = step(open, direction);
      if (steps[next] < Infinity) continue;
      steps[next] = steps[open] + 1;
      queue.push(next);
    }
  }
  return steps;
})();

const SIGNALS = {
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  bump: { title: 'Bump', help: '1 on a step into a wall or off the map.' },
};

interface Params {
  readonly horizon: number;
  readonly slip: number;
}

function table({ horizon, slip }: Params): Table {
  return compileTable({
    S,
    A: MOVES.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'length', 'bumps'],
    truth: 'success',
    stateTables: { fromStart: Array.from({ length: S }, (_, state) => (state === DONE ? 0 : FROM_START[state])) },
    start: { state: [START], probability: [1] },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(ROWS + COLUMNS);
      if (state === DONE) return x;
      x[rowOf(state)] = 1;
      x[ROWS + columnOf(state)] = 1;
      return x;
    },
    transitions: (state, action) =>
      MOVES.map((_, direction) => {
        const next = step(state, direction);
        const goal = next === GOAL ? 1 : 0;
        const bump = next === state && !goal ? 1 : 0;
        return {
          probability: (direction === action ? 1 - slip : 0) + slip / MOVES.length,
          next: goal ? DONE : next,
          done: goal === 1,
          signals: { goal, bump },
          metrics: { success: goal, length: 1, bumps: bump },
        };
      }),
  });
}

function picture(): Picture {
  return {
    kind: 'grid',
    columns: COLUMNS,
    rows: ROWS,
    wall: Uint8Array.from(MAP.join(''), (mark) => (mark === '#' ? 1 : 0)),
    marks: [
      { cell: OPEN[START], role: 'start', label: 'Start' },
      { cell: OPEN[GOAL], role: 'goal', label: 'Goal' },
    ],
    cellOf: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : OPEN[state])),
    carries: Array.from({ length: S }, (_, state) => (state === DONE ? 'at the goal' : 'on the way')),
  };
}

/**
 * A maze whose only reward is 21 steps away, through three bends: chance finds it once in twenty million walks. State = open cell in
 * reading order, 37 = done. Moves are certain unless `slip` turns some into a random direction.
 */
export default defineScenario({
  id: 'exploration-maze',
  title: 'Maze to explore',
  summary: 'A goal so far away that only curiosity finds it.',
  formula: String.raw`s = \text{cell},\qquad o = \mathbb 1[\text{goal}]`,
  provenance: 'own',
  cite: [{ title: 'A Study of Global and Episodic Bonuses for Exploration in Contextual MDPs', source: 'arXiv:2306.03236' }],
  question: 'What does a bonus for new places need to lead somewhere?',
  useWhen: 'You ask which exploration bonus finds a reward that is never seen by chance.',
  params: {
    horizon: { kind: 'integer', default: 30, min: 1, max: 128, symbol: 'T', help: 'Steps before time runs out; the shortest way takes 21.' },
    slip: { kind: 'number', default: 0, min: 0, max: 0.5, step: 0.01, help: 'Chance that a step goes in a random direction instead.' },
  },
  signals: SIGNALS,
  stateTables: { fromStart: { title: 'Steps from the start', help: 'Fewest steps from the start to the cell.' } },
  metrics: {
    success: { title: 'Reached the goal', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
    bumps: { title: 'Bumps', unit: 'count' },
  },
  trajectoryNoun: 'walk',
  actionNames: ['up', 'down', 'left', 'right'],
  table,
  picture,
  describeState: (state) => (state === DONE ? 'at the goal' : `row ${rowOf(state) + 1}, column ${columnOf(state) + 1}`),
});
