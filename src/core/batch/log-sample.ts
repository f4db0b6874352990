/**
 * A small log in the form that training libraries write, made here: attempts at six chains of sums, where every step
 * may slip. Its values and log-probabilities are exact for the policy that is written down below, values for the
 * sum of the rewards; the completions can be checked by hand.
 */
import { log } from '../math/elementary';
import { mixSeed, nextUniform } from '../math/random';

interface Prompt {
  readonly start: number;
  /** What each step adds. */
  readonly add: readonly number[];
  /** Chance that a step slips, and that a slip is noticed and put right one step later. */
  readonly slip: number;
  readonly repair: number;
}

/** The second is solved by everyone and the last by no one: neither teaches a method that compares attempts. */
const PROMPTS: readonly Prompt[] = [
  { start: 17, add: [25, 8, -4, 31, 6, -12, 9], slip: 0.16, repair: 0 },
  { start: 3, add: [4, 5], slip: 0, repair: 0 },
  { start: 240, add: [-35, 18, 77, -120, 64, -9, 13, 40, -6, 21], slip: 0.12, repair: 0.35 },
  { start: 96, add: [58, -17, 33, -49, 12], slip: 0.22, repair: 0.2 },
  { start: 512, add: [-128, 64, -32, 16, -8, 4, -2, 1, 99, -51, 37, -18], slip: 0.1, repair: 0.25 },
  { start: 731, add: [468, -259, 377, -186], slip: 1, repair: 0 },
];
const ATTEMPTS = 8;
/** What the process reward pays for a right and takes for a wrong step. */
const STEP_PAY = 0.1;
/** What the last step pays for saying “Answer”, and how often it does. */
const FORMAT_PAY = 0.2;
const SAYS = 0.9;

/** One JSON object per line: 48 completions with step rewards, two scores, values and log-probabilities. */
export function sampleLog(): string {
  const lines: string[] = [];
  PROMPTS.forEach((prompt, p) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) lines.push(JSON.stringify(attemptAt(prompt, p, attempt)));
  });
  return `${lines.join('\n')}\n`;
}

function attemptAt({ start, add, slip, repair }: Prompt, p: number, attempt: number): Record<string, unknown> {
  const stream = mixSeed(20, p, attempt);
  const text: string[] = [];
  const stepRewards: number[] = [];
  const actions: string[] = [];
  const values: number[] = [];
  const oldLogProbs: number[] = [];
  let total = start;
  let error = 0;
  add.forEach((term, k) => {
    const u = nextUniform(stream);
    const notices = error !== 0 && u < repair;
    const slips = error === 0 && u < slip;
    values.push(round(worth(error === 0, add.length - k, slip, repair)));
    const by = notices ? -error : slips ? [1, -1, 10, -10][Math.floor(nextUniform(stream) * 4)] : 0;
    const right = total + term;
    total = right + by;
    error += by;
    const sum = `${right - term} ${term < 0 ? '−' : '+'} ${Math.abs(term)} = ${total}`;
    text.push(notices ? `Step ${k + 1}: wait, I was off by ${Math.abs(by)}. ${sum}` : `Step ${k + 1}: ${sum}`);
    stepRewards.push(error === 0 ? STEP_PAY : -STEP_PAY);
    actions.push(notices ? 'put right' : by === 0 ? 'add' : `off by ${by}`);
    const p0 = error === 0 && !notices ? 1 - slip : notices ? repair : slips ? slip / 4 : 1 - repair;
    oldLogProbs.push(round(log(p0 > 0 ? p0 : 1)));
  });
  const last = nextUniform(stream);
  const says = last < SAYS;
  text.push(says ? `Answer: ${total}` : `So it is ${total}`);
  const correct = error === 0 ? 1 : 0;
  stepRewards.push(0);
  actions.push(says ? 'answer' : 'answer without the word');
  values.push(round(worth(error === 0, 0, slip, repair)));
  oldLogProbs.push(round(log(says ? SAYS : 1 - SAYS)));
  return {
    prompt_id: `sum-${p + 1}`,
    prompt: `Compute ${start}${add.map((term) => (term < 0 ? ` − ${-term}` : ` + ${term}`)).join('')}. Finish with “Answer:”.`,
    completion: text.join('\n'),
    accuracy_reward: correct,
    format_reward: says ? FORMAT_PAY : 0,
    step_rewards: stepRewards,
    outcome: correct,
    actions,
    values,
    old_logprobs: oldLogProbs,
  };
}

/** Expected reward still to come with `left` steps before the answer: step pay, the score for being right, and the one for the word. */
function worth(isRight: boolean, left: number, slip: number, repair: number): number {
  let right = isRight ? 1 : 0;
  let pay = 0;
  for (let k = 0; k < left; k++) {
    right = right * (1 - slip) + (1 - right) * repair;
    pay += STEP_PAY * (2 * right - 1);
  }
  return pay + right + SAYS * FORMAT_PAY;
}

function round(x: number): number {
  return Math.round(x * 1e4) / 1e4;
}
