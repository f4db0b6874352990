import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { dimensionLines, whitenLines } from '../math/group-explanation';
import { broadcast, dimensionScores } from '../math/group-statistics';
import { whiten } from '../math/statistics';

const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

/**
 * GDPO: several rewards are normalised one by one inside the group, then added, then whitened.
 *
 *     A^k_i = (r^k_i − μ^k_g) / (σ^k_g + ε),   S_i = Σ_k w_k A^k_i,   Â = W(S) over all steps of the batch
 *
 * So a reward with a small spread still counts, and combinations that GRPO would sum to the same total stay
 * apart. `weights` follow the order of the rewards; none means all 1. A group of one passes raw rewards.
 * Whitening is over steps, so long trajectories weigh more (TRL whitens over trajectories, see `gdpo-trl`).
 */
export default defineEstimator({
  id: 'gdpo',
  title: 'GDPO',
  summary: 'Normalises each of several rewards on its own before adding them up.',
  formula: String.raw`\hat A = W\Bigl(\sum_k w_k \frac{r^k_i - \mu^k_g}{\sigma^k_g + \varepsilon}\Bigr)`,
  family: 'multi-reward',
  provenance: 'code',
  cite: [
    { title: 'GDPO: Group reward-Decoupled Normalization Policy Optimization', source: 'arXiv:2601.05242' },
    { title: 'verl, GDPO', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Several rewards of different scale or difficulty are optimised together.',
  breaksWhen: 'One reward is pure noise: it is scaled up to the same size as the others.',
  params: {
    epsilon: epsilon(1e-6),
    weights: { kind: 'numbers', default: null, min: 0, max: 5, maxLength: 16, symbol: 'w', help: 'Weight of each reward in order; none means all 1.' },
  },
  needs: { rewardDims: 'named', group: 'group' },
  alsoPublished: [{ id: 'gdpo-trl', why: 'The last stage runs over trajectories, not over steps: the two differ as soon as lengths do.' }],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'ε = 0.5857864 makes σ + ε = 2 for (0, 2): A¹ = ∓½. The second reward (10, 8) has σ + ε = 2 too: A² = ±½, weight 3. S = −½ + 1.5 = 1 and −1. Steps 1, 1, −1: m = ⅓, v = (4/9 + 4/9 + 16/9)/2 = 4/3, so Â = (⅔, ⅔, −4/3)/1.1547.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { rewardDims: { correct: 0, short: 10 } } },
          { group: 0, rewards: [0], extra: { rewardDims: { correct: 2, short: 8 } } },
        ],
      },
      params: { epsilon: 0.5857864376269049, weights: [1, 3] },
      expect: [[0.57735027, 0.57735027], [-1.15470054]],
    },
  ],
  estimate(columns, { epsilon: eps, weights }, { buffer }) {
    const { length, maxLen, group, rewardDims } = columns;
    const sum = broadcast(dimensionScores(rewardDims, group, weights, rule(eps), buffer), columns, buffer);
    return { advantage: whiten(sum, length, maxLen, buffer(sum.length)) };
  },
  explain(columns, { epsilon: eps, weights }, _result, i, t) {
    const { group, rewardDims, maxLen } = columns;
    const fresh = (size: number) => new Float64Array(size);
    const sum = broadcast(dimensionScores(rewardDims, group, weights, rule(eps), fresh), columns, fresh);
    return explanation([...dimensionLines(rewardDims, group, weights, rule(eps), i), ...whitenLines(sum, columns, i * maxLen + t, 'S')]);
  },
});
