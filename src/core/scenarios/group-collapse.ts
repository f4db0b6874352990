import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { compileTable } from '../mdp/compile-table';

/** Steps of each prompt. */
const LENGTHS = [1, 1, 2, 2, 3, 3, 4, 4];
const PROMPTS = LENGTHS.length;
const LONGEST = 4;
const ACTIONS = ['a', 'b', 'c', 'd'];
const PER_PROMPT = 2 * LONGEST;
const DONE = PROMPTS * PER_PROMPT;
const S = DONE + 1;

const promptOf = (state: number) => Math.floor(state / PER_PROMPT);
const stepOf = (state: number) => Math.floor((state % PER_PROMPT) / 2);
const failedOf = (state: number) => state % 2;
const rightAction = (prompt: number, step: number) => (prompt + step) % ACTIONS.length;
/** Steps beyond the end of a short prompt: nobody acts there. */
const isBeyond = (state: number) => state === DONE || stepOf(state) >= LENGTHS[promptOf(state)];

const SIGNALS = {
  prog: { title: 'Progress', help: '1 / length on every right step before the first wrong one.' },
  right: { title: 'Right step', help: '1 on a right step, before or after an error.' },
  solved: { title: 'Solved', help: '1 on the last step of a solution without an error.' },
};

function table({ starts }: { readonly starts: 'random' | 'stratified' }): Table {
  const states = Array.from({ length: S }, (_, state) => state);
  return compileTable({
    S,
    A: ACTIONS.length,
    horizon: LONGEST,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'solvedLong', 'length'],
    truth: 'success',
    stateTables: { sound: states.map((state) => (isBeyond(state) || failedOf(state) ? 0 : stepOf(state) / LENGTHS[promptOf(state)])) },
    start: { state: LENGTHS.map((_, x) => x * PER_PROMPT), probability: new Array<number>(PROMPTS).fill(1 / PROMPTS) },
    starts,
    absorbing: states.filter(isBeyond),
    features: (state) => {
      const x = new Float32Array(PROMPTS + LONGEST + 1);
      if (state === DONE) return x;
      x[promptOf(state)] = 1;
      x[PROMPTS + stepOf(state)] = 1;
      x[PROMPTS + LONGEST] = failedOf(state);
      return x;
    },
    transitions: (state, action) => {
      const prompt = promptOf(state);
      const step = stepOf(state);
      const right = action === rightAction(prompt, step) ? 1 : 0;
      const sound = right && !failedOf(state) ? 1 : 0;
      const last = step === LENGTHS[prompt] - 1;
      const solved = last ? sound : 0;
      return [
        {
          probability: 1,
          next: last ? DONE : prompt * PER_PROMPT + 2 * (step + 1) + (1 - sound),
          done: last,
          signals: { prog: sound / LENGTHS[prompt], right, solved },
          metrics: { success: solved, solvedLong: LENGTHS[prompt] === LONGEST ? solved : 0, length: 1 },
        },
      ];
    },
  });
}

function picture(): Picture {
  const gauge = (of: (state: number) => number) => Int32Array.from({ length: S }, (_, state) => (isBeyond(state) ? -1 : of(state)));
  return {
    kind: 'chain',
    unit: 'step',
    actions: ACTIONS.map((name) => ({ label: `Continue with ${name}`, short: name, role: 'work' })),
    gauges: [
      { title: 'Prompt', of: gauge(promptOf), levels: LENGTHS.map((length, x) => `${x + 1} of ${PROMPTS}, ${length} ${length === 1 ? 'step' : 'steps'}`) },
      { title: 'Steps done', of: gauge(stepOf), levels: Array.from({ length: LONGEST }, (_, step) => String(step)) },
      { title: 'Error', of: gauge(failedOf), levels: ['none so far', 'made'] },
    ],
  };
}

/**
 * Eight prompts of 1 to 4 steps, from one that is nearly always solved to two that almost never are, so that most groups are all
 * right or all wrong. State = 8 · prompt + 2 · step + failed, 64 = done; the right action is (prompt + step) mod 4.
 */
export default defineScenario({
  id: 'group-collapse',
  title: 'Groups that teach nothing',
  summary: 'Easy and hard prompts, whose groups are all right or all wrong.',
  formula: String.raw`s = 8x + 2j + \text{failed},\qquad P(\hat A = 0) = p^G + (1 - p)^G`,
  provenance: 'own',
  cite: [],
  question: 'How many groups teach nothing, and what brings them back?',
  useWhen: 'You ask what a group-normalised advantage does where all of a group share one outcome.',
  params: {
    prior: { kind: 'number', default: 2.5, min: -3, max: 5, step: 0.1, help: 'Starting logit of the right action of the first prompt: what makes it easy.' },
    starts: {
      kind: 'choice',
      default: 'random',
      help: 'Which prompt each group works on.',
      options: [
        { value: 'random', title: 'By chance', help: 'Every group draws its prompt.' },
        { value: 'stratified', title: 'In turn', help: 'The groups take the prompts in order, so that eight groups hold each once.' },
      ],
    },
  },
  signals: SIGNALS,
  stateTables: { sound: { title: 'Sound steps', help: 'Share of the prompt’s steps done without an error; 0 after one.' } },
  metrics: {
    success: { title: 'Solved', unit: 'share' },
    solvedLong: { title: 'Solved with four steps (of all prompts, ¼ at most)', unit: 'share' },
    length: { title: 'Steps', unit: 'count' },
  },
  trajectoryNoun: 'solution',
  actionNames: ACTIONS,
  table,
  picture,
  initialLogits: ({ prior }) => {
    const logits = new Float64Array(S * ACTIONS.length);
    logits[rightAction(0, 0)] = prior;
    return logits;
  },
  describeState: (state) =>
    state === DONE ? 'solved or not' : `prompt ${promptOf(state) + 1}, step ${stepOf(state) + 1}${isBeyond(state) ? ', beyond its end' : failedOf(state) ? ', an error made' : ''}`,
});
