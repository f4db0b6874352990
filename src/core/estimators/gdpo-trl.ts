import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { dimensionLines, scoreLines } from '../math/group-explanation';
import { broadcast, dimensionScores, groupScores, wholeBatch } from '../math/group-statistics';

const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'zero' }) as const;

/**
 * GDPO as released for TRL: each reward normalised inside the group, the weighted sum normalised over the
 * trajectories of the batch.
 *
 *     A^k_i = (r^k_i − μ^k_g) / (σ^k_g + ε),   S_i = Σ_k w_k A^k_i,   Â_i = (S_i − mean S) / (std S + ε)
 *
 * Both deviations with Bessel's correction, ε = 1e-4. A group of one gets 0 before the sum. It differs from `gdpo`
 * as soon as lengths differ, because there long trajectories count more.
 */
export default defineEstimator({
  id: 'gdpo-trl',
  title: 'GDPO (TRL)',
  summary: 'GDPO whose last normalisation counts every trajectory once.',
  formula: String.raw`\hat A_i = \frac{S_i - \bar S}{\sigma_S + \varepsilon},\quad S_i = \sum_k w_k \frac{r^k_i - \mu^k_g}{\sigma^k_g + \varepsilon}`,
  family: 'multi-reward',
  provenance: 'code',
  cite: [
    { title: 'GDPO: Group reward-Decoupled Normalization Policy Optimization', source: 'arXiv:2601.05242' },
    { title: 'GDPO, trl-GDPO', source: 'NVlabs/GDPO@b080e63d' },
  ],
  useWhen: 'Several rewards are optimised together and long answers should not weigh more than short ones.',
  breaksWhen: 'One reward is pure noise: it is scaled up to the same size as the others.',
  params: {
    epsilon: epsilon(1e-4),
    weights: { kind: 'numbers', default: null, min: 0, max: 5, maxLength: 16, symbol: 'w', help: 'Weight of each reward in order; none means all 1.' },
  },
  needs: { rewardDims: 'named', group: 'group' },
  alsoPublished: [{ id: 'gdpo', why: 'verl’s last stage runs over steps: long trajectories weigh more.' }],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'As for GDPO S = 1 and −1. Over trajectories the mean is 0 and σ = sqrt(2), σ + ε = 2: Â = ±½.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { rewardDims: { correct: 0, short: 10 } } },
          { group: 0, rewards: [0], extra: { rewardDims: { correct: 2, short: 8 } } },
        ],
      },
      params: { epsilon: 0.5857864376269049, weights: [1, 3] },
      expect: [[0.5, 0.5], [-0.5]],
    },
  ],
  estimate(columns, { epsilon: eps, weights }, { buffer }) {
    const sum = dimensionScores(columns.rewardDims, columns.group, weights, rule(eps), buffer);
    return { advantage: broadcast(groupScores(sum, wholeBatch(columns.nTraj), rule(eps), buffer), columns, buffer) };
  },
  explain({ group, rewardDims }, { epsilon: eps, weights }, _result, i) {
    const sum = dimensionScores(rewardDims, group, weights, rule(eps), (size) => new Float64Array(size));
    return explanation([
      ...dimensionLines(rewardDims, group, weights, rule(eps), i),
      ...scoreLines(sum[i], Array.from(sum), rule(eps), { symbol: 'S', mean: 'μ_S', deviation: 'σ_S' }),
    ]);
  },
});
