import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { withOptimalValue } from '../mdp/optimal-potential';

const ROWS = 4;
const COLUMNS = 12;
const S = ROWS * COLUMNS;
const START = (ROWS - 1) * COLUMNS;
const GOAL = S - 1;
const ACTIONS = ['up', 'right', 'down', 'left'];
const MOVES = [[-1, 0], [0, 1], [1, 0], [0, -1]];
const STATES = Array.from({ length: S }, (_, state) => state);

const rowOf = (state: number) => Math.floor(state / COLUMNS);
const columnOf = (state: number) => state % COLUMNS;
const isCliff = (state: number) => state > START && state < GOAL;
const distance = (state: number) => ROWS - 1 - rowOf(state) + COLUMNS - 1 - columnOf(state);

/** Where a step leads; the edge holds it back, and the cliff throws it to the start. */
function step(state: number, direction: number): { next: number; fell: boolean } {
  const row = Math.min(ROWS - 1, Math.max(0, rowOf(state) + MOVES[direction][0]));
  const column = Math.min(COLUMNS - 1, Math.max(0, columnOf(state) + MOVES[direction][1]));
  const next = row * COLUMNS + column;
  return isCliff(next) ? { next: START, fell: true } : { next, fell: false };
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '−1 for every step and −100 for a fall.' },
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  fall: { title: 'Fall', help: '1 on a step over the cliff, which leads back to the start.' },
  progress: { title: 'Progress', help: '1 on a step towards the goal, by rows plus columns; steps away count 0.' },
};

function table({ slippery, horizon }: { slippery: boolean; horizon: number }): Table {
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'falls', 'length'],
    truth: 'return',
    stateTables: { nearness: STATES.map((state) => (isCliff(state) || state === GOAL ? 0 : -distance(state))) },
    start: { state: [START], probability: [1] },
    absorbing: STATES.filter((state) => isCliff(state) || state === GOAL),
    features: (state) => {
      const x = new Float32Array(ROWS + COLUMNS);
      x[rowOf(state)] = 1;
      x[ROWS + columnOf(state)] = 1;
      return x;
    },
    transitions: (state, action) =>
      (slippery ? [action - 1, action, action + 1] : [action]).map((turned, _, { length }) => {
        const { next, fell } = step(state, (turned + 4) % 4);
        const goal = next === GOAL;
        const pay = fell ? -100 : -1;
        return {
          probability: 1 / length,
          next,
          done: goal,
          signals: { gymReward: pay, goal: goal ? 1 : 0, fall: fell ? 1 : 0, progress: Math.max(0, distance(state) - distance(next)) },
          metrics: { return: pay, success: goal ? 1 : 0, falls: fell ? 1 : 0, length: 1 },
        };
      }),
  });
  return withOptimalValue(compiled);
}

function picture(): Picture {
  return {
    kind: 'grid',
    columns: COLUMNS,
    rows: ROWS,
    wall: new Uint8Array(S),
    marks: [
      { cell: START, role: 'start', label: 'Start' },
      ...STATES.filter(isCliff).map((cell) => ({ cell, role: 'hazard' as const, label: 'Cliff' })),
      { cell: GOAL, role: 'goal', label: 'Goal' },
    ],
    cellOf: Int32Array.from(STATES),
    carries: STATES.map((state) => (state === GOAL ? 'at the goal' : isCliff(state) ? 'over the cliff' : 'walking')),
  };
}

/**
 * Gymnasium's CliffWalking-v1, entry by entry. State = row · 12 + column, start 36, goal 47, the cliff between them; nobody
 * stands on the cliff, since falling leads back to the start and the walk goes on.
 */
export default defineScenario({
  id: 'cliff-walking',
  title: 'Cliff walking',
  summary: 'Walk along a cliff to the goal; the shortest way is the most dangerous one.',
  formula: String.raw`s = 12\,\text{row} + \text{column},\qquad o = \sum_t r_t,\quad r_t \in \{-1, -100\}`,
  provenance: 'code',
  cite: [{ title: 'Gymnasium: Cliff Walking', source: 'Farama-Foundation/Gymnasium@3f0476a8cc22:gymnasium/envs/toy_text/cliffwalking.py' }],
  question: 'How far from the edge should one walk while still exploring?',
  useWhen: 'You want a known environment where an exploring policy pays for being near the best way.',
  params: {
    slippery: { kind: 'boolean', default: false, help: 'A step goes to either side of where it should with probability one third each.' },
    horizon: { kind: 'integer', default: 200, min: 1, max: 1000, symbol: 'T', help: 'Steps before time runs out; Gymnasium sets no limit.' },
  },
  signals: SIGNALS,
  stateTables: {
    nearness: { title: 'Nearness', help: 'Rows plus columns to the goal, negative.' },
    optimal: { title: 'Best value', help: 'What the best policy can still get with a discount of 0.99 and no end of time.' },
  },
  metrics: {
    return: { title: 'Return', unit: 'number' },
    success: { title: 'Reached the goal', unit: 'share' },
    falls: { title: 'Falls', unit: 'count' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'walk',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: (state) => (state === GOAL ? 'at the goal' : `row ${rowOf(state) + 1}, column ${columnOf(state) + 1}${isCliff(state) ? ', over the cliff' : ''}`),
});
