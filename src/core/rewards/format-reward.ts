import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** mix: (1 − w) R + w f     add: R + w f     gate: R where f, else `invalid`. */
export default defineReward({
  id: 'format-reward',
  title: 'Format reward',
  summary: 'Makes the right format count beside the outcome, mixed in, added or required.',
  formula: String.raw`r_T = (1 - w)\, R + w f \;\Big|\; R + w f \;\Big|\; \begin{cases} R & f \\ r_{\mathrm{bad}} & \neg f \end{cases}`,
  provenance: 'textbook',
  cite: [{ title: 'RLPR (the mixture)', source: 'OpenBMB/RLPR@8490fca:verl/workers/reward_manager/prob.py' }],
  useWhen: 'Answers have to be parsed, and at the start hardly any are.',
  breaksWhen: 'The format pays by itself: an empty answer in perfect format is then a fine one. Requiring it does not pay for it.',
  category: 'outcome',
  params: {
    mode: {
      kind: 'choice',
      default: 'mix',
      help: 'How the format enters.',
      options: [
        { value: 'mix', title: 'mixed in' },
        { value: 'add', title: 'added' },
        { value: 'gate', title: 'required' },
      ],
    },
    weight: { kind: 'number', default: 0.1, min: 0, max: 1, step: 0.01, symbol: 'w', help: 'Weight of the format.' },
    invalid: { kind: 'number', default: -1, min: -5, max: 5, step: 0.1, symbol: 'r_bad', help: 'What a broken format is paid where the format is required.' },
  },
  needs: { outcome: 'trajectory', format: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'A quarter of the reward is the format.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { format: 0 } }, { group: 0, length: 1, signals: {}, outcome: 0, extra: { format: 1 } }] },
      params: { mode: 'mix', weight: 0.25 },
      expect: [[0, 0.75], [0.25]],
    },
    {
      why: 'Required: a right answer in a broken format is paid the penalty.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { format: 0 } }, { group: 0, length: 1, signals: {}, outcome: 0.5, extra: { format: 1 } }] },
      params: { mode: 'gate', invalid: -2 },
      expect: [[0, -2], [0.5]],
    },
  ],
  price: (columns, { mode, weight, invalid }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const { outcome, format } = columns;
      if (mode === 'gate') return format[i] === 0 ? invalid : outcome[i];
      return (mode === 'mix' ? 1 - weight : 1) * outcome[i] + weight * format[i];
    }),
  }),
  explain: (columns, { mode, weight, invalid }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const value = reward[i * columns.maxLen + t];
      const R = operand(columns.outcome[i]);
      const f = operand(columns.format[i]);
      if (mode === 'gate') return [columns.format[i] === 0 ? rewardLine('r_bad', printed(invalid), value) : rewardLine('R', printed(columns.outcome[i]), value)];
      return mode === 'mix'
        ? [rewardLine('(1 − w) R + w f', `(1 − ${printed(weight)}) × ${R} + ${printed(weight)} × ${f}`, value)]
        : [rewardLine('R + w f', `${R} + ${printed(weight)} × ${f}`, value)];
    }),
});
