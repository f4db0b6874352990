import type { StoredValues } from '../contracts/parameters';
import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { cellBeside, cellsOf, columnOf, isReachable, manhattan, readMap, remembered, rowOf } from '../mdp/grid-map';
import { withOptimalValue } from '../mdp/optimal-potential';

/** Gymnasium's two maps. */
const MAPS = {
  '4x4': 'SFFF/FHFH/FFFH/HFFG',
  '8x8': 'SFFFFFFF/FFFFFFFF/FFFHFFFF/FFFFFHFF/FFFHFFFF/FHHFFFHF/FHFFHFHF/FFFHFFFG',
};
const TILES = [
  { mark: 'F', title: 'Ice', role: 'floor' },
  { mark: 'S', title: 'Start', role: 'start', min: 1 },
  { mark: 'H', title: 'Hole', role: 'hazard' },
  { mark: 'G', title: 'Goal', role: 'goal', min: 1 },
] as const;
/** Steps after which Gymnasium ends an episode: on its small map, and on its large one. */
const limitOf = (cells: number) => (cells <= 16 ? 100 : 200);
const ACTIONS = ['left', 'down', 'right', 'up'];
const MOVES = [[0, -1], [1, 0], [0, 1], [-1, 0]];

interface Params {
  readonly size: '4x4' | '8x8';
  /** Empty: the map of that size. */
  readonly map: string;
  readonly slippery: boolean;
  readonly successRate: number;
  readonly horizon: number | null;
}

/** State = cell in reading order. */
const lakeOf = remembered((text) => {
  const map = readMap(text);
  const goals = cellsOf(map, 'G');
  const mark = (state: number) => map.tiles[state];
  return {
    map,
    S: map.tiles.length,
    starts: cellsOf(map, 'S'),
    isGoal: (state: number) => mark(state) === 'G',
    isHole: (state: number) => mark(state) === 'H',
    isEnd: (state: number) => 'HG'.includes(mark(state)),
    /** |Δrow| + |Δcolumn| to the nearest goal. */
    distance: (state: number) => manhattan(map, state, goals),
    step: (state: number, direction: number) => {
      const beside = cellBeside(map, state, MOVES[direction]);
      return beside < 0 ? state : beside;
    },
  };
});
const lake = ({ map, size }: Pick<Params, 'map' | 'size'>) => lakeOf(map || MAPS[size]);

const mapOfSize = ({ size }: StoredValues) => MAPS[size === '8x8' ? '8x8' : '4x4'];

function playable(rows: readonly string[]): string | null {
  const map = readMap(rows.join('/'));
  const isOpen = (cell: number) => map.tiles[cell] !== 'H';
  const stranded = cellsOf(map, 'S').find((start) => !isReachable(map, [start], cellsOf(map, 'G'), isOpen));
  if (stranded === undefined) return null;
  return `There is no path from the start in row ${rowOf(map, stranded) + 1}, column ${columnOf(map, stranded) + 1} to a goal.`;
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '1 on the step that reaches the goal.' },
  hole: { title: 'Hole', help: '1 on the step that breaks through the ice.' },
  progress: { title: 'Progress', help: '1 on a step towards the goal, by rows plus columns; steps away count 0.' },
};

function table(params: Params): Table {
  const { map, S, starts, isGoal, isEnd, isHole, distance, step } = lake(params);
  const { slippery, successRate } = params;
  const states = Array.from({ length: S }, (_, state) => state);
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon: params.horizon === null ? limitOf(S) : Math.round(params.horizon),
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'length'],
    truth: 'return',
    stateTables: { nearness: states.map((state) => (isEnd(state) ? 0 : -distance(state))) },
    start: { state: starts, probability: starts.map(() => 1 / starts.length) },
    absorbing: states.filter(isEnd),
    features: (state) => {
      const x = new Float32Array(map.rows + map.columns);
      x[rowOf(map, state)] = 1;
      x[map.rows + columnOf(map, state)] = 1;
      return x;
    },
    transitions: (state, action) =>
      (slippery ? [action - 1, action, action + 1] : [action]).map((turned) => {
        const next = step(state, (turned + 4) % 4);
        const reached = isGoal(next) ? 1 : 0;
        return {
          probability: !slippery ? 1 : turned === action ? successRate : (1 - successRate) / 2,
          next,
          done: isEnd(next),
          signals: { gymReward: reached, hole: isHole(next) ? 1 : 0, progress: Math.max(0, distance(state) - distance(next)) },
          metrics: { return: reached, success: reached, length: 1 },
        };
      }),
  });
  return withOptimalValue(compiled);
}

function picture(params: Params): Picture {
  const { map, S, isGoal, isHole } = lake(params);
  const states = Array.from({ length: S }, (_, state) => state);
  return {
    kind: 'grid',
    columns: map.columns,
    rows: map.rows,
    wall: new Uint8Array(S),
    marks: TILES.slice(1).flatMap(({ mark, role, title }) => cellsOf(map, mark).map((cell) => ({ cell, role: role as 'start', label: title }))),
    cellOf: Int32Array.from(states),
    carries: states.map((state) => (isGoal(state) ? 'at the goal' : isHole(state) ? 'in a hole' : 'on the ice')),
  };
}

/**
 * Gymnasium's FrozenLake-v1, entry by entry, on its two maps or on one that is drawn (Gymnasium's `desc`). State = row · columns
 * + column. On slippery ice a step goes where it should with
 * probability `successRate` and to either side with half of the rest, never backwards.
 */
export default defineScenario({
  id: 'frozen-lake',
  title: 'Frozen lake',
  summary: 'Cross the ice to the goal without breaking through.',
  formula: String.raw`s = n\,\text{row} + \text{column},\qquad o = \mathbb 1[\text{goal}]`,
  provenance: 'code',
  cite: [{ title: 'Gymnasium: Frozen Lake', source: 'Farama-Foundation/Gymnasium@3f0476a8cc22:gymnasium/envs/toy_text/frozen_lake.py' }],
  question: 'How should one walk on ice that turns every third step aside?',
  useWhen: 'You want a small environment that everybody knows, with one reward at the end.',
  params: {
    size: {
      kind: 'choice',
      default: '4x4',
      help: 'Which of Gymnasium’s two maps.',
      options: [
        { value: '4x4', title: '4 × 4', help: 'Four holes, 100 steps.' },
        { value: '8x8', title: '8 × 8', help: 'Ten holes, 200 steps.' },
      ],
    },
    map: {
      kind: 'map',
      default: '',
      tiles: TILES,
      maxRows: 16,
      maxColumns: 16,
      playable,
      standsFor: mapOfSize,
      title: 'Map',
      help: 'Rows of tiles, as Gymnasium’s desc; empty takes the map of that size. With several starts each is as likely.',
    },
    slippery: { kind: 'boolean', default: true, help: 'Steps may go to either side of where they should.' },
    successRate: { kind: 'number', default: 1 / 3, min: 0, max: 1, step: 0.01, help: 'Chance that a step on slippery ice goes where it should.', advanced: true },
    horizon: { kind: 'number', default: null, nullable: true, min: 1, max: 1000, step: 1, symbol: 'T', help: 'Steps before time runs out; empty takes Gymnasium’s limit for the map: 100 up to 16 cells, else 200.' },
  },
  signals: SIGNALS,
  stateTables: {
    nearness: { title: 'Nearness', help: 'Rows plus columns to the goal, negative; 0 in a hole.' },
    optimal: { title: 'Best value', help: 'What the best policy can still get with a discount of 0.99 and no end of time.' },
  },
  metrics: {
    return: { title: 'Return', unit: 'number' },
    success: { title: 'Reached the goal', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'walk',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: (state, params) => {
    const { map, isGoal, isHole } = lake(params);
    const place = `row ${rowOf(map, state) + 1}, column ${columnOf(map, state) + 1}`;
    return isGoal(state) ? 'at the goal' : isHole(state) ? `in the hole at ${place}` : place;
  },
});
