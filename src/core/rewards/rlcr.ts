import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { confidence: Float64Array; formatOk: Float64Array };

/** A confidence counts when it was stated in the right format and lies in [0, 1]. */
const isValid = ({ confidence, formatOk }: Read, i: number) => formatOk[i] !== 0 && confidence[i] >= 0 && confidence[i] <= 1;

/**
 * Correctness and calibration in one reward.
 *
 *     paper: c − (q − c)²     code: c + 1 − (c − q)², or w_f + w_a c + w_b (1 − (c − q)²)
 *
 * Without a valid confidence both pay 0.
 */
export default defineReward({
  id: 'rlcr',
  title: 'Calibrated confidence',
  summary: 'Pays for being right and charges for being surprised about it.',
  formula: String.raw`r_T = c - (q - c)^2`,
  provenance: 'code',
  cite: [{ title: 'Beyond Binary Rewards: Training LMs to Reason About Their Uncertainty', source: 'damanimehul/RLCR@8904bed:reward_fns.py' }],
  useWhen: 'The model should say how sure it is, and mean it: a wrong answer given with certainty costs as much as a right one earns.',
  breaksWhen: 'A broken format pays 0, which in the paper’s form is better than a confident error (−1): the safest answer is then an unreadable one.',
  category: 'outcome',
  params: {
    form: {
      kind: 'choice',
      default: 'paper',
      help: 'Which of the two published forms.',
      options: [
        { value: 'paper', title: 'paper', help: 'Correctness minus the squared error of the confidence.' },
        { value: 'code', title: 'code', help: 'Sum of non-negative terms: one more than the paper’s form.' },
      ],
    },
    weights: { kind: 'numbers', default: null, min: 0, max: 5, maxLength: 3, help: 'Weights of format, accuracy and calibration in the code’s form; empty adds accuracy and calibration alone.' },
  },
  needs: { outcome: 'trajectory', confidence: 'trajectory', formatOk: 'trajectory' },
  flavours: {
    paper: { title: 'Paper', params: { form: 'paper' }, help: 'From −1 to 1.' },
    code: { title: 'Released configuration', params: { form: 'code', weights: [0.5, 0.5, 0.5] }, help: 'Each of the three terms with weight one half.' },
  },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Right at 0.5: 1 − 0.25. Wrong at certainty: −1. Unreadable: 0.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { confidence: 0.5, formatOk: true } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { confidence: 1, formatOk: true } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { confidence: 0.5, formatOk: false } },
        ],
      },
      params: {},
      expect: [[0.75], [-1], [0]],
    },
    {
      why: 'In the code’s form with weights 1, 2, 4: 1 + 2 + 4·0.75.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 1, extra: { confidence: 0.5, formatOk: true } }] },
      params: { form: 'code', weights: [1, 2, 4] },
      expect: [[6]],
    },
  ],
  price: (columns, { form, weights }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      if (!isValid(columns, i)) return 0;
      const c = columns.outcome[i];
      const miss = (columns.confidence[i] - c) * (columns.confidence[i] - c);
      if (form === 'paper') return c - miss;
      const [f, a, b] = weights ?? [0, 1, 1];
      return f + a * c + b * (1 - miss);
    }),
  }),
  explain: (columns, { form, weights }, { reward }, i, t) => {
    const valid = isValid(columns, i);
    return explainedOnLastStep(
      columns, i, t,
      () => {
        const value = reward[i * columns.maxLen + t];
        if (!valid) return [rewardLine('0', '0', value)];
        const c = operand(columns.outcome[i]);
        const miss = `(${printed(columns.confidence[i])} − ${c}) × (${printed(columns.confidence[i])} − ${c})`;
        if (form === 'paper') return [rewardLine('c − (q − c)²', `${c} − ${miss}`, value)];
        const [f, a, b] = weights ?? [0, 1, 1];
        return [rewardLine('w_f + w_a c + w_b (1 − (q − c)²)', `${printed(f)} + ${printed(a)} × ${c} + ${printed(b)} × (1 − ${miss})`, value)];
      },
      valid ? undefined : 'The confidence is not readable, so nothing is paid.',
    );
  },
});
