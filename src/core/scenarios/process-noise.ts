import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { mixSeed, nextUniform } from '../math/random';
import { compileTable } from '../mdp/compile-table';

const STEPS = 6;
const ACTIONS = ['a', 'b', 'c', 'd'];
const DONE = 2 * STEPS;
const S = DONE + 1;
/** First word of the stream that chooses the badly labelled steps. */
const PLACES = 0x70726d31;

const stepOf = (state: number) => state >> 1;
const errorOf = (state: number) => state & 1;
const rightAction = (step: number) => (3 * step + 2) % ACTIONS.length;
/** What a scorer that is wrong about a step takes for right. */
const mistakenAction = (step: number) => (3 * step + 3) % ACTIONS.length;

interface Params {
  readonly wrongSteps: number;
  readonly flip: number;
  readonly seed: number;
  readonly order: readonly number[] | null;
}

/** The steps whose score is wrong: the first so many of an order of all, given or drawn. Steps that a given order leaves out come last. */
function wrongPlaces({ wrongSteps, seed, order }: Params): Set<number> {
  const all = Array.from({ length: STEPS }, (_, step) => step);
  const chosen = order === null ? shuffled(all, seed) : [...new Set([...order.map(Math.round), ...all])];
  return new Set(chosen.slice(0, wrongSteps));
}

function shuffled(steps: readonly number[], seed: number): number[] {
  const stream = mixSeed(PLACES, seed);
  const order = [...steps];
  for (let k = order.length - 1; k > 0; k--) {
    const j = Math.floor(nextUniform(stream) * (k + 1));
    [order[k], order[j]] = [order[j], order[k]];
  }
  return order;
}

const SIGNALS = {
  prm: { title: 'Step score', help: 'The process reward model’s label of the step, 1 or 0, with its mistakes and its noise.' },
  right: { title: 'Right step', help: '1 on a right step, whatever the scorer says.' },
  firstError: { title: 'First error', help: '1 on the first wrong step of the solution.' },
};

function table(params: Params): Table {
  const wrong = wrongPlaces(params);
  const { flip } = params;
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon: STEPS,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'rightSteps', 'labels'],
    truth: 'success',
    stateTables: {
      sound: Array.from({ length: S }, (_, state) => (state === DONE || errorOf(state) ? 0 : stepOf(state) / STEPS)),
    },
    start: { state: [0], probability: [1] },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(STEPS + 1);
      if (state === DONE) return x;
      x[stepOf(state)] = 1;
      x[STEPS] = errorOf(state);
      return x;
    },
    transitions: (state, action) => {
      const step = stepOf(state);
      const right = action === rightAction(step) ? 1 : 0;
      const error = errorOf(state) || !right ? 1 : 0;
      const last = step === STEPS - 1;
      const label = action === (wrong.has(step) ? mistakenAction(step) : rightAction(step)) ? 1 : 0;
      return [label, 1 - label].map((prm, flipped) => ({
        probability: flipped ? flip : 1 - flip,
        next: last ? DONE : 2 * (step + 1) + error,
        done: last,
        signals: { prm, right, firstError: error && !errorOf(state) ? 1 : 0 },
        metrics: { success: last && !error ? 1 : 0, rightSteps: right, labels: prm },
      }));
    },
  });
}

function picture(): Picture {
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'step',
    actions: ACTIONS.map((name) => ({ label: `Continue with ${name}`, short: name, role: 'work' })),
    gauges: [
      { title: 'Steps done', of: gauge(stepOf), levels: Array.from({ length: STEPS }, (_, step) => `${step} of ${STEPS}`) },
      { title: 'Error', of: gauge(errorOf), levels: ['none so far', 'made'] },
    ],
  };
}

/**
 * Six steps with one right action of four each, (3j + 2) mod 4, under a step scorer with two kinds of mistakes: at
 * `wrongSteps` steps, drawn by `seed`, it takes action (3j + 3) mod 4 for right, always; and every label flips with probability
 * `flip`, afresh each time. State = 2 · step + error, 12 = done.
 */
export default defineScenario({
  id: 'process-noise',
  title: 'Noisy step scores',
  summary: 'Six steps, all of which must be right, under a step scorer that is noisy or wrong.',
  formula: String.raw`s = 2j + \text{err},\qquad o = \mathbb 1[\neg\text{err}]`,
  provenance: 'own',
  cite: [],
  question: 'When does a step scorer with mistakes help, and when does it poison?',
  useWhen: 'You ask whether a process reward must be accurate, and whether noise or bias does the harm.',
  params: {
    wrongSteps: { kind: 'integer', default: 0, min: 0, max: STEPS, symbol: 'b', help: 'Steps at which the scorer always takes the same wrong action for right.' },
    flip: { kind: 'number', default: 0, min: 0, max: 1, step: 0.01, symbol: 'ε', help: 'Chance that a label is turned round.' },
    prior: { kind: 'number', default: 0, min: -3, max: 3, step: 0.1, help: 'Starting logit of the right actions: how often the policy is right before it learns.' },
    seed: { kind: 'integer', default: 0, min: 0, max: 1_000_000, help: 'Which steps the scorer is wrong about.', advanced: true },
    order: {
      kind: 'numbers',
      default: null,
      min: 0,
      max: STEPS - 1,
      maxLength: STEPS,
      help: 'Steps in the order in which the scorer gets them wrong, from 0; empty draws an order by the seed.',
      advanced: true,
    },
  },
  signals: SIGNALS,
  stateTables: { sound: { title: 'Sound steps', help: 'Share of the steps done while there is no error; 0 after one.' } },
  metrics: {
    success: { title: 'Right solution', unit: 'share' },
    rightSteps: { title: 'Right steps', unit: 'count' },
    labels: { title: 'Steps scored right', unit: 'count' },
  },
  trajectoryNoun: 'solution',
  actionNames: ACTIONS,
  table,
  picture,
  initialLogits: ({ prior }) =>
    Float64Array.from({ length: S * ACTIONS.length }, (_, k) => {
      const state = Math.floor(k / ACTIONS.length);
      return state < DONE && k % ACTIONS.length === rightAction(stepOf(state)) ? prior : 0;
    }),
  describeState: (state) => (state === DONE ? 'solved or not' : `${stepOf(state)} of ${STEPS} steps, ${errorOf(state) ? 'an error made' : 'no error'}`),
});
