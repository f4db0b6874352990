import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { rewardToGo } from '../math/group-statistics';

/**
 * Monte-Carlo reward-to-go: a step is credited with everything that came after it.
 *
 *     Â_t = G_t = Σ_{k ≥ t} γ^(k−t) r_k
 *
 * No baseline, and no bootstrap where time ran out.
 */
export default defineEstimator({
  id: 'mc-return',
  title: 'Monte-Carlo return',
  summary: 'Credits every step with the discounted reward that followed it.',
  formula: String.raw`\hat A_t = G_t = \sum_{k \ge t} \gamma^{k-t} r_k`,
  family: 'classic',
  provenance: 'code',
  cite: [
    { title: 'Sutton and Barto, Reinforcement Learning: An Introduction, chapter 13', source: 'ISBN 9780262039246' },
    { title: 'OpenRLHF, get_cumulative_returns', source: 'OpenRLHF/OpenRLHF@3c3be623:openrlhf/trainer/ppo_utils/experience_maker.py' },
  ],
  useWhen: 'Rewards are dense and signed, or you want the unbiased reference that every other estimator is compared with.',
  breaksWhen: 'All returns have the same sign: every action is pushed up (or down), and only the differences teach, slowly and noisily.',
  params: { gamma: discount(1) },
  needs: { reward: 'step' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-equivariant', 'linear'],
  examples: [
    {
      why: 'γ = ½: G_2 = 4, G_1 = −2 + ½·4 = 0, G_0 = 1 + ½·0 = 1.',
      input: { trajectories: [{ group: 0, rewards: [1, -2, 4] }, { group: 0, rewards: [3] }] },
      params: { gamma: 0.5 },
      expect: [[1, 0, 4], [3]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, { gamma }, { buffer }) {
    const advantage = rewardToGo(columns.reward, columns, gamma, buffer);
    return { advantage, returns: advantage };
  },
  explain(columns, { gamma }, { advantage }, i, t) {
    const { reward, maxLen, length } = columns;
    const parts = [];
    for (let k = t, factor = 1; k < length[i]; k++, factor *= gamma) {
      const value = factor * reward[i * maxLen + k];
      if (value !== 0) parts.push({ label: `Reward of step ${k}`, value });
    }
    return explanation([rewardToGoLine(reward, advantage, columns, gamma, i, t)], { parts });
  },
});
