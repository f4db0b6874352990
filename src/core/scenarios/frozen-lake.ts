import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';
import { withOptimalValue } from '../mdp/optimal-potential';

/** S start, F ice, H hole, G goal; with the steps after which Gymnasium ends an episode. */
const MAPS = {
  '4x4': { map: 'SFFF FHFH FFFH HFFG', limit: 100 },
  '8x8': { map: 'SFFFFFFF FFFFFFFF FFFHFFFF FFFFFHFF FFFHFFFF FHHFFFHF FHFFHFHF FFFHFFFG', limit: 200 },
};
const ACTIONS = ['left', 'down', 'right', 'up'];
const MOVES = [[0, -1], [1, 0], [0, 1], [-1, 0]];

interface Params {
  readonly size: '4x4' | '8x8';
  readonly slippery: boolean;
  readonly successRate: number;
  readonly horizon: number | null;
}

/** State = row · n + column, n the side of the square. */
function lake({ size }: Pick<Params, 'size'>) {
  const rows = MAPS[size].map.split(' ');
  const n = rows.length;
  const S = n * n;
  const goal = S - 1;
  const mark = (state: number) => rows[Math.floor(state / n)][state % n];
  return {
    n,
    S,
    goal,
    isEnd: (state: number) => 'HG'.includes(mark(state)),
    isHole: (state: number) => mark(state) === 'H',
    /** |Δrow| + |Δcolumn| to the goal. */
    distance: (state: number) => 2 * (n - 1) - Math.floor(state / n) - (state % n),
    step: (state: number, direction: number) => {
      const within = (x: number) => Math.min(n - 1, Math.max(0, x));
      return within(Math.floor(state / n) + MOVES[direction][0]) * n + within((state % n) + MOVES[direction][1]);
    },
  };
}

const SIGNALS = {
  gymReward: { title: 'Gymnasium’s reward', help: '1 on the step that reaches the goal.' },
  hole: { title: 'Hole', help: '1 on the step that breaks through the ice.' },
  progress: { title: 'Progress', help: '1 on a step towards the goal, by rows plus columns; steps away count 0.' },
};

function table(params: Params): Table {
  const { n, S, goal, isEnd, isHole, distance, step } = lake(params);
  const { slippery, successRate } = params;
  const states = Array.from({ length: S }, (_, state) => state);
  const compiled = compileTable({
    S,
    A: ACTIONS.length,
    horizon: params.horizon === null ? MAPS[params.size].limit : Math.round(params.horizon),
    signals: Object.keys(SIGNALS),
    metrics: ['return', 'success', 'length'],
    truth: 'return',
    stateTables: { nearness: states.map((state) => (isEnd(state) ? 0 : -distance(state))) },
    start: { state: [0], probability: [1] },
    absorbing: states.filter(isEnd),
    features: (state) => {
      const x = new Float32Array(2 * n);
      x[Math.floor(state / n)] = 1;
      x[n + (state % n)] = 1;
      return x;
    },
    transitions: (state, action) =>
      (slippery ? [action - 1, action, action + 1] : [action]).map((turned) => {
        const next = step(state, (turned + 4) % 4);
        const reached = next === goal ? 1 : 0;
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
  const { n, S, goal, isHole } = lake(params);
  const states = Array.from({ length: S }, (_, state) => state);
  return {
    kind: 'grid',
    columns: n,
    rows: n,
    wall: new Uint8Array(S),
    marks: [
      { cell: 0, role: 'start', label: 'Start' },
      ...states.filter(isHole).map((cell) => ({ cell, role: 'hazard' as const, label: 'Hole' })),
      { cell: goal, role: 'goal', label: 'Goal' },
    ],
    cellOf: Int32Array.from(states),
    carries: states.map((state) => (state === goal ? 'at the goal' : isHole(state) ? 'in a hole' : 'on the ice')),
  };
}

/**
 * Gymnasium's FrozenLake-v1, entry by entry. State = row · n + column. On slippery ice a step goes where it should with
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
    slippery: { kind: 'boolean', default: true, help: 'Steps may go to either side of where they should.' },
    successRate: { kind: 'number', default: 1 / 3, min: 0, max: 1, step: 0.01, help: 'Chance that a step on slippery ice goes where it should.', advanced: true },
    horizon: { kind: 'number', default: null, nullable: true, min: 1, max: 1000, step: 1, symbol: 'T', help: 'Steps before time runs out; empty takes Gymnasium’s limit for the map.' },
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
    const { n, goal, isHole } = lake(params);
    const place = `row ${Math.floor(state / n) + 1}, column ${(state % n) + 1}`;
    return state === goal ? 'at the goal' : isHole(state) ? `in the hole at ${place}` : place;
  },
});
