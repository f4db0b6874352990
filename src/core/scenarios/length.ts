import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

const LONGEST = 8;
const CLASSES = ['easy', 'middling', 'hard'];
const DONE = CLASSES.length;
const S = DONE + 1;

/** P(right | length) of a question's class, for a share 1/8 … 1 of the longest thought. */
const CHANCE = [() => 0.97, (share: number) => 0.9 * Math.min(1, 2 * share), (share: number) => 0.8 * share * share];

const SIGNALS = {
  rightAnswer: { title: 'Right answer', help: '1 on a right answer.' },
  thought: { title: 'Length', help: 'Length of the thought as a share of the longest, 1/8 to 1.' },
  rightThought: { title: 'Length where right', help: 'The same on right answers, 0 on wrong ones: what a penalty that spares wrong answers takes from.' },
};

interface Params {
  readonly easy: number;
  readonly hard: number;
  readonly visible: boolean;
}

function table({ easy, hard, visible }: Params): Table {
  const share = [easy, Math.max(0, 1 - easy - hard), hard];
  const total = share[0] + share[1] + share[2];
  return compileTable({
    S,
    A: LONGEST,
    horizon: 1,
    signals: Object.keys(SIGNALS),
    metrics: ['correct', 'length', 'hardCorrect'],
    truth: 'correct',
    start: { state: CLASSES.map((_, x) => x), probability: share.map((p) => p / total) },
    ...(!visible && { logitRow: [...CLASSES.map(() => 0), DONE] }),
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(CLASSES.length);
      if (state < DONE) x[visible ? state : 0] = 1;
      return x;
    },
    transitions: (state, action) => {
      const thought = (action + 1) / LONGEST;
      const chance = CHANCE[state](thought);
      return [1, 0].map((right) => ({
        probability: right ? chance : 1 - chance,
        next: DONE,
        done: true,
        signals: { rightAnswer: right, thought, rightThought: right * thought },
        metrics: { correct: right, length: action + 1, hardCorrect: state === 2 ? right : 0 },
      }));
    },
  });
}

function picture(): Picture {
  return {
    kind: 'chain',
    unit: 'answer',
    actions: Array.from({ length: LONGEST }, (_, a) => ({ label: `Think for ${a + 1}`, short: String(a + 1), role: 'finish' })),
    gauges: [{ title: 'Question', of: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : state)), levels: CLASSES }],
  };
}

/**
 * One decision: how long to think, 1 to 8, about an easy, a middling or a hard question. State = class, 3 = done. Easy questions
 * are right at any length; hard ones need the longest. The starting policy leans to long thoughts. Unless the class is visible, the
 * classes share one row of logits.
 */
export default defineScenario({
  id: 'length',
  title: 'Length of thought',
  summary: 'Choose how long to think; hard questions need it, easy ones do not.',
  formula: String.raw`P(\text{right} \mid \ell) = 0.97,\; 0.9 \min(1, \ell/4),\; 0.8\,(\ell/8)^2`,
  provenance: 'own',
  cite: [{ title: 'Stable Reinforcement Learning for Efficient Reasoning', source: 'arXiv:2505.18086' }],
  question: 'When does asking for shorter answers make them wrong?',
  useWhen: 'You ask what a length penalty does, and what it does once the group’s spread is divided out.',
  breaksWhen: 'The collapse belongs to policies that cannot tell the classes apart; with a row of the policy for every class there is none.',
  params: {
    easy: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.05, help: 'Share of easy questions.' },
    hard: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.05, help: 'Share of hard questions; the rest is middling.' },
    visible: { kind: 'boolean', default: true, help: 'Whether the policy sees the class of the question; if not, one row of logits serves all.' },
    lean: { kind: 'number', default: 0.3, min: -1, max: 1, step: 0.05, help: 'Starting logits rise by so much per unit of length.' },
  },
  signals: SIGNALS,
  stateTables: {},
  metrics: {
    correct: { title: 'Right', unit: 'share' },
    length: { title: 'Length', unit: 'number' },
    hardCorrect: { title: 'Right on hard questions (of all)', unit: 'share' },
  },
  trajectoryNoun: 'answer',
  actionNames: Array.from({ length: LONGEST }, (_, a) => `think for ${a + 1}`),
  table,
  picture,
  initialLogits: ({ lean }) => Float64Array.from({ length: S * LONGEST }, (_, k) => (k < DONE * LONGEST ? lean * ((k % LONGEST) + 1 - 4.5) : 0)),
  describeState: (state) => (state === DONE ? 'answered' : `${CLASSES[state]} question`),
});
