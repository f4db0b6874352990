import { ddof, epsilon, normByStd, singleton } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, scoreDivisors, trajectoryTotals } from '../math/group-statistics';

const fresh = (size: number) => new Float64Array(size);

/**
 * Group-relative policy optimisation: how much better than its group a trajectory did, in standard
 * deviations, on every one of its steps.
 *
 *     Â_{i,t} = (R_i − μ_g) / (σ_g + ε)
 *
 * R_i is the sum of rewards. Defaults follow verl: Bessel-corrected σ, ε = 1e-6 outside the root, and a group
 * of one passes its raw reward. Equal rewards give 0. An empty trajectory counts as a member with R = 0.
 */
export default defineEstimator({
  id: 'grpo',
  title: 'GRPO',
  summary: 'Compares each trajectory with its group and gives every step the same score.',
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Shao et al., DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models', source: 'arXiv:2402.03300' },
    { title: 'verl, compute_grpo_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'There is one score at the end, no critic, and several attempts per prompt.',
  breaksWhen: 'All attempts of a prompt score alike: the group teaches nothing. Within a trajectory good and bad steps are credited alike.',
  params: { epsilon: epsilon(1e-6), ddof: ddof(1), normByStd: normByStd(true), singleton: singleton('raw') },
  needs: { reward: 'step', group: 'group' },
  flavours: {
    verl: { title: 'verl', params: { epsilon: 1e-6, ddof: 1, normByStd: true, singleton: 'raw' }, help: 'Bessel-corrected; a group of one passes its raw reward.' },
    trl: { title: 'TRL', params: { epsilon: 1e-4, ddof: 1, normByStd: true, singleton: 'zero' }, help: 'Larger ε; a group of one gets 0.' },
    openrlhf: { title: 'OpenRLHF', params: { epsilon: 1e-9, ddof: 1, normByStd: true, singleton: 'zero' }, help: 'group_norm with ε = 1e-9.' },
    paper: { title: 'Paper', params: { epsilon: 1e-6, ddof: 0, normByStd: true, singleton: 'zero' }, help: 'The paper names neither ddof nor ε; population deviation is the plain reading.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [
    { at: { normByStd: false }, equals: 'dr-grpo', why: 'Dr. GRPO is GRPO without the division by the standard deviation.' },
    { at: { epsilon: 1e-4, singleton: 'zero' }, equals: 'grpo-trl', with: { scaleRewards: 'group' }, why: 'TRL differs in ε and in what a group of one gets.' },
    { at: {}, equals: 'grpo-vectorized', why: 'verl has the same rule twice.' },
  ],
  examples: [
    {
      why: 'R = 3, 1, 2: μ = 2, σ = sqrt((1 + 1 + 0)/2) = 1, so Â = ±1/(1 + 1e-6) and 0; the group of one passes 5/(1 + 1e-6).',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2] },
          { group: 0, rewards: [1] },
          { group: 1, rewards: [5] },
          { group: 0, rewards: [0, 0, 2] },
        ],
      },
      params: { epsilon: 1e-6 },
      expect: [[0.999999, 0.999999], [-0.999999], [4.999995], [0, 0, 0]],
    },
    {
      why: 'Population deviation of 3, 1 is 1, so with ε = ½ Â = ±1/1.5.',
      input: { trajectories: [{ group: 0, rewards: [3] }, { group: 0, rewards: [1] }] },
      params: { epsilon: 0.5, ddof: 0 },
      expect: [[0.6666666666666666], [-0.6666666666666666]],
    },
  ],
  decomposition: {
    kind: 'scaled',
    unscaled: { normByStd: false },
    divisor: (columns, params) => scoreDivisors(trajectoryTotals(columns.reward, columns, fresh), columns.group, params, fresh),
  },
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    return { advantage: broadcast(groupScores(total, columns.group, params, buffer), columns, buffer) };
  },
  explain(columns, params, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, fresh);
    return explanation(
      [totalLine(columns.reward, columns, i), ...scoreLines(total[i], groupValues(total, columns.group, i), params)],
      { members: groupMembers(total, columns.group, i) },
    );
  },
});
