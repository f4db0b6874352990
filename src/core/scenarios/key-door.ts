import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { cellBeside, cellsOf, columnOf, FOUR_WAYS, manhattan, readMap, remembered, rowOf, stepsFrom } from '../mdp/grid-map';

/** The released map. The goal is two cells from a dead end on the near side of the wall. */
const MAP = '...#.../.#.#.#./S..#G../.#.#.../...D.../K..#...';
const TILES = [
  { mark: '.', title: 'Floor', role: 'floor' },
  { mark: '#', title: 'Wall', role: 'wall' },
  { mark: 'S', title: 'Start', role: 'start', min: 1, max: 1 },
  { mark: 'K', title: 'Key', role: 'key' },
  { mark: 'D', title: 'Door', role: 'door' },
  { mark: 'G', title: 'Goal', role: 'goal', min: 1 },
  { mark: 'X', title: 'Pit', role: 'hazard' },
] as const;
const MOVES = FOUR_WAYS;
const PHASES = ['no key', 'has the key', 'through the door'];
const NO_KEY = 0;

interface Arrival {
  readonly state: number;
  readonly key: boolean;
  readonly door: boolean;
  readonly goal: boolean;
  readonly pit: boolean;
}

/** What follows from a map. State = phase · cells + open cell, in reading order; the last one is done. */
const layoutOf = remembered((text) => {
  const map = readMap(text);
  const open = Array.from(map.tiles, (_, cell) => cell).filter((cell) => map.tiles[cell] !== '#');
  const cells = open.length;
  const done = PHASES.length * cells;
  const openAt = new Int32Array(map.tiles.length).fill(-1);
  open.forEach((cell, k) => (openAt[cell] = k));
  const tile = (k: number) => map.tiles[open[k]];
  const beside = open.map((cell) => MOVES.map((move) => {
    const to = cellBeside(map, cell, move);
    return to < 0 ? -1 : openAt[to];
  }));
  const openOf = (state: number) => state % cells;
  const phaseOf = (state: number) => Math.floor(state / cells);
  /** Where one step in a direction leads; into a wall, off the map or into a locked door it stays. */
  const step = (state: number, direction: number): Arrival => {
    const phase = phaseOf(state);
    const here = openOf(state);
    const target = beside[here][direction];
    const there = target < 0 || (tile(target) === 'D' && phase === NO_KEY) ? here : target;
    const key = phase === NO_KEY && tile(there) === 'K';
    const door = phase === 1 && tile(there) === 'D';
    const goal = tile(there) === 'G';
    const pit = tile(there) === 'X';
    return { state: goal || pit ? done : (key ? 1 : door ? 2 : phase) * cells + there, key, door, goal, pit };
  };
  const goals = cellsOf(map, 'G');
  const placeOf = (state: number) => open[openOf(state)];
  const cellManhattan = open.map((cell) => manhattan(map, cell, goals));
  return {
    map,
    cells,
    done,
    S: done + 1,
    start: openAt[map.tiles.indexOf('S')],
    openOf,
    phaseOf,
    step,
    placeOf,
    rowAt: (state: number) => rowOf(map, placeOf(state)),
    columnAt: (state: number) => columnOf(map, placeOf(state)),
    /** |Δrow| + |Δcolumn| to the nearest goal, walls ignored, by state; 0 when done. */
    manhattan: Array.from({ length: done + 1 }, (_, state) => (state === done ? 0 : cellManhattan[openOf(state)])),
    remaining: remainingSteps(done, step),
  };
});
type Layout = ReturnType<typeof layoutOf>;

/** Fewest steps to a goal, through key and door, by state; 0 when done. States without a way count as the farthest that has one. */
function remainingSteps(done: number, step: (state: number, direction: number) => Arrival): number[] {
  const before: number[][] = Array.from({ length: done + 1 }, () => []);
  const finishing: number[] = [];
  for (let state = 0; state < done; state++) {
    for (const direction of MOVES.keys()) {
      const arrival = step(state, direction);
      if (arrival.goal) finishing.push(state);
      else if (!arrival.pit) before[arrival.state].push(state);
    }
  }
  const steps = Array.from(stepsFrom(done + 1, finishing, (state) => before[state]), (n) => n + 1);
  steps[done] = 0;
  const farthest = Math.max(...steps.filter(Number.isFinite));
  return steps.map((n) => Math.min(n, farthest));
}

/** The start, the key where one is needed, and a goal have to be reached, in this order. */
function playable(rows: readonly string[]): string | null {
  const { S, start, step, done, map } = layoutOf(rows.join('/'));
  let goal = false;
  const seen = new Set<'K' | 'D'>();
  stepsFrom(S, [start], (state) =>
    state === done
      ? []
      : MOVES.flatMap((_, direction) => {
          const arrival = step(state, direction);
          if (arrival.goal) goal = true;
          if (arrival.key) seen.add('K');
          if (arrival.door) seen.add('D');
          return arrival.goal || arrival.pit ? [] : [arrival.state];
        }),
  );
  if (goal) return null;
  const has = (mark: string) => map.tiles.includes(mark);
  if (has('D') && !has('K')) return 'The door has no key, and there is no other way to a goal.';
  if (has('K') && !seen.has('K')) return 'There is no path from the start to the key, nor to a goal without it.';
  if (has('D') && !seen.has('D')) return 'There is no path from the key to the door, nor to a goal around it.';
  return has('D') ? 'There is no path from the door to a goal.' : 'There is no path from the start to a goal.';
}

const SIGNALS = {
  sub: { title: 'Subgoal', help: '1 on the step that takes the key, and on the step that first passes the door.' },
  key: { title: 'Key', help: '1 on the step that takes the key.' },
  door: { title: 'Door', help: '1 on the step that first passes the door.' },
  goal: { title: 'Goal', help: '1 on the step that reaches the goal.' },
  proximity: { title: 'Nearness', help: '1 − distance / farthest (7 on the released map) on every arrival short of the goal, the distance measured through walls.' },
  progress: { title: 'Progress', help: 'How much nearer the step came to the goal, through walls; steps away count 0.' },
};

interface Params {
  readonly map: string;
  readonly horizon: number;
  readonly slip: number;
  readonly lean: number;
}

function table({ map, horizon, slip }: Params): Table {
  const layout = layoutOf(map);
  const { S, done, step, manhattan: distance, remaining } = layout;
  const farthest = { manhattan: Math.max(1, ...distance), remaining: Math.max(1, ...remaining) };
  return compileTable({
    S,
    A: MOVES.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'length', 'keyShare', 'doorShare'],
    truth: 'success',
    stateTables: {
      man: distance.map((d, state) => (state === done ? 0 : 1 - d / farthest.manhattan)),
      inf: remaining.map((d, state) => (state === done ? 0 : 1 - d / farthest.remaining)),
      manhattan: distance,
      remaining,
    },
    start: { state: [layout.start], probability: [1] },
    absorbing: [done],
    features: (state) => features(layout, state),
    transitions: (state, action) =>
      MOVES.flatMap((_, direction) => {
        const probability = (direction === action ? 1 - slip : 0) + slip / MOVES.length;
        if (probability === 0) return [];
        const { state: next, key, door, goal, pit } = step(state, direction);
        return {
          probability,
          next,
          done: goal || pit,
          signals: {
            sub: key || door ? 1 : 0,
            key: key ? 1 : 0,
            door: door ? 1 : 0,
            goal: goal ? 1 : 0,
            proximity: goal || pit ? 0 : 1 - distance[next] / farthest.manhattan,
            progress: pit ? 0 : Math.max(0, distance[state] - distance[next]),
          },
          metrics: { success: goal ? 1 : 0, length: 1, keyShare: key ? 1 : 0, doorShare: door ? 1 : 0 },
        };
      }),
  });
}

/** Row, column and phase, one of each set; all 0 when done. */
function features({ map, done, rowAt, columnAt, phaseOf }: Layout, state: number): Float32Array {
  const x = new Float32Array(map.rows + map.columns + PHASES.length);
  if (state === done) return x;
  x[rowAt(state)] = 1;
  x[map.rows + columnAt(state)] = 1;
  x[map.rows + map.columns + phaseOf(state)] = 1;
  return x;
}

/** [S·A] c · (D(s) − D(s′)), D the remaining steps; a pit is as far as can be. */
function initialLogits({ map, lean }: Params): Float64Array {
  const { S, done, step, remaining } = layoutOf(map);
  const logits = new Float64Array(S * MOVES.length);
  if (lean === 0) return logits;
  const farthest = Math.max(...remaining);
  for (let state = 0; state < done; state++) {
    for (const direction of MOVES.keys()) {
      const { state: next, goal, pit } = step(state, direction);
      logits[state * MOVES.length + direction] = lean * (remaining[state] - (goal ? 0 : pit ? farthest : remaining[next]));
    }
  }
  return logits;
}

const endWords = ({ map }: Layout) => (map.tiles.includes('X') ? 'at a goal or in a pit' : 'at the goal');

function picture({ map: text }: Params): Picture {
  const layout = layoutOf(text);
  const { map, S, done, placeOf, phaseOf } = layout;
  return {
    kind: 'grid',
    columns: map.columns,
    rows: map.rows,
    wall: Uint8Array.from(map.tiles, (mark) => (mark === '#' ? 1 : 0)),
    marks: TILES.slice(2).flatMap(({ mark, role, title }) => cellsOf(map, mark).map((cell) => ({ cell, role: role as 'start', label: title }))),
    cellOf: Int32Array.from({ length: S }, (_, state) => (state === done ? -1 : placeOf(state))),
    carries: Array.from({ length: S }, (_, state) => (state === done ? endWords(layout) : PHASES[phaseOf(state)])),
  };
}

/**
 * A walk that must fetch a key and pass a door, with the goal in plain sight behind a wall. On the released map state =
 * phase · 34 + open cell (no key, key, door passed), 102 = done. Moves are certain unless `slip` turns some into a random
 * direction. Other maps may have more keys, doors and goals, and pits, which end the walk without success.
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
    map: { kind: 'map', default: MAP, tiles: TILES, maxRows: 24, maxColumns: 24, playable, title: 'Map', help: 'Rows of tiles. Any key opens every door; a pit ends the walk without success.' },
    horizon: { kind: 'integer', default: 16, min: 1, max: 64, symbol: 'T', help: 'Steps before time runs out; the shortest way takes 10.' },
    slip: { kind: 'number', default: 0, min: 0, max: 0.5, step: 0.01, help: 'Chance that a step goes in a random direction instead.' },
    lean: { kind: 'number', default: 0, min: 0, max: 3, step: 0.1, symbol: 'c', help: 'How much the starting policy leans along the way to the goal: the logit of a move is c times the steps that it saves. 0 is the uniform policy.' },
  },
  signals: SIGNALS,
  stateTables: {
    man: { title: 'Nearness through walls', help: '1 − Manhattan distance / farthest (7 on the released map): misleading, because the wall is ignored.' },
    inf: { title: 'Nearness along the way', help: '1 − remaining steps / most (14 on the released map), through key and door: informative.' },
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
  initialLogits,
  describeState: (state, { map }) => {
    const layout = layoutOf(map);
    return state === layout.done ? endWords(layout) : `row ${layout.rowAt(state) + 1}, column ${layout.columnAt(state) + 1}, ${PHASES[layout.phaseOf(state)]}`;
  },
});
