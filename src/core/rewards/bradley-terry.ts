import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/**
 * The score of a reward model that was fitted to comparisons of trajectories.
 *
 *     P(a ≻ b) = σ(Σ_t f(a_t) − Σ_t f(b_t)),   r_t = (f(s_t, a_t) − m) / c
 *
 * The model is trained beside the policy and evaluated once over the table; the batch brings its score per
 * step as `learnedReward`. The scores are known up to a constant per trajectory, hence centre and scale.
 */
export default defineReward({
  id: 'bradley-terry',
  title: 'Learned reward (Bradley-Terry)',
  summary: 'Pays the score of a small network that was fitted to pairwise preferences.',
  formula: String.raw`P(a \succ b) = \sigma\Big(\sum_t f_\phi(a_t) - \sum_t f_\phi(b_t)\Big),\qquad r_t = \frac{f_\phi(s_t, a_t) - m}{c}`,
  provenance: 'textbook',
  cite: [{ title: 'Deep Reinforcement Learning from Human Preferences', source: 'arXiv:1706.03741' }],
  useWhen: 'Nobody can write the objective down but people can say which of two trajectories is better.',
  breaksWhen: 'The policy leaves the trajectories that were compared: there the model guesses, and what it overrates is what gets learned. More of the same comparisons does not help; comparing the new trajectories does.',
  category: 'learned',
  params: {
    centre: { kind: 'number', default: 0, min: -10, max: 10, step: 0.05, symbol: 'm', help: 'Subtracted from every step’s score; with trajectories of different length it decides whether longer is better.' },
    scale: { kind: 'number', default: 1, min: 0.05, max: 20, step: 0.05, scale: 'log', symbol: 'c', help: 'Every score is divided by this.' },
  },
  needs: { learnedReward: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Scores are centred and scaled.',
      input: { trajectories: [{ group: 0, length: 3, signals: { learnedReward: [0.5, 2.5, -1.5] }, outcome: 1, extra: {} }] },
      params: { centre: 0.5, scale: 2 },
      expect: [[0, 1, -1]],
    },
  ],
  price: (columns, { centre, scale }, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (_i, _t, k) => (columns.learnedReward[k] - centre) / scale),
  }),
  explain(columns, { centre, scale }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    return explained(
      [rewardLine('(f − m) / c', `(${printed(columns.learnedReward[k])} − ${operand(centre)}) / ${printed(scale)}`, reward[k])],
      'f is the output of a network trained on comparisons of trajectories; it is an estimate and knows nothing of places it never saw.',
    );
  },
});
