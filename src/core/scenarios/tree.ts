import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

const ACTIONS = ['left', 'middle', 'right'];
const A = ACTIONS.length;
const DEPTH = 6;
/** Nodes above the leaves, 1 + 3 + … + 3⁵, and all nodes. */
const INNER = 364;
const S = 1093;
/** Sum of edge scores from which a leaf succeeds. */
const ENOUGH = 2;

const child = (state: number, action: number) => A * state + 1 + action;
const parent = (state: number) => Math.floor((state - 1) / A);

/** Score of an edge, −1, 0 or 1: a fixed scramble of the child's number. */
function edgeScore(state: number, action: number): number {
  const word = Math.imul(child(state, action), 2654435761) >>> 16;
  return (word % 3) - 1;
}

const DEPTH_OF = new Int32Array(S);
/** Sum of the scores on the way to each node. */
const SUM = new Int32Array(S);
for (let state = 1; state < S; state++) {
  const above = parent(state);
  DEPTH_OF[state] = DEPTH_OF[above] + 1;
  SUM[state] = SUM[above] + edgeScore(above, state - child(above, 0));
}

const SIGNALS = {
  edge: { title: 'Edge score', help: 'What the step adds to the sum that decides: −1, 0 or 1.' },
  judge: { title: 'Judged score', help: 'The edge score as a judge sees it: so much too high or too low, each half of the time.' },
  solved: { title: 'Solved', help: '1 on the last step of a path whose scores add up to 2 or more.' },
};

interface Params {
  readonly judgeNoise: number;
}

function table({ judgeNoise }: Params): Table {
  const errors = judgeNoise === 0 ? [0] : [-judgeNoise, judgeNoise];
  return compileTable({
    S,
    A,
    horizon: DEPTH,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'score'],
    truth: 'success',
    stateTables: { sum: Array.from(SUM, (sum, state) => (state < INNER ? sum : 0)) },
    start: { state: [0], probability: [1] },
    absorbing: Array.from({ length: S - INNER }, (_, leaf) => INNER + leaf),
    features,
    transitions: (state, action) => {
      const next = child(state, action);
      const edge = edgeScore(state, action);
      const solved = next >= INNER && SUM[next] >= ENOUGH ? 1 : 0;
      return errors.map((error) => ({
        probability: 1 / errors.length,
        next,
        done: next >= INNER,
        signals: { edge, judge: edge + error, solved },
        metrics: { success: solved, score: edge },
      }));
    },
  });
}

/** The actions taken so far, one of three set per level. */
function features(state: number): Float32Array {
  const x = new Float32Array(A * DEPTH);
  for (let node = state; node > 0; node = parent(node)) x[A * (DEPTH_OF[node] - 1) + (node - child(parent(node), 0))] = 1;
  return x;
}

function picture(): Picture {
  return {
    kind: 'chain',
    unit: 'step',
    actions: ACTIONS.map((name) => ({ label: `Go ${name}`, short: name, role: 'work' })),
    gauges: [
      { title: 'Depth', of: DEPTH_OF, levels: Array.from({ length: DEPTH + 1 }, (_, depth) => `${depth} of ${DEPTH}`) },
      { title: 'Sum so far', of: SUM.map((sum) => sum + DEPTH), levels: Array.from({ length: 2 * DEPTH + 1 }, (_, k) => String(k - DEPTH)) },
    ],
  };
}

/**
 * A tree of depth 6 with three branches a node, where good and bad steps mix: 240 of 729 leaves succeed. State = node, child a of
 * node s being 3s + 1 + a, leaves from 364 on. A path succeeds when its fixed edge scores add up to 2 or more.
 */
export default defineScenario({
  id: 'tree',
  title: 'Tree',
  summary: 'Six three-way choices; a path succeeds when its good steps outweigh its bad ones.',
  formula: String.raw`s_{t+1} = 3 s_t + 1 + a_t,\qquad o = \mathbb 1\Big[\sum_t e(s_t, a_t) \ge 2\Big]`,
  provenance: 'own',
  cite: [
    { title: 'Exploiting Tree Structure for Credit Assignment in RL Training of LLMs (P2T, TEMPO)', source: 'arXiv:2509.18314' },
    { title: 'SALT: Step-level Advantage Assignment for Long-horizon Agents via Trajectory Graph', source: 'arXiv:2510.20022' },
  ],
  question: 'Which step of a success deserved it, when others started the same way?',
  useWhen: 'You ask what rollouts that share a beginning can tell about single steps.',
  params: {
    skill: { kind: 'number', default: 0, min: -2, max: 2, step: 0.1, help: 'Starting logits are so many times the edge scores; 0.5 is the skilled policy.' },
    judgeNoise: { kind: 'number', default: 0, min: 0, max: 3, step: 0.1, symbol: 'σ', help: 'Standard deviation of the judge’s error on each step.' },
  },
  signals: SIGNALS,
  stateTables: { sum: { title: 'Sum so far', help: 'Edge scores on the way to the node; 0 at leaves.' } },
  metrics: {
    success: { title: 'Solved', unit: 'share' },
    score: { title: 'Sum of edge scores', unit: 'number' },
  },
  trajectoryNoun: 'path',
  actionNames: ACTIONS,
  table,
  picture,
  initialLogits: ({ skill }) =>
    Float64Array.from({ length: S * A }, (_, k) => (k < INNER * A ? skill * edgeScore(Math.floor(k / A), k % A) : 0)),
  describeState: (state) => `depth ${DEPTH_OF[state]}, node ${state}, sum ${SUM[state]}`,
});
