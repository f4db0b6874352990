import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

const PROMPTS = 4;
const ANSWERS = 8;
const DONE = PROMPTS;
const S = PROMPTS + 1;

const rightAnswer = (prompt: number) => (3 * prompt + 1) % ANSWERS;
/** The wrong answer that a verifier may be fooled by. */
const hackAnswer = (prompt: number) => (3 * prompt + 4) % ANSWERS;

const SIGNALS = {
  verdict: { title: 'Verdict', help: 'What the verifier says: 1 accepted, 0 refused, with its errors.' },
  rightAnswer: { title: 'Right answer', help: '1 on a right answer, whatever the verifier says.' },
  fooling: { title: 'Fooling answer', help: '1 on the wrong answer that the verifier may be fooled by.' },
};

interface Params {
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly fooled: number | null;
}

function table({ falsePositive, falseNegative, fooled }: Params): Table {
  return compileTable({
    S,
    A: ANSWERS,
    horizon: 1,
    signals: Object.keys(SIGNALS),
    metrics: ['correct', 'hack', 'accepted'],
    truth: 'correct',
    start: { state: Array.from({ length: PROMPTS }, (_, x) => x), probability: new Array<number>(PROMPTS).fill(1 / PROMPTS) },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(PROMPTS);
      if (state < PROMPTS) x[state] = 1;
      return x;
    },
    transitions: (prompt, answer) => {
      const right = answer === rightAnswer(prompt) ? 1 : 0;
      const hack = answer === hackAnswer(prompt) ? 1 : 0;
      const accept = right ? 1 - falseNegative : hack && fooled !== null ? fooled : falsePositive;
      return [1, 0].map((verdict) => ({
        probability: verdict ? accept : 1 - accept,
        next: DONE,
        done: true,
        signals: { verdict, rightAnswer: right, fooling: hack },
        metrics: { correct: right, hack, accepted: verdict },
      }));
    },
  });
}

function picture(): Picture {
  return {
    kind: 'chain',
    unit: 'answer',
    actions: Array.from({ length: ANSWERS }, (_, a) => ({ label: `Answer ${a + 1}`, short: String(a + 1), role: 'finish' })),
    gauges: [
      {
        title: 'Prompt',
        of: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : state)),
        levels: Array.from({ length: PROMPTS }, (_, x) => `${x + 1}, right ${rightAnswer(x) + 1}, fooling ${hackAnswer(x) + 1}`),
      },
    ],
  };
}

/**
 * Four prompts with one right answer of eight, (3x + 1) mod 8, judged by a verifier that errs: it accepts a right answer with
 * probability 1 − ρ₁, a wrong one with ρ₀, and the answer (3x + 4) mod 8 with a probability of its own if one is given. State =
 * prompt, 4 = done.
 */
export default defineScenario({
  id: 'noisy-verifier',
  title: 'Verifier that errs',
  summary: 'One answer per prompt, accepted or refused by a verifier that is sometimes wrong.',
  formula: String.raw`P(v = 1) = \begin{cases} 1 - \rho_1 & \text{right} \\ \rho_0 & \text{wrong} \\ \rho_h & \text{fooling} \end{cases}`,
  provenance: 'own',
  cite: [{ title: 'Reinforcement Learning with Verifiable yet Noisy Rewards under Imperfect Verifiers', source: 'arXiv:2510.00915' }],
  question: 'Which errors of a verifier can be corrected, and which cannot?',
  useWhen: 'You ask what false verdicts do to the direction and to the size of an update.',
  params: {
    falsePositive: { kind: 'number', default: 0.3, min: 0, max: 1, step: 0.01, symbol: 'ρ₀', help: 'Chance that a wrong answer is accepted.' },
    falseNegative: { kind: 'number', default: 0.3, min: 0, max: 1, step: 0.01, symbol: 'ρ₁', help: 'Chance that a right answer is refused.' },
    fooled: { kind: 'number', default: null, nullable: true, min: 0, max: 1, step: 0.01, symbol: 'ρ_h', help: 'Chance that the fooling answer is accepted; empty means that of any wrong answer.' },
  },
  signals: SIGNALS,
  stateTables: {},
  metrics: {
    correct: { title: 'Right', unit: 'share' },
    hack: { title: 'Fooled the verifier’s weak spot', unit: 'share' },
    accepted: { title: 'Accepted', unit: 'share' },
  },
  trajectoryNoun: 'answer',
  actionNames: Array.from({ length: ANSWERS }, (_, a) => `answer ${a + 1}`),
  table,
  picture,
  describeState: (state) => (state === DONE ? 'answered' : `prompt ${state + 1}`),
});
