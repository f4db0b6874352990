import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { rewardToGo } from '../math/group-statistics';

/**
 * ReMax: what the sampled answer got beyond the greedy answer to the same prompt.
 *
 *     Â_t = Σ_{k ≥ t} r_k − b_i
 *
 * `greedyReward` b_i is the reward of a greedy rollout. Undiscounted. `returns` is before b_i is subtracted.
 */
export default defineEstimator({
  id: 'remax',
  title: 'ReMax',
  summary: 'Uses the greedy answer to the same prompt as the baseline.',
  formula: String.raw`\hat A_{i,t} = \sum_{k \ge t} r_k - b_i`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Li et al., ReMax: A Simple, Effective, and Efficient Reinforcement Learning Method for Aligning Large Language Models', source: 'arXiv:2310.10505' },
    { title: 'verl, compute_remax_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'One sampled and one greedy answer per prompt are cheaper than a group.',
  breaksWhen: 'The greedy answer is much better than a sampled one: almost every sample is pushed down.',
  params: {},
  needs: { reward: 'step', greedyReward: 'trajectory' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Reward-to-go [3, 2] minus 1.5.',
      input: { trajectories: [{ group: 0, rewards: [1, 2], extra: { greedyReward: 1.5 } }] },
      params: {},
      expect: [[1.5, 0.5]],
    },
  ],
  estimate(columns, _params, { buffer }) {
    const { nTraj, maxLen, length, greedyReward } = columns;
    const returns = rewardToGo(columns.reward, columns, 1, buffer);
    const advantage = buffer(returns.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = returns[k] - greedyReward[i];
    }
    return { advantage, returns };
  },
  explain(columns, _params, { returns, advantage }, i, t) {
    const k = i * columns.maxLen + t;
    return explanation([
      rewardToGoLine(columns.reward, returns!, columns, 1, i, t),
      line('Advantage', 'Â', 'G − b', fill`${returns![k]} − ${columns.greedyReward[i]}`, advantage[k], 'advantage'),
    ]);
  },
});
