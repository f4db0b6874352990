import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { cellBeside, cellsOf, columnOf, isReachable, manhattan, readMap, remembered, rowOf } from '../mdp/grid-map';
import { withOptimalValue } from '../mdp/optimal-potential';

const MAP = '............/............/............/SCCCCCCCCCCG';
const TILES = [
  { mark: '.', title: 'Ground', role: 'floor' },
  { mark: '#', title: 'Wall', role: 'wall' },
  { mark: 'S', title: 'Start', role: 'start', min: 1, max: 1 },
  { mark: 'C', title: 'Cliff', role: 'hazard' },
  { mark: 'G', title: 'Goal', role: 'goal', min: 1 },
] as const;
const ACTIONS = ['up', 'right', 'down', 'left'];
const MOVES = [[-1, 0], [0, 1], [1, 0], [0, -1]];

interface Params {
  readonly map: string;
  readonly slippery: boolean;
  readonly horizon: number;
}

/** State = cell in reading order. */
const cliffOf = remembered((text) => {
  const map = readMap(text);
  const goals = cellsOf(map, 'G');
  const start = map.tiles.indexOf('S');
  const mark = (state: number) => map.tiles[state];
  return {
    map,
    S: map.tiles.length,
    start,
    states: Array.from({ length: map.tiles.length }, (_, state) => state),
    isGoal: (state: number) => mark(state) === 'G',
    isCliff: (state: number) => mark(state) === 'C',
    /** Nobody acts there. */
    isEmpty: (state: number) => 'CG#'.includes(mark(state)),
    /** |Δrow| + |Δcolumn| to the nearest goal. */
    distance: (state: number) => manhattan(map, state, goals),
    /** Where a step leads; edge and walls hold it back, and the cliff throws it to the start. */
    step: (state: number, direction: number): { next: number; fell: boolean } => {
      const beside = cellBeside(map, state, MOVES[direction]);
      if (beside < 0 || mark(beside) === '#') return { next: state, fell: false };
      return mark(beside) === 'C' ? { next: start, fell: true } : { next: beside, fell: false };
    },
  };
});

function playable(rows: readonly string[]): string | null {
  const map = readMap(rows.join('/'));
  return isReachable(map, cellsOf(map, 'S'), cellsOf(map, 'G'), (cell) => !'C#'.includes(map.tiles[cell])) ? null : 'There is no path from the start to a goal.';
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '−1 for every step and −100 for a fall.' },
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  fall: { title: 'Fall', help: '1 on a step over the cliff, which leads back to the start.' },
  progress: { title: 'Progress', help: '1 on a step towards the goal, by rows plus columns; steps away count 0.' },
};

function table({ map: text, slippery, horizon }: Params): Table {
  const { map, S, start, states, isGoal, isCliff, isEmpty, distance, step } = cliffOf(text);
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'falls', 'length'],
    truth: 'return',
    stateTables: { nearness: states.map((state) => (isCliff(state) || isGoal(state) ? 0 : -distance(state))) },
    start: { state: [start], probability: [1] },
    absorbing: states.filter(isEmpty),
    features: (state) => {
      const x = new Float32Array(map.rows + map.columns);
      x[rowOf(map, state)] = 1;
      x[map.rows + columnOf(map, state)] = 1;
      return x;
    },
    transitions: (state, action) =>
      (slippery ? [action - 1, action, action + 1] : [action]).map((turned, _, { length }) => {
        const { next, fell } = step(state, (turned + 4) % 4);
        const goal = isGoal(next);
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

function picture({ map: text }: Params): Picture {
  const { map, states, isGoal, isCliff } = cliffOf(text);
  return {
    kind: 'grid',
    columns: map.columns,
    rows: map.rows,
    wall: Uint8Array.from(map.tiles, (mark) => (mark === '#' ? 1 : 0)),
    marks: TILES.slice(2).flatMap(({ mark, role, title }) => cellsOf(map, mark).map((cell) => ({ cell, role: role as 'start', label: title }))),
    cellOf: Int32Array.from(states),
    carries: states.map((state) => (isGoal(state) ? 'at the goal' : isCliff(state) ? 'over the cliff' : 'walking')),
  };
}

/**
 * Gymnasium's CliffWalking-v1, entry by entry, or on a map that is drawn. State = row · columns + column; on Gymnasium's map the start
 * is 36, the goal 47, and the cliff lies between them. Nobody
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
    map: { kind: 'map', default: MAP, tiles: TILES, maxRows: 16, maxColumns: 24, playable, title: 'Map', help: 'Rows of tiles; Gymnasium has the one map.' },
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
  describeState: (state, { map: text }) => {
    const { map, isGoal, isCliff } = cliffOf(text);
    return isGoal(state) ? 'at the goal' : `row ${rowOf(map, state) + 1}, column ${columnOf(map, state) + 1}${isCliff(state) ? ', over the cliff' : ''}`;
  },
});
