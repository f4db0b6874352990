import { singleton } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { groupMembers, leaveOneOutLines, otherValues, totalLine } from '../math/group-explanation';
import { broadcast, leaveOneOut, trajectoryTotals } from '../math/group-statistics';

/**
 * REINFORCE leave-one-out: each trajectory against the mean of its fellows, which makes the baseline
 * independent of what it is subtracted from.
 *
 *     Â_{i,t} = R_i − mean_{j ≠ i} R_j = n/(n − 1) · (R_i − μ_g)
 *
 * A group of one gets 0; verl’s other RLOO passes the raw reward.
 */
export default defineEstimator({
  id: 'rloo-vectorized',
  title: 'RLOO (vectorised)',
  summary: 'RLOO from verl’s vectorised code, where a group of one gets nothing.',
  formula: String.raw`\hat A_{i,t} = R_i - \frac{1}{n-1} \sum_{j \ne i} R_j`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Ahmadian et al., Back to Basics: Revisiting REINFORCE Style Optimization for Learning from Human Feedback in LLMs', source: 'arXiv:2402.14740' },
    { title: 'verl, compute_rloo_vectorized_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'You want an unbiased group baseline without a critic and without dividing by a spread.',
  breaksWhen: 'Groups are small: the mean of one or two others is itself noise.',
  params: { singleton: singleton('zero') },
  needs: { reward: 'step', group: 'group' },
  flavours: {
    verl: { title: 'verl', params: { singleton: 'zero' }, help: 'A group of one gets 0.' },
    trl: { title: 'TRL', params: { singleton: 'zero' }, help: 'A group of one gets 0.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-equivariant', 'shift-invariant', 'sums-to-zero', 'linear'],
  reducesTo: [{ at: { singleton: 'raw' }, equals: 'rloo', why: 'The two functions of verl disagree only about a group of one.' }],
  examples: [
    {
      why: 'R = 3, 1, 5: the others of the first average (1 + 5)/2 = 3, of the second 4, of the third 2. The group of one gets 0.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [1] }, { group: 1, rewards: [2] }, { group: 0, rewards: [5] }] },
      params: {},
      expect: [[0, 0], [-3], [0], [3]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    return { advantage: broadcast(leaveOneOut(total, columns.group, params.singleton, buffer), columns, buffer) };
  },
  explain(columns, params, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const others = otherValues(total, columns.group, i);
    const lines = leaveOneOutLines(total[i], others, params.singleton);
    return explanation([totalLine(columns.reward, columns, i), ...lines], {
      members: groupMembers(total, columns.group, i, 'Returns of the group', lines[0].value),
    });
  },
});
