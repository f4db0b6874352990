import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { betaLines, betaScores } from '../math/beta-normalization';
import { broadcast, dimension } from '../math/group-statistics';

/**
 * BNPO for several rewards: the advantage of each on its own, then the plain mean.
 *
 *     Â_i = mean_k w^k_g (x^k_i − p^k_g)
 *
 * All rewards share `minValue` and `maxValue`.
 */
export default defineEstimator({
  id: 'bnpo-decomposed',
  title: 'BNPO, several rewards',
  summary: 'Averages the BNPO advantages of several binary rewards.',
  formula: String.raw`\hat A_i = \frac1K \sum_k \frac{x^k_i - p^k_g}{\mathrm{Beta}(p^k_g;\,\alpha_k,\beta_k)}`,
  family: 'multi-reward',
  provenance: 'mixed',
  cite: [
    { title: 'Xiao et al., BNPO: Beta Normalization Policy Optimization', source: 'arXiv:2506.02864' },
    { title: 'BNPO, released code', source: 'changyi7231/BNPO@a9c51b98:recipe/bnpo/src/bnpo_ray_trainer.py' },
  ],
  useWhen: 'Several binary rewards, such as format and correctness, have very different pass rates.',
  breaksWhen: 'One reward matters far more than the others: they all count the same here.',
  params: {
    minValue: { kind: 'number', default: 0, min: -10, max: 10, step: 0.1, title: 'Lowest reward', help: 'Reward that counts as a plain failure.' },
    maxValue: { kind: 'number', default: 1, min: -10, max: 10, step: 0.1, title: 'Highest reward', help: 'Reward that counts as a full success.' },
  },
  needs: { rewardDims: 'named', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One prompt: m = 0 and v = 1 give α = 1 and β = max(1, 1 − 1/3) = 1, so w = 1 and both rewards are only centred: ½ and ¼, mean 3/8.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { rewardDims: { correct: 1, format: 1 } } },
          { group: 0, rewards: [0], extra: { rewardDims: { correct: 0, format: 0.5 } } },
        ],
      },
      params: {},
      expect: [[0.375, 0.375], [-0.375]],
    },
  ],
  estimate(columns, { minValue, maxValue }, { buffer }) {
    const { rewardDims, group } = columns;
    const K = rewardDims.names.length;
    const mean = buffer(columns.nTraj).fill(0);
    for (let k = 0; k < K; k++) {
      const score = betaScores(dimension(rewardDims, k, buffer), group, minValue, maxValue, buffer);
      for (let i = 0; i < mean.length; i++) mean[i] += score[i] / K;
    }
    return { advantage: broadcast(mean, columns, buffer) };
  },
  explain({ rewardDims, group, maxLen }, { minValue, maxValue }, { advantage }, i, t) {
    const parts = rewardDims.names.map((name, k) => {
      const lines = betaLines(dimension(rewardDims, k, (size) => new Float64Array(size)), group, minValue, maxValue, i, `A_${k + 1}`);
      const last = { ...lines[lines.length - 1], label: `Advantage from "${name}"`, quantity: 'plain' as const };
      return { name, lines: [...lines.slice(0, -1), last], value: last.value };
    });
    const mean = line('Advantage', 'Â', 'mean(A)', fill`mean(${parts.map(({ value }) => value)})`, advantage[i * maxLen + t], 'advantage');
    return explanation([...parts.flatMap(({ lines }) => lines), mean], { parts: parts.map(({ name, value }) => ({ label: name, value: value / parts.length })) });
  },
});
