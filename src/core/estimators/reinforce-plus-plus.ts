import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { rewardToGoLine, whitenLines } from '../math/group-explanation';
import { rewardToGo } from '../math/group-statistics';
import { whiten } from '../math/statistics';

/**
 * REINFORCE++: reward-to-go whitened over all steps of the batch, without groups.
 *
 *     Â = W(G),  G_t = Σ_{k ≥ t} γ^(k−t) r_k,  W(x) = (x − m) / sqrt(v + 1e-8)
 *
 * The paper also takes a per-token KL from the reward, which is a reward term here. `returns` = G.
 */
export default defineEstimator({
  id: 'reinforce-plus-plus',
  title: 'REINFORCE++',
  summary: 'Reward-to-go shifted and scaled to the batch, with no groups and no critic.',
  formula: String.raw`\hat A_t = \frac{G_t - m}{\sqrt{v + 10^{-8}}}`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Hu, REINFORCE++: A Simple and Efficient Approach for Aligning Large Language Models', source: 'arXiv:2501.03262' },
    { title: 'verl, compute_reinforce_plus_plus_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'There is one attempt per prompt, so no group to compare with.',
  breaksWhen: 'Prompts differ in difficulty: easy ones look good and hard ones bad, whatever was done.',
  params: { gamma: discount(1) },
  needs: { reward: 'step' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'γ = ½: G = [2, 2] and [5]. m = 3, v = (1 + 1 + 4)/2 = 3, so Â = (−1, −1, 2)/1.7320508.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 1, rewards: [5] }] },
      params: { gamma: 0.5 },
      expect: [[-0.57735027, -0.57735027], [1.15470054]],
    },
  ],
  estimate(columns, { gamma }, { buffer }) {
    const returns = rewardToGo(columns.reward, columns, gamma, buffer);
    return { advantage: whiten(returns, columns.length, columns.maxLen, buffer(returns.length)), returns };
  },
  explain(columns, { gamma }, { returns }, i, t) {
    return explanation([rewardToGoLine(columns.reward, returns!, columns, gamma, i, t), ...whitenLines(returns!, columns, i * columns.maxLen + t, 'G')]);
  },
});
