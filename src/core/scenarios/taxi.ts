import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable, type Transition } from '../mdp/compile-table';
import { withOptimalValue } from '../mdp/optimal-potential';

const SIDE = 5;
const PLACES = [[0, 0], [0, 4], [4, 0], [4, 3]];
const PLACE_NAMES = ['Red', 'Green', 'Yellow', 'Blue'];
const IN_TAXI = PLACES.length;
/** States of one setting of the fickle bit: ((row · 5 + column) · 5 + passenger) · 4 + destination. */
const PLAIN = SIDE * SIDE * (IN_TAXI + 1) * PLACES.length;
/** Cells with a wall on their east side; no wall runs across a column. */
const WALL_EAST = [[0, 1], [1, 1], [3, 0], [4, 0], [3, 2], [4, 2]];
const ACTIONS = ['south', 'north', 'east', 'west', 'pick up', 'drop off'];
const MOVES = [[1, 0], [-1, 0], [0, 1], [0, -1]];
const [PICK_UP, DROP_OFF] = [4, 5];
/** The two moves across each move. */
const ACROSS = [[3, 2], [3, 2], [0, 1], [0, 1]];

/** Chance that the passenger will change the destination once. */
const FICKLE = 0.3;

interface Params {
  readonly rainy: boolean;
  readonly fickle: boolean;
  readonly horizon: number;
}

interface Situation {
  readonly row: number;
  readonly column: number;
  /** Index of the place, or IN_TAXI. */
  readonly passenger: number;
  readonly destination: number;
  /** 1 while the passenger will still change the destination. */
  readonly bit: number;
}

function situationOf(state: number): Situation {
  const plain = state % PLAIN;
  const cell = Math.floor(plain / 20);
  return {
    row: Math.floor(cell / SIDE),
    column: cell % SIDE,
    passenger: Math.floor(plain / 4) % 5,
    destination: plain % 4,
    bit: Math.floor(state / PLAIN),
  };
}

const stateOf = ({ row, column, passenger, destination, bit }: Situation) =>
  PLAIN * bit + ((row * SIDE + column) * 5 + passenger) * 4 + destination;
const isHere = ({ row, column }: Situation, place: number) => place < IN_TAXI && PLACES[place][0] === row && PLACES[place][1] === column;
const hasWallEast = (row: number, column: number) => column === SIDE - 1 || WALL_EAST.some(([r, c]) => r === row && c === column);

/** Where a move leads, or null when a wall or the edge is in the way. */
function moved(from: Situation, move: number): Situation | null {
  const row = from.row + MOVES[move][0];
  const column = from.column + MOVES[move][1];
  if (row < 0 || row >= SIDE || column < 0 || column >= SIDE) return null;
  if (MOVES[move][1] !== 0 && hasWallEast(row, Math.min(column, from.column))) return null;
  return { ...from, row, column };
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '−1 for every step, −10 for a pick-up or drop-off that is not possible, 20 for arriving.' },
  pickedUp: { title: 'Picked up', help: '1 on the step that takes the passenger in.' },
  delivered: { title: 'Delivered', help: '1 on the step that drops the passenger at the destination.' },
  illegal: { title: 'Impossible', help: '1 on a pick-up or drop-off where there is nobody to pick up or nowhere to drop.' },
  blocked: { title: 'Blocked', help: '1 on a move that a wall or the edge holds back.' },
};

function outcome(probability: number, next: Situation, pay: number, facts: Readonly<Record<string, number>> = {}): Transition {
  const delivered = facts['delivered'] ?? 0;
  return {
    probability,
    next: stateOf(next),
    done: delivered === 1,
    signals: { gymReward: pay, ...facts },
    metrics: { return: pay, success: delivered, impossible: facts['illegal'] ?? 0, length: 1 },
  };
}

/** The outcomes of a move; in rain an open way is missed to either side one time in five. */
function drive(from: Situation, move: number, rainy: boolean): Transition[] {
  const ahead = moved(from, move);
  if (ahead === null) return [outcome(1, from, -1, { blocked: 1 })];
  const ways: [number, Situation | null][] = rainy
    ? [[0.8, ahead], [0.1, moved(from, ACROSS[move][0])], [0.1, moved(from, ACROSS[move][1])]]
    : [[1, ahead]];
  return ways.flatMap(([probability, to]) => {
    if (to === null) return [outcome(probability, from, -1, { blocked: 1 })];
    if (from.bit === 0 || from.passenger !== IN_TAXI) return [outcome(probability, to, -1)];
    const others = [0, 1, 2, 3].filter((place) => place !== from.destination);
    return others.map((destination) => outcome(probability / others.length, { ...to, destination, bit: 0 }, -1));
  });
}

function serve(from: Situation, action: number): Transition {
  const { passenger, destination } = from;
  if (action === PICK_UP && isHere(from, passenger)) return outcome(1, { ...from, passenger: IN_TAXI }, -1, { pickedUp: 1 });
  if (action === DROP_OFF && passenger === IN_TAXI) {
    if (isHere(from, destination)) return outcome(1, { ...from, passenger: destination }, 20, { delivered: 1 });
    const place = [0, 1, 2, 3].find((p) => isHere(from, p));
    if (place !== undefined) return outcome(1, { ...from, passenger: place }, -1);
  }
  return outcome(1, from, -10, { illegal: 1 });
}

function table({ rainy, fickle, horizon }: Params): Table {
  const S = fickle ? 2 * PLAIN : PLAIN;
  const states = Array.from({ length: S }, (_, state) => state);
  const isDelivered = (state: number) => situationOf(state).passenger === situationOf(state).destination;
  const waiting = states.filter((state) => situationOf(state).passenger < IN_TAXI && !isDelivered(state));
  const bits = waiting.filter((state) => state < PLAIN).length;
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'impossible', 'length'],
    truth: 'return',
    stateTables: { nearness: states.map((state) => (isDelivered(state) ? 0 : -remainingDistance(situationOf(state)))) },
    start: {
      state: waiting,
      probability: waiting.map((state) => (!fickle ? 1 : state < PLAIN ? 1 - FICKLE : FICKLE) / bits),
    },
    absorbing: states.filter(isDelivered),
    features,
    transitions: (state, action) => {
      const from = situationOf(state);
      return action < PICK_UP ? drive(from, action, rainy) : [serve(from, action)];
    },
  });
  return withOptimalValue(compiled);
}

/** Rows plus columns to the passenger and from there to the destination, walls ignored. */
function remainingDistance({ row, column, passenger, destination }: Situation): number {
  const between = ([r, c]: readonly number[], [q, d]: readonly number[]) => Math.abs(r - q) + Math.abs(c - d);
  const target = PLACES[destination];
  if (passenger === IN_TAXI) return between([row, column], target);
  return between([row, column], PLACES[passenger]) + between(PLACES[passenger], target);
}

/** Row, column, passenger and destination, one of each set, and the fickle bit. */
function features(state: number): Float32Array {
  const { row, column, passenger, destination, bit } = situationOf(state);
  const x = new Float32Array(2 * SIDE + 5 + 4 + 1);
  x[row] = 1;
  x[SIDE + column] = 1;
  x[2 * SIDE + passenger] = 1;
  x[2 * SIDE + 5 + destination] = 1;
  x[2 * SIDE + 9] = bit;
  return x;
}

function carries(state: number): string {
  const { passenger, destination, bit } = situationOf(state);
  if (passenger === destination) return `delivered to ${PLACE_NAMES[destination]}`;
  const who = passenger === IN_TAXI ? 'passenger in the taxi' : `passenger at ${PLACE_NAMES[passenger]}`;
  return `${who}, to ${PLACE_NAMES[destination]}${bit ? ' for now' : ''}`;
}

function picture({ fickle }: Params): Picture {
  const S = fickle ? 2 * PLAIN : PLAIN;
  const cellAt = (row: number, column: number) => row * SIDE + column;
  const of = (read: (situation: Situation) => number) => Int32Array.from({ length: S }, (_, state) => read(situationOf(state)));
  return {
    kind: 'grid',
    columns: SIDE,
    rows: SIDE,
    wall: new Uint8Array(SIDE * SIDE),
    fences: WALL_EAST.map(([row, column]) => cellAt(row, column)),
    marks: PLACES.map(([row, column], place) => ({ cell: cellAt(row, column), role: 'place', label: PLACE_NAMES[place] })),
    waiting: of(({ passenger }) => (passenger < IN_TAXI ? passenger : -1)),
    wanted: of(({ destination }) => destination),
    cellOf: of(({ row, column }) => cellAt(row, column)),
    carries: Array.from({ length: S }, (_, state) => carries(state)),
  };
}

/**
 * Gymnasium's Taxi, entry by entry. State = ((row · 5 + column) · 5 + passenger) · 4 + destination, passenger 4 in the taxi;
 * with a fickle passenger 500 is added while the change of mind is still to come: without that bit the state would not be
 * Markov. The rain follows version 4, in which a blocked way is never missed.
 */
export default defineScenario({
  id: 'taxi',
  title: 'Taxi',
  summary: 'Pick a passenger up at one of four places and drop them at another.',
  formula: String.raw`s = 4\,(5\,(5\,\text{row} + \text{column}) + \text{passenger}) + \text{destination},\qquad o = \sum_t r_t`,
  provenance: 'code',
  cite: [{ title: 'Gymnasium: Taxi', source: 'Farama-Foundation/Gymnasium@3f0476a8cc22:gymnasium/envs/toy_text/taxi.py' }],
  question: 'Which reward finds the two right moments among two hundred steps?',
  useWhen: 'You want a known environment with a subgoal, many starts, and actions that are mostly mistakes.',
  params: {
    rainy: { kind: 'boolean', default: false, help: 'A move that is open goes where it should with probability 0.8, and to either side with 0.1 each.' },
    fickle: { kind: 'boolean', default: false, help: 'Three passengers in ten change the destination once, after the first move with them.' },
    horizon: { kind: 'integer', default: 200, min: 1, max: 1000, symbol: 'T', help: 'Steps before time runs out.' },
  },
  signals: SIGNALS,
  stateTables: {
    nearness: { title: 'Nearness', help: 'Rows plus columns still to drive, through the passenger, walls ignored; negative.' },
    optimal: { title: 'Best value', help: 'What the best policy can still get with a discount of 0.99 and no end of time.' },
  },
  metrics: {
    return: { title: 'Return', unit: 'number' },
    success: { title: 'Delivered', unit: 'share' },
    impossible: { title: 'Impossible actions', unit: 'count' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'ride',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: (state) => {
    const { row, column } = situationOf(state);
    return `row ${row + 1}, column ${column + 1}, ${carries(state)}`;
  },
});
