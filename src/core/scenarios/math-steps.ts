import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable, type Transition } from '../mdp/compile-table';

const ACTIONS = ['use', 'repeat', 'guess', 'answer'];
const [USE, REPEAT, GUESS] = ACTIONS.keys();
/** Steps that a solution needs before it can be answered. */
const STEPS = 4;
const DONE = 2 * (STEPS + 1);
const S = DONE + 1;
const stepsOf = (state: number) => Math.floor(state / 2);
const errorOf = (state: number) => state % 2;

/** The step scorer's score of each kind of step. A repeat scores best: that is what a sum of scores is hacked with. */
const SCORE = { used: 0.85, misused: 0.15, repeat: 0.95, luckyGuess: 0.6, badGuess: 0.1, rightAnswer: 0.9, wrongAnswer: 0.1 };

const SIGNALS = {
  prm: { title: 'Step score', help: "The process reward model's score of the step, 0 to 1." },
  progress: { title: 'Progress', help: 'How many steps of the solution this one added.' },
  firstError: { title: 'First error', help: '1 on the step that makes the first error of the solution.' },
};

interface Params {
  readonly horizon: number;
  readonly skill: number;
  readonly luck: number;
}

function table({ horizon, skill, luck }: Params): Table {
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'length', 'repeats', 'answered'],
    truth: 'success',
    stateTables: {
      steps: Array.from({ length: S }, (_, state) => (state === DONE ? 0 : stepsOf(state) / STEPS)),
      sound: Array.from({ length: S }, (_, state) => (state === DONE || errorOf(state) ? 0 : stepsOf(state) / STEPS)),
    },
    start: { state: [0], probability: [1] },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(STEPS + 2);
      if (state === DONE) return x;
      x[stepsOf(state)] = 1;
      x[STEPS + 1] = errorOf(state);
      return x;
    },
    transitions: (state, action) => {
      const p = stepsOf(state);
      const error = errorOf(state);
      const isRepeat = action === REPEAT || (action === USE && p === STEPS);
      const to = (probability: number, steps: number, nextError: number, prm: number): Transition => ({
        probability,
        next: 2 * steps + nextError,
        signals: { prm, progress: steps - p, firstError: nextError > error ? 1 : 0 },
        metrics: { length: 1, repeats: isRepeat ? 1 : 0 },
      });
      if (isRepeat) return [to(1, p, error, SCORE.repeat)];
      if (action === USE) return [to(skill, p + 1, error, SCORE.used), to(1 - skill, p, 1, SCORE.misused)];
      if (action === GUESS) return [to(luck, Math.min(p + 2, STEPS), error, SCORE.luckyGuess), to(1 - luck, p, 1, SCORE.badGuess)];
      const right = p === STEPS && error === 0 ? 1 : 0;
      return [
        { probability: 1, next: DONE, done: true, signals: { prm: right ? SCORE.rightAnswer : SCORE.wrongAnswer }, metrics: { success: right, length: 1, answered: 1 } },
      ];
    },
  });
}

function picture(): Picture {
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'step',
    actions: [
      { label: 'Use a rule', short: 'use', role: 'work' },
      { label: 'Repeat what is known', short: 'repeat', role: 'waste' },
      { label: 'Guess two steps ahead', short: 'guess', role: 'risk' },
      { label: 'Answer', short: 'answer', role: 'finish' },
    ],
    gauges: [
      { title: 'Steps done', of: gauge(stepsOf), levels: Array.from({ length: STEPS + 1 }, (_, steps) => `${steps} of ${STEPS}`) },
      { title: 'Error', of: gauge(errorOf), levels: ['none so far', 'made'] },
    ],
  };
}

/**
 * A solution in steps, scored by a process reward model that likes repetition. State = 2 · steps + error, 10 = done;
 * an error stays, though later steps still count as steps. Right is an answer after four steps without an error.
 */
export default defineScenario({
  id: 'math-steps',
  title: 'Math in steps',
  summary: 'Four sound steps, then the answer, under a step scorer that can be pleased by repeating.',
  formula: String.raw`s = 2p + \text{err},\qquad o = \mathbb 1[p = 4 \wedge \neg\text{err}]`,
  provenance: 'own',
  cite: [{ title: 'Stop Summation: Min-Form Credit Assignment', source: 'arXiv:2504.15275' }],
  question: 'How does a sum of good step scores end in solutions without an answer?',
  useWhen: 'You ask how step scores should be summed, clipped or differenced before they are a reward.',
  params: {
    horizon: { kind: 'integer', default: 12, min: 1, max: 64, symbol: 'T', help: 'Steps before the solution is cut off.' },
    skill: { kind: 'number', default: 0.8, min: 0, max: 1, step: 0.01, help: 'Chance that using a rule succeeds.' },
    luck: { kind: 'number', default: 0.3, min: 0, max: 1, step: 0.01, help: 'Chance that a guess succeeds.' },
  },
  signals: SIGNALS,
  stateTables: {
    steps: { title: 'Steps done', help: 'Share of the four steps, whether or not an error was made.' },
    sound: { title: 'Sound steps', help: 'Share of the four steps while there is no error; 0 after one.' },
  },
  metrics: {
    success: { title: 'Right answer', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
    repeats: { title: 'Repeats', unit: 'count' },
    answered: { title: 'Answered', unit: 'share' },
  },
  trajectoryNoun: 'solution',
  actionNames: ACTIONS,
  table,
  picture,
  describeState: (state) =>
    state === DONE ? 'answered' : `${stepsOf(state)} of ${STEPS} steps, ${errorOf(state) ? 'an error made' : 'no error'}`,
});
