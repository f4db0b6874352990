import { discount, epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { deviationLine, explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { membersOf, positionScores, rewardToGo } from '../math/group-statistics';

/**
 * Reward-to-go in standard deviations: what followed a step, compared with what followed at the same step index of the group.
 *
 *     Â_{i,t} = (G_{i,t} − μ_{g,t}) / (σ_{g,t} + ε),   over the members that still run at t
 *
 * σ is that of the population. Where all that run have the same reward-to-go, and for the last one that runs, Â is 0.
 */
export default defineEstimator({
  id: 'rtg-grpo',
  title: 'GRPO per step index',
  summary: 'Compares what followed a step with its group at the same step index, in standard deviations.',
  formula: String.raw`\hat A_{i,t} = \frac{G_{i,t} - \mu_{g,t}}{\sigma_{g,t} + \varepsilon}`,
  family: 'process',
  provenance: 'own',
  cite: [{ title: 'DeepSeekMath: process supervision with GRPO (the idea; there rewards are standardised before they are summed)', source: 'arXiv:2402.03300' }],
  useWhen: 'Rewards arrive along the way and groups differ in how easy they are: every step index of every group teaches with the same force.',
  breaksWhen: 'Rewards-to-go at an index differ by a hair: dividing by their spread makes the hair as loud as a success.',
  params: { gamma: discount(1), epsilon: epsilon(1e-6) },
  needs: { reward: 'step', group: 'group' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-invariant', 'zero-on-equal-rewards'],
  examples: [
    {
      why: 'γ = ½: G = [2, 2], [4, 0] and [0]. At step 0 μ = 2, σ = sqrt(8/3), and ε makes the divisor 2; at step 1 μ = 1, σ = 1, divisor 1.3670.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [4, 0] }, { group: 0, rewards: [0] }] },
      params: { gamma: 0.5, epsilon: 0.36700683814454793 },
      expect: [[0, 0.731525], [1, -0.731525], [-1]],
    },
  ],
  estimate(columns, { gamma, epsilon: eps }, { buffer }) {
    const returns = rewardToGo(columns.reward, columns, gamma, buffer);
    return { advantage: positionScores(returns, columns, columns.group, eps, buffer), returns };
  },
  explain(columns, { gamma, epsilon: eps }, { advantage, returns }, i, t) {
    const { maxLen, length, reward, group } = columns;
    const running = Array.from(membersOf(group, i)).filter((j) => t < length[j]);
    const values = running.map((j) => returns![j * maxLen + t]);
    const own = returns![i * maxLen + t];
    const mean = meanLine('Mean at the step index', 'μ', 'mean(G)', values);
    const spread = deviationLine('Standard deviation at the step index', 'σ', values, 0);
    return explanation(
      [
        rewardToGoLine(reward, returns!, columns, gamma, i, t),
        mean,
        spread,
        line('Advantage', 'Â', '(G − μ) / (σ + ε)', fill`(${own} − ${mean.value}) / (${spread.value} + ${eps})`, advantage[i * maxLen + t], 'advantage'),
      ],
      { members: { title: 'Reward-to-go compared', baseline: mean.value, values: running.map((trajectory, k) => ({ trajectory, step: t, value: values[k] })) } },
    );
  },
});
