import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed, type ExplanationLine } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { cosPi } from '../math/cos-pi';
import { sigmoid } from '../math/elementary';
import { mean, standardDeviation } from '../math/statistics';

type Read = Frame & { outcome: Float64Array; tokens: Float64Array; group: GroupLayout };

interface Params {
  readonly mode: 'soft-overlong' | 'kimi' | 'sigmoid' | 'linear' | 'cosine';
  readonly maxLen: number;
  readonly buffer: number;
  readonly weight: number;
  readonly correct0: number;
  readonly correctL: number;
  readonly wrong0: number;
  readonly wrongL: number;
  readonly exceed: number;
}

const groupTokens = ({ tokens, group, outcome }: Read, i: number, right: boolean): number[] =>
  [...group.member.subarray(group.start[group.id[i]], group.start[group.id[i] + 1])].filter((j) => !right || outcome[j] >= 1).map((j) => tokens[j]);

/** What is paid, as the lines of its explanation. */
function linesOf(columns: Read, params: Params, i: number): ExplanationLine[] {
  const { mode, maxLen: M, buffer: B, weight: w } = params;
  const n = columns.tokens[i];
  const R = columns.outcome[i];
  switch (mode) {
    case 'soft-overlong': {
      const over = n - (M - B);
      const penalty = n > M ? -1 : over > 0 ? -over / B : 0;
      const text = n > M ? '−1' : over > 0 ? `−(${printed(n)} − (${printed(M)} − ${printed(B)})) / ${printed(B)}` : '0';
      return [step('Overlength', 'p', '−(n − (M − B)) / B on the ramp', text, penalty), rewardLine('R + w p', `${printed(R)} + ${printed(w)} × ${operand(penalty)}`, R + w * penalty)];
    }
    case 'kimi': {
      const all = groupTokens(columns, i, false);
      const [least, most] = [Math.min(...all), Math.max(...all)];
      const l = most === least ? 0 : 0.5 - (n - least) / (most - least);
      const counted = R >= 1 ? l : Math.min(0, l);
      const range = `0.5 − (${printed(n)} − ${printed(least)}) / ${printed(most - least)}`;
      const text = most === least ? '0' : R >= 1 ? range : `min(0, ${range})`;
      return [step('Place in the group', 'l', '½ − (n − min) / (max − min)', text, counted), rewardLine('R + w l', `${printed(R)} + ${printed(w)} × ${operand(counted)}`, R + w * counted)];
    }
    case 'sigmoid': {
      const right = groupTokens(columns, i, true);
      const deviation = standardDeviation(right, 0);
      const z = deviation === 0 ? 0 : (n - mean(right)) / deviation;
      const value = R * (1 - w * sigmoid(z));
      return [
        step('Standardised length', 'z', '(n − μ) / s', deviation === 0 ? '0' : `(${printed(n)} − mean(${list(right)})) / ${printed(deviation)}`, z),
        rewardLine('R (1 − w σ(z))', `${operand(R)} × (1 − ${printed(w)} / (1 + exp(−(${printed(z)}))))`, value),
      ];
    }
    case 'linear':
      return [rewardLine('R − w max(0, n − M)', `${printed(R)} − ${printed(w)} × max(0, ${printed(n)} − ${printed(M)})`, R - w * Math.max(0, n - M))];
    case 'cosine': {
      if (n >= M) return [rewardLine('r_long', printed(params.exceed), params.exceed)];
      const [start, end] = R >= 1 ? [params.correct0, params.correctL] : [params.wrong0, params.wrongL];
      const c = cosPi(n / M);
      return [
        step('Cosine of the length', 'c', 'cos(π n / M)', printed(c), c),
        rewardLine('v_L + ½ (v_0 − v_L) (1 + c)', `${printed(end)} + 0.5 × (${printed(start)} − ${operand(end)}) × (1 + ${operand(c)})`, end + 0.5 * (start - end) * (1 + c)),
      ];
    }
  }
}

/** The outcome with a charge for length n, in five published forms. */
export default defineReward({
  id: 'length-penalty',
  title: 'Length penalty',
  summary: 'Charges long answers, by a ramp, by their place in the group, or along a cosine.',
  formula: String.raw`r_T = R + w\,p(n),\qquad p(n) = \begin{cases} 0 & n \le M - B \\ -\frac{n - (M - B)}{B} & n \le M \\ -1 & n > M \end{cases}`,
  provenance: 'read',
  cite: [
    { title: 'DAPO (soft overlong)', source: 'arXiv:2503.14476' },
    { title: 'Kimi k1.5 (place in the group)', source: 'arXiv:2501.12599' },
    { title: 'Training Language Models to Reason Efficiently (sigmoid)', source: 'arXiv:2502.04463' },
    { title: 'Demystifying Long Chain-of-Thought Reasoning in LLMs (cosine)', source: 'arXiv:2502.03373' },
  ],
  useWhen: 'Answers grow without getting better, or hit the limit and are cut.',
  breaksWhen: 'It is too strong for hard questions: the policy stops thinking and accuracy falls with the length. A group’s normalisation blows tiny differences between right answers up.',
  category: 'outcome',
  params: {
    mode: {
      kind: 'choice',
      default: 'soft-overlong',
      help: 'Which form.',
      options: [
        { value: 'soft-overlong', title: 'ramp before the limit', help: 'DAPO.' },
        { value: 'kimi', title: 'place in the group', help: 'Kimi k1.5: shortest +½, longest −½; wrong answers are never paid for being short.' },
        { value: 'sigmoid', title: 'sigmoid among the right', help: 'Right answers lose a share that depends on their length.' },
        { value: 'linear', title: 'linear beyond the limit' },
        { value: 'cosine', title: 'cosine', help: 'Replaces the outcome: right answers are best short, wrong ones best long.' },
      ],
    },
    maxLen: { kind: 'number', default: 1000, min: 1, max: 1e6, step: 1, scale: 'log', symbol: 'M', help: 'The limit, in tokens.' },
    buffer: { kind: 'number', default: 300, min: 1, max: 1e6, step: 1, scale: 'log', symbol: 'B', help: 'How long before the limit the ramp begins.' },
    weight: positive(1, 'w', 'Weight of the charge.'),
    correct0: { kind: 'number', default: 2, min: -20, max: 20, step: 0.1, help: 'Cosine: a right answer of length 0.', advanced: true },
    correctL: { kind: 'number', default: 1, min: -20, max: 20, step: 0.1, help: 'Cosine: a right answer at the limit.', advanced: true },
    wrong0: { kind: 'number', default: -10, min: -20, max: 20, step: 0.1, help: 'Cosine: a wrong answer of length 0.', advanced: true },
    wrongL: { kind: 'number', default: 0, min: -20, max: 20, step: 0.1, help: 'Cosine: a wrong answer at the limit.', advanced: true },
    exceed: { kind: 'number', default: -10, min: -20, max: 20, step: 0.1, symbol: 'r_long', help: 'Cosine: an answer that reaches the limit.', advanced: true },
  },
  needs: { outcome: 'trajectory', tokens: 'trajectory', group: 'group' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Half-way up the ramp costs half the weight; beyond the limit all of it.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { tokens: 90 } }, { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 101 } }] },
      params: { maxLen: 100, buffer: 20, weight: 0.5 },
      expect: [[0, 0.75], [0.5]],
    },
    {
      why: 'By place in the group: the short wrong answer gains nothing, the long right one loses ½.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { tokens: 10 } }, { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 20 } }] },
      params: { mode: 'kimi', weight: 1 },
      expect: [[0], [0.5]],
    },
    {
      why: 'Along the cosine, half-way: the mean of both ends.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 50 } }, { group: 0, length: 1, signals: {}, outcome: 0, extra: { tokens: 100 } }] },
      params: { mode: 'cosine', maxLen: 100, correct0: 3, correctL: 1, exceed: -7 },
      expect: [[2], [-7]],
    },
  ],
  price: (columns, params, { buffer }) => ({ reward: payOnLastStep(columns, buffer, (i) => linesOf(columns, params, i).at(-1)!.value) }),
  explain: (columns, params, _result, i, t) => explainedOnLastStep(columns, i, t, () => linesOf(columns, params, i)),
});
