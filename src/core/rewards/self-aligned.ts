import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';
import { mean } from '../math/statistics';

const clipped = (x: number) => Math.min(1, Math.max(-1, x));

/** r_T = R + α clip((ppl(a) − ppl(a | q)) / ppl(a), −1, 1), ppl = exp(−mean log p). */
export default defineReward({
  id: 'self-aligned',
  title: 'Gap of perplexities',
  summary: 'Adds a bonus for an answer that is likely because of the question, not in itself.',
  formula: String.raw`r_T = R + \alpha \operatorname{clip}\Big(\frac{\mathrm{ppl}(a) - \mathrm{ppl}(a \mid q)}{\mathrm{ppl}(a)}, -1, 1\Big)`,
  provenance: 'read',
  cite: [{ title: 'Self-Aligned Reward: Towards Effective and Efficient Reasoners', source: 'arXiv:2509.05489' }],
  useWhen: 'Right answers are padded with text that would fit any question.',
  breaksWhen: 'The answer repeats the question: its words are then likely because of it. The bonus stays below 1 but a bad answer can lose all of α.',
  category: 'intrinsic',
  params: {
    alpha: positive(0.2, 'α', 'Weight of the gap.', 5),
    alone: signal('logp', 'Log-probability of each token without the question.'),
    given: signal('logpGivenQuery', 'Log-probability of each token given the question.'),
  },
  needs: { outcome: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Perplexity 4 alone and 2 with the question: half of α on top.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logp: [-1.38629436111989, -1.38629436111989], logpGivenQuery: [0, -1.38629436111989] }, outcome: 1, extra: {} }] },
      params: { alpha: 0.5 },
      expect: [[0, 1.25]],
    },
  ],
  price: (columns, { alpha, alone, given }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const before = exp(-mean(stepsOf(columns.signals[alone], columns, i)));
      const after = exp(-mean(stepsOf(columns.signals[given], columns, i)));
      return columns.outcome[i] + alpha * clipped((before - after) / before);
    }),
  }),
  explain: (columns, { alpha, alone, given }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const a = stepsOf(columns.signals[alone], columns, i);
      const b = stepsOf(columns.signals[given], columns, i);
      const [before, after] = [exp(-mean(a)), exp(-mean(b))];
      return [
        step('Perplexity alone', 'ppl(a)', 'e^{−mean log p}', `exp(−mean(${list(a)}))`, before),
        step('Perplexity given the question', 'ppl(a|q)', 'e^{−mean log p}', `exp(−mean(${list(b)}))`, after),
        rewardLine(
          'R + α clip((ppl(a) − ppl(a|q)) / ppl(a), −1, 1)',
          `${printed(columns.outcome[i])} + ${printed(alpha)} × clip((${printed(before)} − ${printed(after)}) / ${printed(before)}, −1, 1)`,
          reward[i * columns.maxLen + t],
        ),
      ];
    }),
});
