import { singleton } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';

const rule = { normByStd: false, ddof: 1, epsilon: 0 } as const;

/**
 * Dr. GRPO: GRPO without the division by the standard deviation.
 *
 *     Â_{i,t} = R_i − μ_g
 *
 * Its loss must also drop the 1/|o_i| length normalisation. A group of one passes its raw reward in verl.
 */
export default defineEstimator({
  id: 'dr-grpo',
  title: 'Dr. GRPO',
  summary: 'Return minus group mean, so that easy and hard prompts keep their own weight.',
  formula: String.raw`\hat A_{i,t} = R_i - \mu_g`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Liu et al., Understanding R1-Zero-Like Training: A Critical Perspective', source: 'arXiv:2503.20783' },
    { title: 'verl, compute_grpo_outcome_advantage with norm_adv_by_std_in_grpo off', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Dividing by the group’s spread over-weights prompts that are almost always or almost never solved.',
  breaksWhen: 'Reward scales differ between prompts: the loud ones dominate.',
  params: { singleton: singleton('raw') },
  needs: { reward: 'step', group: 'group' },
  flavours: {
    verl: { title: 'verl', params: { singleton: 'raw' }, help: 'A group of one passes its raw reward.' },
    trl: { title: 'TRL', params: { singleton: 'zero' }, help: 'A group of one gets 0.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-equivariant', 'shift-invariant', 'sums-to-zero', 'linear'],
  reducesTo: [{ at: {}, equals: 'grpo', with: { normByStd: false }, why: 'The only difference is the division.' }],
  examples: [
    {
      why: 'R = 3, 1, 5: μ = 3. The group of one passes 2.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [1] }, { group: 1, rewards: [2] }, { group: 0, rewards: [5] }] },
      params: {},
      expect: [[0, 0], [-2], [2], [2]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    return { advantage: broadcast(groupScores(total, columns.group, { ...rule, ...params }, buffer), columns, buffer) };
  },
  explain(columns, params, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    return explanation(
      [totalLine(columns.reward, columns, i), ...scoreLines(total[i], groupValues(total, columns.group, i), { ...rule, ...params })],
      { members: groupMembers(total, columns.group, i) },
    );
  },
});
