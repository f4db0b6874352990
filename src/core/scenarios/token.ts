/**
 * Arithmetic modulo 3 with a scratchpad, token by token. Long because the two starts are part of the task: the warm policy is the
 * exact conditional of a mixture over whole responses, worked out here beside the grammar that it follows.
 */
import { defineScenario, type Picture, type Table } from '../contracts/scenario';
import { log } from '../math/elementary';
import { compileTable, type Transition } from '../mdp/compile-table';

const DIGITS = 3;
const PHRASE = 3;
const EQUALS = 4;
const A = 5;
/** Longest scratch, and steps to an answer after it. */
const LONGEST = 4;
const HORIZON = LONGEST + 2;
/** First code of the scratches of each length, and how many there are: 1 + 4 + 16 + 64 + 256. */
const OFFSET = [0, 1, 5, 21, 85];
const SCRATCHES = 341;
const PER_PROMPT = 2 * SCRATCHES;
const PROMPTS = 24;
const DONE = PROMPTS * PER_PROMPT;
const S = DONE + 1;
/** Steps that an answer has to show, and steps that there are. */
const SHOWN = 2;
const OPERATIONS = 3;

const SYMBOLS = ['0', '1', '2', 'hmm', '=', '+1', '+2'];
const PLUS = 5;
/** Prompt, scratch and sign: what a network sees, one symbol or none at each place. */
const PLACES = 1 + OPERATIONS + LONGEST + 1;

interface Prompt {
  readonly first: number;
  readonly added: readonly number[];
  readonly target: number;
  /** No batch holds it. */
  readonly isHeldOut: boolean;
}

const PROMPT: readonly Prompt[] = Array.from({ length: PROMPTS }, (_, id) => {
  const first = id >> 3;
  const added = [((id >> 2) & 1) + 1, ((id >> 1) & 1) + 1, (id & 1) + 1];
  return { first, added, target: (first + added[0] + added[1] + added[2]) % DIGITS, isHeldOut: id % DIGITS === 2 };
});

/** What a digit of the scratch is, and what is known after it. */
interface Reading {
  /** The last number written, the prompt's at first. */
  readonly value: number;
  /** Numbers written that changed it. */
  readonly steps: number;
  readonly scored: number;
  readonly valid: number;
  readonly repeats: number;
  readonly phrases: number;
}

type Verdict = 'valid' | 'rep' | 'inv' | 'ph';

function verdictOf({ added }: Prompt, { value, steps }: Reading, token: number): Verdict {
  if (token === PHRASE) return 'ph';
  if (token === value) return 'rep';
  return steps < OPERATIONS && token === (value + added[steps]) % DIGITS ? 'valid' : 'inv';
}

function after(prompt: Prompt, reading: Reading, token: number): Reading {
  const verdict = verdictOf(prompt, reading, token);
  if (verdict === 'ph') return { ...reading, phrases: reading.phrases + 1 };
  const isStep = verdict !== 'rep';
  return {
    value: token,
    steps: reading.steps + (isStep ? 1 : 0),
    scored: reading.scored + 1,
    valid: reading.valid + (verdict === 'valid' ? 1 : 0),
    repeats: reading.repeats + (isStep ? 0 : 1),
    phrases: reading.phrases,
  };
}

const SCRATCH: readonly (readonly number[])[] = Array.from({ length: SCRATCHES }, (_, code) => {
  const length = OFFSET.findLastIndex((from) => code >= from);
  return Array.from({ length }, (__, at) => ((code - OFFSET[length]) >> (2 * (length - 1 - at))) & 3);
});

/** Code of a scratch with one more token. */
const extended = (code: number, token: number) => OFFSET[SCRATCH[code].length + 1] + 4 * (code - OFFSET[SCRATCH[code].length]) + token;
const parentOf = (code: number) => OFFSET[SCRATCH[code].length - 1] + ((code - OFFSET[SCRATCH[code].length]) >> 2);

/** The scratches of each prompt, read: [prompt · 341 + code]. */
let readings: readonly Reading[] | undefined;

function readingOf(prompt: number, code: number): Reading {
  if (!readings) {
    const made: Reading[] = [];
    for (const { first } of PROMPT) {
      const from = made.length;
      made.push({ value: first, steps: 0, scored: 0, valid: 0, repeats: 0, phrases: 0 });
      for (let c = 1; c < SCRATCHES; c++) made.push(after(PROMPT[from / SCRATCHES], made[from + parentOf(c)], SCRATCH[c].at(-1)!));
    }
    readings = made;
  }
  return readings[prompt * SCRATCHES + code];
}

const promptOf = (state: number) => Math.floor(state / PER_PROMPT);
const codeOf = (state: number) => state % SCRATCHES;
const asksOf = (state: number) => Math.floor((state % PER_PROMPT) / SCRATCHES);

const SIGNALS = {
  valid: { title: 'Right step', help: '1 on a number that follows from the last one by the next operation.' },
  rep: { title: 'Repeated step', help: '1 on a number that says the last one again.' },
  inv: { title: 'Wrong step', help: '1 on a number that does not follow from the last one.' },
  prm: { title: 'Lenient step score', help: '1 on a right or a repeated step: what a scorer says that only asks whether the number is true.' },
  ph: { title: 'Reasoning phrase', help: '1 on every “hmm”.' },
  anyPh: { title: 'First reasoning phrase', help: '1 on the first “hmm” of a response.' },
  fmt: { title: 'Right format', help: '1 on an answer that is a number after at least two steps.' },
  sound: { title: 'No wrong step', help: '1 on the last token where some number was written, none was wrong, and the answer, if there is one, is right.' },
};

type Facts = Readonly<Record<string, number>>;

/** Signals of a token inside the scratch, and metrics of a token: one object each, because most of a table's 81,845 rows repeat them. */
const FACTS: Readonly<Record<Verdict, Facts>> = { valid: { valid: 1, prm: 1 }, rep: { rep: 1, prm: 1 }, inv: { inv: 1 }, ph: { ph: 1 } };
const FIRST_PHRASE: Facts = { ph: 1, anyPh: 1 };
const COUNTED: Readonly<Record<Verdict, Facts>> = { valid: { length: 1 }, rep: { length: 1, repeats: 1 }, inv: { length: 1 }, ph: { length: 1, phrases: 1 } };
const ONE_TOKEN: Facts = { length: 1 };

const isClean = ({ scored, valid, repeats }: Reading) => scored === valid + repeats;

function answered(state: number, token: number): Transition {
  const { target } = PROMPT[promptOf(state)];
  const reading = readingOf(promptOf(state), codeOf(state));
  const isRight = token === target;
  const fmt = token < DIGITS && reading.steps >= SHOWN;
  const sound = isRight && reading.scored > 0 && isClean(reading);
  if (!fmt && !sound) return { probability: 1, next: DONE, done: true, metrics: ONE_TOKEN };
  return {
    probability: 1,
    next: DONE,
    done: true,
    signals: { fmt: fmt ? 1 : 0, sound: sound ? 1 : 0 },
    metrics: { length: 1, rightFormat: fmt ? 1 : 0, success: fmt && isRight ? 1 : 0, clean: fmt && sound ? 1 : 0 },
  };
}

function transition(state: number, token: number): Transition {
  if (asksOf(state)) return answered(state, token);
  const code = codeOf(state);
  if (token === EQUALS) return { probability: 1, next: state + SCRATCHES, metrics: ONE_TOKEN };
  const prompt = promptOf(state);
  const reading = readingOf(prompt, code);
  const verdict = verdictOf(PROMPT[prompt], reading, token);
  const signals = verdict === 'ph' && reading.phrases === 0 ? FIRST_PHRASE : FACTS[verdict];
  const metrics = COUNTED[verdict];
  if (SCRATCH[code].length < LONGEST) return { probability: 1, next: prompt * PER_PROMPT + extended(code, token), signals, metrics };
  const all = after(PROMPT[prompt], reading, token);
  return { probability: 1, next: DONE, done: true, signals: all.scored > 0 && isClean(all) ? { ...signals, sound: 1 } : signals, metrics };
}

/** Node of the token before each state's own, and the token: states first, then the prompts' tokens but the last. */
function prefix(): { parent: number[]; token: number[]; symbols: number } {
  const parent: number[] = [];
  const token: number[] = [];
  for (let state = 0; state < DONE; state++) {
    const prompt = promptOf(state);
    const code = codeOf(state);
    if (asksOf(state)) [parent[state], token[state]] = [state - SCRATCHES, EQUALS];
    else if (code === 0) [parent[state], token[state]] = [S + OPERATIONS * prompt + OPERATIONS - 1, PLUS - 1 + PROMPT[prompt].added.at(-1)!];
    else [parent[state], token[state]] = [prompt * PER_PROMPT + parentOf(code), SCRATCH[code].at(-1)!];
  }
  [parent[DONE], token[DONE]] = [-1, 0];
  PROMPT.forEach(({ first, added }, p) =>
    [first, PLUS - 1 + added[0], PLUS - 1 + added[1]].forEach((symbol, at) => {
      parent.push(at === 0 ? -1 : S + OPERATIONS * p + at - 1);
      token.push(symbol);
    }),
  );
  return { parent, token, symbols: SYMBOLS.length };
}

/** Written over for each state: what is handed to the table's compiler is copied at once. */
const row = new Float32Array(PLACES * (SYMBOLS.length + 1));

function features(state: number): Float32Array {
  const width = SYMBOLS.length + 1;
  const x = row.fill(0);
  if (state === DONE) return x;
  const { first, added } = PROMPT[promptOf(state)];
  const scratch = SCRATCH[codeOf(state)];
  let place = 0;
  const write = (symbol: number) => (x[width * place++ + symbol] = 1);
  write(first);
  for (const d of added) write(PLUS - 1 + d);
  for (const token of scratch) write(token);
  if (asksOf(state)) write(EQUALS);
  while (place < PLACES) write(SYMBOLS.length);
  return x;
}

function compile(): Table {
  const starts = (isHeldOut: boolean) => {
    const state = PROMPT.flatMap((prompt, p) => (prompt.isHeldOut === isHeldOut ? [p * PER_PROMPT] : []));
    return { state, probability: state.map(() => 1 / state.length) };
  };
  return compileTable({
    S,
    A,
    horizon: HORIZON,
    signals: Object.keys(SIGNALS),
    metrics: ['success', 'clean', 'rightFormat', 'phrases', 'repeats', 'length'],
    truth: 'success',
    start: starts(false),
    starts: 'distinct',
    heldOut: starts(true),
    answer: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : A * (asksOf(state) ? state : state + SCRATCHES) + PROMPT[promptOf(state)].target)),
    absorbing: [DONE],
    features,
    prefix: prefix(),
    transitions: (state, token) => [transition(state, token)],
  });
}

let compiled: Table | undefined;

/** A place of a response that asks for a number; other places ask for one token. */
const NUMBER = -1;
/** How surely a token is the meant one; the rest of the time any is taken. */
const SLIP = 0.05;
const SURE = 0.9;
/** Ways of writing a whole response, with how often each is taken. Beyond its pattern a habit asks for the answer. */
const HABITS = [
  { share: 0.3, pattern: [PHRASE, NUMBER, NUMBER, EQUALS], isReasoner: true },
  { share: 0.7, pattern: [NUMBER, NUMBER, EQUALS], isReasoner: false },
] as const;

/** P(token) where a habit wants `wanted` and the next number of the chain is `next`. */
function habitChance(isReasoner: boolean, wanted: number, next: number, token: number): number {
  let meant = 0;
  if (wanted !== NUMBER) meant = token === wanted ? 1 : 0;
  else if (token < DIGITS) meant = !isReasoner ? 1 / DIGITS : token === next ? SURE : (1 - SURE) / (DIGITS - 1);
  return (1 - SLIP) * meant + SLIP / A;
}

let warm: Float64Array | undefined;

/** log π(token | prefix) of a writer who takes one habit for a whole response, by Bayes' rule over what it has written. */
function warmLogits(): Float64Array {
  const logits = new Float64Array(S * A);
  const weight = HABITS.map(() => new Float64Array(S));
  for (let p = 0; p < PROMPTS; p++) {
    const { added } = PROMPT[p];
    HABITS.forEach(({ share }, h) => (weight[h][p * PER_PROMPT] = share));
    // Every scratch stands before what extends it, and before its own state with a sign.
    for (let state = p * PER_PROMPT; state < (p + 1) * PER_PROMPT; state++) {
      const asks = asksOf(state) === 1;
      const code = codeOf(state);
      const written = SCRATCH[code].length;
      const { value, steps } = readingOf(p, code);
      const next = steps < OPERATIONS ? (value + added[steps]) % DIGITS : value;
      let total = 0;
      for (let h = 0; h < HABITS.length; h++) total += weight[h][state];
      for (let token = 0; token < A; token++) {
        const to = asks || (token !== EQUALS && written === LONGEST) ? DONE : token === EQUALS ? state + SCRATCHES : p * PER_PROMPT + extended(code, token);
        let sum = 0;
        for (let h = 0; h < HABITS.length; h++) {
          const { pattern, isReasoner } = HABITS[h];
          const joint = weight[h][state] * habitChance(isReasoner, asks ? NUMBER : (pattern[written] ?? EQUALS), next, token);
          sum += joint;
          if (to !== DONE) weight[h][to] = joint;
        }
        logits[state * A + token] = log(sum / total);
      }
    }
  }
  return logits;
}

const words = (state: number) => [...SCRATCH[codeOf(state)].map((token) => SYMBOLS[token]), ...(asksOf(state) ? ['='] : [])];
const promptWords = ({ first, added }: Prompt) => [String(first), ...added.map((d) => `+${d}`)];

function picture(): Picture {
  const verdicts = [
    { name: 'none', label: '', role: 'neutral' },
    { name: 'ph', label: 'a phrase', role: 'neutral' },
    { name: 'valid', label: 'a right step', role: 'right' },
    { name: 'rep', label: 'a repeated step', role: 'repeat' },
    { name: 'inv', label: 'a wrong step', role: 'wrong' },
    { name: 'right', label: 'the right answer', role: 'right' },
    { name: 'early', label: 'the right answer with too few steps', role: 'repeat' },
    { name: 'wrong', label: 'a wrong answer', role: 'wrong' },
    { name: 'over', label: 'one token too many', role: 'wrong' },
  ] as const;
  const nameOf = (state: number, token: number) => {
    if (state === DONE) return 'none';
    const prompt = PROMPT[promptOf(state)];
    const reading = readingOf(promptOf(state), codeOf(state));
    if (asksOf(state)) return token !== prompt.target ? 'wrong' : reading.steps < SHOWN ? 'early' : 'right';
    if (token === EQUALS) return 'none';
    return SCRATCH[codeOf(state)].length === LONGEST ? 'over' : verdictOf(prompt, reading, token);
  };
  return {
    kind: 'tokens',
    tokens: [
      ...Array.from({ length: DIGITS }, (_, digit) => ({ text: String(digit), label: `Write ${digit}`, role: 'digit' as const })),
      { text: 'hmm', label: 'Write a reasoning phrase', role: 'filler' },
      { text: '=', label: 'Ask for the answer', role: 'sign' },
    ],
    prompts: PROMPT.map((prompt) => ({ tokens: promptWords(prompt), answer: String(prompt.target) })),
    promptOf: Int32Array.from({ length: S }, (_, state) => (state === DONE ? -1 : promptOf(state))),
    verdicts,
    verdictOf: Uint8Array.from({ length: S * A }, (_, k) => verdicts.findIndex(({ name }) => name === nameOf(Math.floor(k / A), k % A))),
  };
}

/**
 * Chain arithmetic mod 3 with a scratchpad: 24 prompts x₀, o₁, o₂, o₃ (x₀ a digit, o each +1 or +2; number 8·x₀ + 4(o₁−1) +
 * 2(o₂−1) + (o₃−1)), of which those with number mod 3 = 2 are kept from all batches. A response writes digits and phrases, at most
 * four, then “=” and the answer; a fifth is one too many. State = 682 · prompt + 341 · (“=” was just written) + scratch, scratches
 * ordered by length and then as numbers in base 4; 16,368 = done.
 *
 * A digit that repeats the last number is a repetition; any other is a step, and right if it is the last number plus the next
 * operation, whatever was wrong before it. An answer counts after at least two steps. Warm starts at the exact conditionals of a
 * writer who reasons three times in ten (“hmm”, two steps that are right nine times in ten, “=”, the third step as answer) and else
 * guesses (two digits, “=”, a digit), with a slip to any token one time in twenty.
 */
export default defineScenario({
  id: 'token',
  title: 'Arithmetic with a scratchpad',
  summary: 'A response of tokens: show steps, write “=”, answer. Steps can be right, wrong or merely repeated.',
  formula: String.raw`s = (\text{prompt}, \text{scratch}),\qquad o = \mathbb 1[\text{answer} = (x_0 + o_1 + o_2 + o_3) \bmod 3]\;\mathbb 1[\text{steps} \ge 2]`,
  provenance: 'own',
  cite: [],
  question: 'Which rewards for a response teach reasoning, and which only its looks?',
  useWhen: 'You ask what a reward for format, phrases, steps or length does to a language model that writes before it answers.',
  params: {
    base: {
      kind: 'choice',
      default: 'cold',
      help: 'The policy before it learns.',
      options: [
        { value: 'cold', title: 'Cold', help: 'All tokens are equally likely.' },
        { value: 'warm', title: 'Warm', help: 'Stands for a pretrained model: it sometimes reasons and mostly guesses in the right format.' },
      ],
    },
  },
  signals: SIGNALS,
  stateTables: {},
  metrics: {
    success: { title: 'Right answer', unit: 'share' },
    clean: { title: 'Right answer without a wrong step', unit: 'share' },
    rightFormat: { title: 'Right format', unit: 'share' },
    phrases: { title: 'Reasoning phrases', unit: 'count' },
    repeats: { title: 'Repeated steps', unit: 'count' },
    length: { title: 'Tokens', unit: 'count' },
  },
  trajectoryNoun: 'response',
  actionNames: SYMBOLS.slice(0, A),
  table: () => (compiled ??= compile()),
  picture,
  initialLogits: ({ base }) => (base === 'warm' ? (warm ??= warmLogits()).slice() : new Float64Array(S * A)),
  describeState: (state) => (state === DONE ? 'answered or given up' : `${promptWords(PROMPT[promptOf(state)]).join(' ')} → ${words(state).join(' ')}`.trimEnd()),
});
