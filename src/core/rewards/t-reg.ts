import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';
import { sigmoid } from '../math/elementary';

/** r_t = σ(log p_better − log p_worse) − ½. */
export default defineReward({
  id: 't-reg',
  title: 'Better or worse prompt',
  summary: 'Scores a token by whether it is likelier when asked for a better answer than for a worse one.',
  formula: String.raw`r_t = \sigma\big(\log p^{+}(y_t) - \log p^{-}(y_t)\big) - \tfrac12`,
  provenance: 'read',
  cite: [{ title: 'T-REG: Preference Optimization with Token-Level Reward Regularization', source: 'arXiv:2412.02685' }],
  useWhen: 'You have preferences on whole answers and want a weak hint on tokens.',
  breaksWhen: 'The model does not know what better means here: all tokens then score near 0. It was meant to regularise, not to be the whole reward.',
  category: 'dense',
  params: {
    better: signal('logpBetter', 'Log-probability of each token when asked for a better answer.'),
    worse: signal('logpWorse', 'Log-probability of each token when asked for a worse answer.'),
  },
  needs: {},
  laws: ['markov', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  examples: [
    {
      why: 'Ln 3 likelier when asked for better: ¾ − ½; equally likely: 0.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logpBetter: [-1, -2], logpWorse: [-2.09861228866811, -2] }, outcome: 1, extra: {} }] },
      params: {},
      expect: [[0.25, 0]],
    },
  ],
  price: (columns, { better, worse }, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (_i, _t, k) => sigmoid(columns.signals[better][k] - columns.signals[worse][k]) - 0.5),
  }),
  explain(columns, { better, worse }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    return explained([
      rewardLine('σ(log p⁺ − log p⁻) − ½', `1 / (1 + exp(${printed(columns.signals[worse][k])} − ${operand(columns.signals[better][k])})) − 0.5`, reward[k]),
    ]);
  },
});
