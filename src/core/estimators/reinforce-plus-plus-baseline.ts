import { singleton } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine, whitenLines } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';
import { whiten } from '../math/statistics';

const rule = { normByStd: false, ddof: 1, epsilon: 0 } as const;

/**
 * REINFORCE++ with a group baseline: return minus group mean, whitened over the steps of the batch.
 *
 *     x_i = R_i − μ_g,   Â = W(x) over all steps
 *
 * Long trajectories weigh more in W. A group of one keeps its raw reward before whitening.
 */
export default defineEstimator({
  id: 'reinforce-plus-plus-baseline',
  title: 'REINFORCE++ with baseline',
  summary: 'Return minus group mean, scaled by the spread of the whole batch.',
  formula: String.raw`\hat A_{i,t} = W(R_i - \mu_g)`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Hu, REINFORCE++: A Simple and Efficient Approach for Aligning Large Language Models', source: 'arXiv:2501.03262' },
    { title: 'verl, compute_reinforce_plus_plus_baseline_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Groups exist but their own spread is too noisy a yardstick.',
  breaksWhen: 'Lengths differ much: the batch mean of x is no longer 0 and everything shifts.',
  params: { singleton: singleton('raw') },
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant'],
  examples: [
    {
      why: 'R = 3, 1: x = 1 on two steps and −1 on one. m = ⅓, v = (4/9 + 4/9 + 16/9)/2 = 4/3: Â = (⅔, ⅔, −4/3)/1.1547.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [1] }] },
      params: {},
      expect: [[0.57735027, 0.57735027], [-1.15470054]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const centred = broadcast(groupScores(total, columns.group, { ...rule, ...params }, buffer), columns, buffer);
    return { advantage: whiten(centred, columns.length, columns.maxLen, buffer(centred.length)) };
  },
  explain(columns, params, _result, i, t) {
    const fresh = (size: number) => new Float64Array(size);
    const { group, reward, maxLen } = columns;
    const total = trajectoryTotals(reward, columns, fresh);
    const centred = broadcast(groupScores(total, group, { ...rule, ...params }, fresh), columns, fresh);
    const lines = scoreLines(total[i], groupValues(total, group, i), { ...rule, ...params }, { result: 'x', label: 'Return against the group' });
    return explanation([totalLine(reward, columns, i), ...lines, ...whitenLines(centred, columns, i * maxLen + t, 'x')], { members: groupMembers(total, group, i) });
  },
});
