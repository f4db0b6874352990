import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

/** `#` wall, S start, K key, D door, G goal. The goal is two cells from a dead end on the near side of the wall. */
const MAP = ['...#...', '.#.#.#.', 'S..#G..', '.#.#...', '...D...', 'K..#...'];
const ROWS = MAP.length;
const COLUMNS = MAP[0].length;
const MOVES = [[-1, 0], [1, 0], [0, -1], [0, 1]];

/** Grid cell (row · COLUMNS + column) of every open cell, in reading order. */
const OPEN = [...MAP.join('')].flatMap((mark, cell) => (mark === '#' ? [] : [cell]));
const openAt = (mark: string) => OPEN.indexOf(MAP.join('').indexOf(mark));
const [START, KEY, DOOR, GOAL] = ['S', 'K', 'D', 'G'].map(openAt);
const CELLS = OPEN.length;
const PHASES = ['no key', 'has the key', 'through the door'];
const DONE = PHASES.length * CELLS;
const S = DONE + 1;

const phaseOf = (state: number) => Math.floor(state / CELLS);
const openOf = (state: number) => state % CELLS;
const rowOf = (open: number) => Math.floor(OPEN[open] / COLUMNS);
const columnOf = (open: number) => OPEN[open] % COLUMNS;

interface Arrival {
  readonly state: number;
  readonly key: boolean;
  readonly door: boolean;
  readonly goal: boolean;
}

/** Where one step in a direction leads; into a wall, off the map or into the locked door it stays. */
function step(state: number, direction: number): Arrival {
  const phase = phaseOf(state);
  const here = openOf(state);
  const row = rowOf(here) + MOVES[direction][0];
  const column = columnOf(here) + MOVES[direction][1];
  const inside = row >= 0 && row < ROWS && column >= 0 && column < COLUMNS;
  const target = inside ? OPEN.indexOf(row * COLUMNS + column) : -1;
  const there = target < 0 || (target === DOOR && phase === 0) ? here : target;
  const key = phase === 0 && there === KEY;
  const door = phase === 1 && there === DOOR;
  const goal = there === GOAL;
  return { state: goal ? DONE : (key ? 1 : door ? 2 : phase) * CELLS + there, key, door, goal };
}

/** |Δrow| + |Δcolumn| to the goal, walls ignored, by state; 0 when done. */
const MANHATTAN = Array.from({ length: S }, (_, state) => {
  if (state === DONE) return 0;
  const open = openOf(state);
  return Math.abs(rowOf(open) - rowOf(GOAL)) + Math.abs(columnOf(open) - columnOf(GOAL));
});

/** Fewest steps to the goal, through key and door, by state; 0 when done. */
const REMAINING = (() => {
  const steps: number[] = new Array<number>(S).fill(Infinity);
  steps[DONE] = 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let state = 0; state < DONE; state++) {
      const best = 1 + Math.min(...MOVES.map((_, direction) => steps[step(state, direction).state]));
      if (best < steps[state]) {
        steps[state] = best;
        changed = true;
      }
    }
  }
  return steps;
})();
const FARTHEST_MANHATTAN = Math.max(...MANHATTAN);
const FARTHEST_REMAINING = Math.max(...REMAINING);

const SIGNALS = {
  sub: { title: 'Subgoal', help: '1 on the step that takes the key, and on the step that first passes the door.' },
  key: { title: 'Key', help: '1 on the step that takes the key.' },
  door: { title: 'Door', help: '1 on the step that first passes the door.' },
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  proximity: { title: 'Nearness', help: '1 − distance / 7 on every arrival short of the goal, the distance measured through walls.' },
  progress: { title: 'Progress', help: 'How much nearer the step came to the goal, through walls; steps away count 0.' },
};

function table({ horizon, slip }: { horizon: number; slip: number }): Table {
  return compileTable({
    S,
    A: MOVES.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'length', 'keyShare', 'doorShare'],
    truth: 'success',
    stateTables: {
      man: MANHATTAN.map((d, state) => (state === DONE ? 0 : 1 - d / FARTHEST_MANHATTAN)),
      inf: REMAINING.map((d, state) => (state === DONE ? 0 : 1 - d / FARTHEST_REMAINING)),
      manhattan: MANHATTAN,
      remaining: REMAINING,
    },
    start: { state: [START], probability: [1] },
    absorbing: [DONE],
    features,
    transitions: (state, action) =>
      MOVES.map((_, direction) => {
        const { state: next, key, door, goal } = step(state, direction);
        return {
          probability: (direction === action ? 1 - slip : 0) + slip / MOVES.length,
          next,
          done: goal,
          signals: {
            sub: key || door ? 1 : 0,
            key: key ? 1 : 0,
            door: door ? 1 : 0,
            goal: goal ? 1 : 0,
            proximity: goal ? 0 : 1 - MANHATTAN[next] / FARTHEST_MANHATTAN,
            progress: Math.max(0, MANHATTAN[state] - MANHATTAN[next]),
          },
          metrics: { success: goal ? 1 : 0, length: 1, keyShare: key ? 1 : 0, doorShare: door ? 1 : 0 },
        };
      }),
  });
}

/** Row, column and phase, one of each set; all 0 when done. */
function features(state: number): Float32Array {
  const x = new Float32Array(ROWS + COLUMNS + PHASES.length);
  if (state === DONE) return x;
  x[rowOf(openOf(state))] = 1;
  x[ROWS + columnOf(openOf(state))] = 1;
  x[ROWS + COLUMNS + phaseOf(state)] = 1;
  return x;
}

function picture(): Picture {
  return {
    kind: 'grid',
    columns: COLUMNS,
    rows: ROWS,
    wall: Uint8Array.from(MAP.join(''), (mark) => (mark === '#' ? 1 : 0)),
    marks: [
      { cell: OPEN[START], role: 'start', label: 'Start' },
      { cell: OPEN[KEY], role: 'key', label: 'Key' },
      { cell: OPEN[DOOR], role: 'door', label: 'Door' },
      { cell: OPEN[GOAL], role: 'goal', label: 'Goal' },
    ],
    cellOf: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : OPEN[openOf(state)])),
    carries: Array.from({ length: S }, (_, state) => (state === DONE ? 'at the goal' : PHASES[phaseOf(state)])),
  };
}

/**
 * A walk that must fetch a key and pass a door, with the goal in plain sight behind a wall. State = phase · 34 + open cell
 * (no key, key, door passed), 102 = done. Moves are certain unless `slip` turns some into a random direction.
 */
export default defineScenario({
  id: 'key-door',
  title: 'Key and door',
  summary: 'Fetch the key, open the door, reach the goal; the direct way is a dead end.',
  formula: String.raw`s = 34\,\text{phase} + \text{cell},\qquad o = \mathbb 1[\text{goal}]`,
  provenance: 'own',
  cite: [],
  question: 'Which rewards speed learning up, and which lead it into a dead end?',
  useWhen: 'You ask whether distance, subgoals or shaping may stand in for a reward that is almost never seen.',
  params: {
    horizon: { kind: 'integer', default: 16, min: 1, max: 64, symbol: 'T', help: 'Steps before time runs out; the shortest way takes 10.' },
    slip: { kind: 'number', default: 0, min: 0, max: 0.5, step: 0.01, help: 'Chance that a step goes in a random direction instead.' },
  },
  signals: SIGNALS,
  stateTables: {
    man: { title: 'Nearness through walls', help: '1 − Manhattan distance / 7: misleading, because the wall is ignored.' },
    inf: { title: 'Nearness along the way', help: '1 − remaining steps / 14, through key and door: informative.' },
    manhattan: { title: 'Manhattan distance', help: 'Rows plus columns to the goal, walls ignored.' },
    remaining: { title: 'Remaining steps', help: 'Fewest steps to the goal, through key and door.' },
  },
  metrics: {
    success: { title: 'Reached the goal', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
    keyShare: { title: 'Took the key', unit: 'share' },
    doorShare: { title: 'Passed the door', unit: 'share' },
  },
  trajectoryNoun: 'walk',
  actionNames: ['up', 'down', 'left', 'right'],
  table,
  picture,
  describeState: (state) =>
    state === DONE ? 'at the goal' : `row ${rowOf(openOf(state)) + 1}, column ${columnOf(openOf(state)) + 1}, ${PHASES[phaseOf(state)]}`,
});
