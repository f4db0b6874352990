import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { cellBeside, cellsOf, columnOf, FOUR_WAYS, isReachable, readMap, remembered, rowOf, stepsFrom } from '../mdp/grid-map';

const MAP = 'S.#...../..#.###./....#.../.##.#.##/.#..#..#/.#.###../...#...G';
const TILES = [
  { mark: '.', title: 'Floor', role: 'floor' },
  { mark: '#', title: 'Wall', role: 'wall' },
  { mark: 'S', title: 'Start', role: 'start', min: 1, max: 1 },
  { mark: 'G', title: 'Goal', role: 'goal', min: 1 },
] as const;
const MOVES = FOUR_WAYS;

/** What follows from a map. State = open cell in reading order; the last one is done. */
const layoutOf = remembered((text) => {
  const map = readMap(text);
  const open = Array.from(map.tiles, (_, cell) => cell).filter((cell) => map.tiles[cell] !== '#');
  const openAt = new Int32Array(map.tiles.length).fill(-1);
  open.forEach((cell, k) => (openAt[cell] = k));
  /** The open cell one step away; into a wall or off the map it stays. */
  const step = (from: number, direction: number): number => {
    const to = cellBeside(map, open[from], MOVES[direction]);
    return to < 0 || openAt[to] < 0 ? from : openAt[to];
  };
  const done = open.length;
  const start = openAt[map.tiles.indexOf('S')];
  const steps = Array.from(stepsFrom(done, [start], (from) => MOVES.map((_, direction) => step(from, direction))));
  const farthest = Math.max(...steps.filter(Number.isFinite));
  return {
    map,
    S: done + 1,
    done,
    start,
    step,
    isGoal: (cell: number) => map.tiles[open[cell]] === 'G',
    placeOf: (state: number) => open[state],
    rowAt: (state: number) => rowOf(map, open[state]),
    columnAt: (state: number) => columnOf(map, open[state]),
    /** Fewest steps from the start, by open cell; cells without a way count as the farthest that has one. */
    fromStart: steps.map((n) => Math.min(n, farthest)),
  };
});

function playable(rows: readonly string[]): string | null {
  const map = readMap(rows.join('/'));
  return isReachable(map, cellsOf(map, 'S'), cellsOf(map, 'G'), (cell) => map.tiles[cell] !== '#') ? null : 'There is no path from the start to a goal.';
}

const SIGNALS = {
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  bump: { title: 'Bump', help: '1 on a step into a wall or off the map.' },
};

interface Params {
  readonly map: string;
  readonly horizon: number;
  readonly slip: number;
}

function table({ map: text, horizon, slip }: Params): Table {
  const { map, S, done, start, step, isGoal, rowAt, columnAt, fromStart } = layoutOf(text);
  return compileTable({
    S,
    A: MOVES.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'length', 'bumps'],
    truth: 'success',
    stateTables: { fromStart: Array.from({ length: S }, (_, state) => (state === done ? 0 : fromStart[state])) },
    start: { state: [start], probability: [1] },
    absorbing: [done],
    features: (state) => {
      const x = new Float32Array(map.rows + map.columns);
      if (state === done) return x;
      x[rowAt(state)] = 1;
      x[map.rows + columnAt(state)] = 1;
      return x;
    },
    transitions: (state, action) =>
      MOVES.flatMap((_, direction) => {
        const probability = (direction === action ? 1 - slip : 0) + slip / MOVES.length;
        if (probability === 0) return [];
        const next = step(state, direction);
        const goal = isGoal(next) ? 1 : 0;
        const bump = next === state && !goal ? 1 : 0;
        return {
          probability,
          next: goal ? done : next,
          done: goal === 1,
          signals: { goal, bump },
          metrics: { success: goal, length: 1, bumps: bump },
        };
      }),
  });
}

function picture({ map: text }: Params): Picture {
  const { map, S, done, placeOf } = layoutOf(text);
  return {
    kind: 'grid',
    columns: map.columns,
    rows: map.rows,
    wall: Uint8Array.from(map.tiles, (mark) => (mark === '#' ? 1 : 0)),
    marks: TILES.slice(2).flatMap(({ mark, role, title }) => cellsOf(map, mark).map((cell) => ({ cell, role: role as 'start', label: title }))),
    cellOf: Int32Array.from({ length: S }, (_, state) => (state === done ? -1 : placeOf(state))),
    carries: Array.from({ length: S }, (_, state) => (state === done ? 'at the goal' : 'on the way')),
  };
}

/**
 * A maze whose only reward is 21 steps away, through three bends: chance finds it once in twenty million walks. State = open cell in
 * reading order, 37 = done, on the released map. Moves are certain unless `slip` turns some into a random direction.
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
    map: { kind: 'map', default: MAP, tiles: TILES, maxRows: 24, maxColumns: 24, playable, title: 'Map', help: 'Rows of tiles.' },
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
  describeState: (state, { map }) => {
    const { done, rowAt, columnAt } = layoutOf(map);
    return state === done ? 'at the goal' : `row ${rowAt(state) + 1}, column ${columnAt(state) + 1}`;
  },
});
