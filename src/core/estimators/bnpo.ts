import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { betaLines, betaScores } from '../math/beta-normalization';
import { groupMembers, totalLine } from '../math/group-explanation';
import { broadcast, trajectoryTotals } from '../math/group-statistics';

/**
 * BNPO: centred pass rates, weighted by how unusual the group's pass rate is in this batch.
 *
 *     Â_i = w_g (x_i − p_g),   x = (R − min)/(max − min),   w_g = min(1e6, 1 / BetaPDF(p_g; α, β))
 *
 * Beta(a, b) is fitted to the pass rates of the batch's prompts by moments; α = max(1, 1 + a/3), β = max(1, 1 + b/3).
 * A group of one has p = 0. Where all prompts have the same rate the published code divides by zero; here w = 1.
 * Rewards outside [min, max] count as the nearer of the two (the code refuses them).
 */
export default defineEstimator({
  id: 'bnpo',
  title: 'BNPO',
  summary: 'Centres binary rewards and weights each prompt by how unusual its pass rate is.',
  formula: String.raw`\hat A_i = \frac{x_i - p_g}{\mathrm{Beta}(p_g;\,\alpha,\beta)}`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Xiao et al., BNPO: Beta Normalization Policy Optimization', source: 'arXiv:2506.02864' },
    { title: 'BNPO, released code', source: 'changyi7231/BNPO@a9c51b98:recipe/bnpo/src/bnpo_ray_trainer.py' },
  ],
  useWhen: 'Rewards are binary and the distribution of pass rates shifts as training goes on.',
  breaksWhen: 'There are few prompts in the batch: the fitted distribution is noise, and so are the weights.',
  params: {
    minValue: { kind: 'number', default: 0, min: -10, max: 10, step: 0.1, title: 'Lowest reward', help: 'Reward that counts as a plain failure.' },
    maxValue: { kind: 'number', default: 1, min: -10, max: 10, step: 0.1, title: 'Highest reward', help: 'Reward that counts as a full success.' },
  },
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Rates ½ and 1: m = ¾, v = 1/8, s = ½, a = 3/8, b = 1/8, so α = 9/8, β = 25/24. The density at ½ is 1.0473616, its inverse 0.9547801, so Â = ± half of it. At rate 1 the weight is the cap, but x − p = 0.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 1] },
          { group: 0, rewards: [0] },
          { group: 1, rewards: [1] },
          { group: 1, rewards: [1] },
        ],
      },
      params: {},
      expect: [[0.47739004, 0.47739004], [-0.47739004], [0], [0]],
    },
  ],
  estimate(columns, { minValue, maxValue }, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    return { advantage: broadcast(betaScores(total, columns.group, minValue, maxValue, buffer), columns, buffer) };
  },
  explain(columns, { minValue, maxValue }, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    return explanation([totalLine(columns.reward, columns, i), ...betaLines(total, columns.group, minValue, maxValue, i, 'Â')], {
      members: groupMembers(total, columns.group, i),
    });
  },
});
