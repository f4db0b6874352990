import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { mean } from '../math/statistics';

/** Entropies of thinking and of the answer; the closing tag belongs to neither. Without a tag all but the last token think. */
function phases(entropy: Float64Array, end: number): { think: Float64Array; answer: Float64Array } {
  if (end < 0) return { think: entropy.subarray(0, Math.max(0, entropy.length - 1)), answer: entropy.subarray(0, 0) };
  return { think: entropy.subarray(0, end), answer: entropy.subarray(end + 1) };
}

/** r_T = min(1, b − max(0, H_think − α H_answer)) where right, else r_f. */
export default defineReward({
  id: 'pear',
  title: 'Entropy by phase',
  summary: 'Pays right answers less when the thinking wavers more than the answer.',
  formula: String.raw`r_T = \begin{cases} \min\big(1,\, b - \max(0,\, \bar H_{\text{think}} - \alpha \bar H_{\text{answer}})\big) & \text{right} \\ r_f & \text{wrong} \end{cases}`,
  provenance: 'read',
  cite: [{ title: 'PEAR: Phase Entropy Aware Reward for Efficient Reasoning', source: 'arXiv:2510.08026' }],
  useWhen: 'Thinking goes round in circles: high entropy in the thinking phase goes with needless length.',
  breaksWhen: 'The problem needs exploring: wavering is then how it gets solved. With a small base the reward of right answers turns negative.',
  category: 'intrinsic',
  params: {
    entropy: signal('entropy', 'Entropy of each token.'),
    alpha: positive(1, 'α', 'How much entropy of the answer excuses entropy of the thinking.'),
    base: { kind: 'number', default: 1, min: -5, max: 5, step: 0.05, symbol: 'b', help: 'What a right answer is paid before the charge; never more than 1 is paid.' },
    format: { kind: 'number', default: 0, min: -5, max: 5, step: 0.05, symbol: 'r_f', help: 'What a wrong answer is paid.' },
  },
  needs: { outcome: 'trajectory', thinkEnd: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Thinking at 0.75 on average, the answer at 0.5; the tag’s own 9 counts nowhere: 1.25 − (0.75 − 2·0.25).',
      input: { trajectories: [{ group: 0, length: 4, signals: { entropy: [1, 0.5, 9, 0.25] }, outcome: 1, extra: { thinkEnd: 2 } }, { group: 0, length: 1, signals: { entropy: [1] }, outcome: 0, extra: { thinkEnd: 0 } }] },
      params: { alpha: 2, base: 1.125, format: 0.1 },
      expect: [[0, 0, 0, 0.875], [0.1]],
    },
    {
      why: 'Without a tag everything but the last token is thinking.',
      input: { trajectories: [{ group: 0, length: 3, signals: { entropy: [0.5, 0.25, 9] }, outcome: 1, extra: { thinkEnd: -1 } }] },
      params: {},
      expect: [[0, 0, 0.625]],
    },
  ],
  price: (columns, { entropy, alpha, base, format }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      if (columns.outcome[i] < 1) return format;
      const { think, answer } = phases(stepsOf(columns.signals[entropy], columns, i), columns.thinkEnd[i]);
      return Math.min(1, base - Math.max(0, mean(think) - alpha * mean(answer)));
    }),
  }),
  explain: (columns, { entropy, alpha, base, format }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const value = reward[i * columns.maxLen + t];
      if (columns.outcome[i] < 1) return [rewardLine('r_f', printed(format), value)];
      const { think, answer } = phases(stepsOf(columns.signals[entropy], columns, i), columns.thinkEnd[i]);
      const averaged = (x: Float64Array) => (x.length === 0 ? '0' : `mean(${list(x)})`);
      return [
        step('Thinking', 'H_t', 'mean entropy', averaged(think), mean(think)),
        step('Answer', 'H_a', 'mean entropy', averaged(answer), mean(answer)),
        rewardLine('min(1, b − max(0, H_t − α H_a))', `min(1, ${operand(base)} − max(0, ${printed(mean(think))} − ${printed(alpha)} × ${printed(mean(answer))}))`, value),
      ];
    }),
});
