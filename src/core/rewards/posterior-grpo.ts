import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

const clipped = (x: number) => Math.min(1, Math.max(0, x));

/** r_T = w_f f + o + w_t o clip(ϑ, 0, 1), o = 1[R ≥ θ]. */
export default defineReward({
  id: 'posterior-grpo',
  title: 'Posterior thinking reward',
  summary: 'Pays for good thinking only where the answer turned out right.',
  formula: String.raw`r_T = w_f f + o + w_t\, o\, \operatorname{clip}(\vartheta, 0, 1),\qquad o = \mathbb 1[R \ge \theta]`,
  provenance: 'mixed',
  cite: [{ title: 'Posterior-GRPO: Rewarding Reasoning Processes in Code Generation', source: 'arXiv:2508.05170' }],
  useWhen: 'Reasoning is scored by a model and you fear fluent reasoning that ends in wrong code.',
  breaksWhen: 'A whole group is wrong: thinking then teaches nothing. Format is paid right or wrong, so it can be had for free.',
  category: 'gated',
  params: {
    successThreshold: { kind: 'number', default: 0.5, min: -5, max: 5, step: 0.05, symbol: 'θ', help: 'The least outcome that counts as right.' },
    formatWeight: positive(1, 'w_f', 'What a right format is paid, whatever the answer.'),
    thinkWeight: positive(1, 'w_t', 'Weight of the thinking score of right answers.'),
  },
  needs: { outcome: 'trajectory', format: 'trajectory', thinking: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Right with a thinking score above 1, which is clipped; wrong with fine thinking, which is not paid.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 1, extra: { format: 1, thinking: 1.5 } },
          { group: 0, length: 1, signals: {}, outcome: 0.4, extra: { format: 1, thinking: 0.9 } },
        ],
      },
      params: { successThreshold: 0.5, formatWeight: 2, thinkWeight: 0.5 },
      expect: [[0, 3.5], [2]],
    },
  ],
  price: (columns, { successThreshold, formatWeight, thinkWeight }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const right = columns.outcome[i] >= successThreshold ? 1 : 0;
      return formatWeight * columns.format[i] + right + thinkWeight * right * clipped(columns.thinking[i]);
    }),
  }),
  explain: (columns, { successThreshold, formatWeight, thinkWeight }, { reward }, i, t) => {
    const right = columns.outcome[i] >= successThreshold ? 1 : 0;
    return explainedOnLastStep(
      columns, i, t,
      () => [
        rewardLine(
          'w_f f + o + w_t o clip(ϑ, 0, 1)',
          `${printed(formatWeight)} × ${operand(columns.format[i])} + ${right} + ${printed(thinkWeight)} × ${right} × clip(${printed(columns.thinking[i])}, 0, 1)`,
          reward[i * columns.maxLen + t],
        ),
      ],
      `The answer is ${right ? 'right' : 'wrong'}: ${printed(columns.outcome[i])} against ${printed(successThreshold)}.`,
    );
  },
});
