import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

const PROMPTS = 4;
/** States of one prompt: format, length, then answering at each of three lengths. */
const PER_PROMPT = 5;
const LENGTHS = ['long', 'middling', 'short'];
const ANSWERS = 8;
const DONE = PROMPTS * PER_PROMPT;
const S = DONE + 1;
const STAGES = 3;

const promptOf = (state: number) => Math.floor(state / PER_PROMPT);
const placeOf = (state: number) => state % PER_PROMPT;
const stageOf = (state: number) => Math.min(2, placeOf(state));
/** Actions that mean something at a stage; the others start with a logit of −30 and count as the first one. */
const CHOICES = [2, LENGTHS.length, ANSWERS];

const SIGNALS = {
  goodFormat: { title: 'Good format', help: '1 on choosing the good format.' },
  shortAnswer: { title: 'Short', help: '1 on choosing the short length.' },
  rightAnswer: { title: 'Right answer', help: '1 on an answer that is right.' },
  shortAndRight: { title: 'Short and right', help: '1 on a right answer of the short length: the length reward, counted only where the answer is right.' },
};

interface Params {
  readonly longSkill: number;
  readonly middlingSkill: number;
  readonly shortSkill: number;
}

function table({ longSkill, middlingSkill, shortSkill }: Params): Table {
  const skill = [longSkill, middlingSkill, shortSkill];
  return compileTable({
    S,
    A: ANSWERS,
    horizon: STAGES,
    signals: Object.keys(SIGNALS),
    metrics: ['correct', 'formatted', 'brief'],
    truth: 'correct',
    start: { state: Array.from({ length: PROMPTS }, (_, x) => x * PER_PROMPT), probability: new Array<number>(PROMPTS).fill(1 / PROMPTS) },
    absorbing: [DONE],
    features: (state) => {
      const x = new Float32Array(PROMPTS + PER_PROMPT);
      if (state === DONE) return x;
      x[promptOf(state)] = 1;
      x[PROMPTS + placeOf(state)] = 1;
      return x;
    },
    transitions: (state, action) => {
      const first = promptOf(state) * PER_PROMPT;
      const stage = stageOf(state);
      const choice = action < CHOICES[stage] ? action : 0;
      if (stage === 0) return [{ probability: 1, next: first + 1, signals: { goodFormat: choice }, metrics: { formatted: choice } }];
      if (stage === 1) {
        const short = choice === 2 ? 1 : 0;
        return [{ probability: 1, next: first + 2 + choice, signals: { shortAnswer: short }, metrics: { brief: short } }];
      }
      const length = placeOf(state) - 2;
      const chance = choice === promptOf(state) ? skill[length] : 0;
      return [1, 0].map((right) => ({
        probability: right ? chance : 1 - chance,
        next: DONE,
        done: true,
        signals: { rightAnswer: right, shortAndRight: length === 2 ? right : 0 },
        metrics: { correct: right },
      }));
    },
  });
}

function picture(): Picture {
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'choice',
    actions: Array.from({ length: ANSWERS }, (_, a) => ({ label: `Choice ${a + 1}`, short: String(a + 1), role: 'work' })),
    gauges: [
      { title: 'Prompt', of: gauge(promptOf), levels: Array.from({ length: PROMPTS }, (_, x) => `${x + 1} of ${PROMPTS}`) },
      { title: 'Stage', of: gauge(placeOf), levels: ['format', 'length', ...LENGTHS.map((length) => `answer, ${length}`)] },
    ],
  };
}

/**
 * Three choices in a row, each with its own reward: format (two, the second is good), length (long, middling, short), answer (eight,
 * the prompt's own is right). State = 5 · prompt + stage, the stage of the answer remembering the length; 20 = done. A right choice of
 * answer succeeds with the skill of its length.
 */
export default defineScenario({
  id: 'multi-reward',
  title: 'Several rewards',
  summary: 'Format, length and answer, each with a reward of its own.',
  formula: String.raw`s = 5x + \text{stage},\qquad o = \mathbb 1[\text{right}]`,
  provenance: 'own',
  cite: [{ title: 'GDPO: Group reward-Decoupled Normalization Policy Optimization', source: 'arXiv:2601.05242' }],
  question: 'What is lost when several rewards are added before they are normalised?',
  useWhen: 'You ask how rewards of different scale, or in conflict, should become one advantage.',
  params: {
    longSkill: { kind: 'number', default: 1, min: 0, max: 1, step: 0.05, help: 'Chance that the right choice succeeds after a long thought.' },
    middlingSkill: { kind: 'number', default: 1, min: 0, max: 1, step: 0.05, help: 'The same after a middling one.' },
    shortSkill: { kind: 'number', default: 1, min: 0, max: 1, step: 0.05, help: 'The same after a short one; below the others, length and correctness are in conflict.' },
  },
  signals: SIGNALS,
  stateTables: {},
  metrics: {
    correct: { title: 'Right', unit: 'share' },
    formatted: { title: 'Good format', unit: 'share' },
    brief: { title: 'Short', unit: 'share' },
  },
  trajectoryNoun: 'answer',
  actionNames: Array.from({ length: ANSWERS }, (_, a) => `choice ${a + 1}`),
  table,
  picture,
  initialLogits: () =>
    Float64Array.from({ length: S * ANSWERS }, (_, k) => {
      const state = Math.floor(k / ANSWERS);
      return state < DONE && k % ANSWERS >= CHOICES[stageOf(state)] ? -30 : 0;
    }),
  describeState: (state) => {
    if (state === DONE) return 'answered';
    const stage = ['choosing the format', 'choosing the length', ...LENGTHS.map((length) => `answering, ${length}`)];
    return `prompt ${promptOf(state) + 1}, ${stage[placeOf(state)]}`;
  },
});
