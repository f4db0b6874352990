import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, totalLine } from '../math/group-explanation';
import { broadcast, membersOf, trajectoryTotals } from '../math/group-statistics';

/**
 * OPO: return minus the length-weighted mean of the group, which approximates the baseline of least
 * variance when every token's gradient is about as large.
 *
 *     b_g = Σ_i L_i R_i / Σ_i L_i,   Â_{i,t} = R_i − b_g
 *
 * L is the number of steps. A group of one has b = 0; an empty trajectory has no weight but counts as a member.
 */
export default defineEstimator({
  id: 'opo',
  title: 'OPO',
  summary: 'Return minus the length-weighted mean of the group, the baseline of about least variance.',
  formula: String.raw`\hat A_{i,t} = R_i - \frac{\sum_j L_j R_j}{\sum_j L_j}`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Hao et al., On-Policy RL with Optimal Reward Baseline', source: 'arXiv:2505.23585' },
    { title: 'verl, compute_opo_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Lengths differ and long attempts carry more gradient, so the baseline should lean on them.',
  breaksWhen: 'Length and success go together: the baseline then drifts towards the long attempts’ score.',
  params: {},
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-equivariant', 'shift-invariant', 'linear'],
  examples: [
    {
      why: 'R = 3 (3 steps) and 1 (1 step): b = (9 + 1)/4 = 2.5. The group of one passes 2.',
      input: { trajectories: [{ group: 0, rewards: [0, 0, 3] }, { group: 0, rewards: [1] }, { group: 1, rewards: [2] }] },
      params: {},
      expect: [[0.5, 0.5, 0.5], [-1.5], [2]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, _params, { buffer }) {
    const { group, length } = columns;
    const score = trajectoryTotals(columns.reward, columns, buffer);
    for (let g = 0; g < group.count; g++) {
      const [from, to] = [group.start[g], group.start[g + 1]];
      if (to - from === 1) continue;
      const first = score[group.member[from]];
      let weighted = 0;
      let steps = 0;
      for (let m = from; m < to; m++) {
        weighted += length[group.member[m]] * (score[group.member[m]] - first);
        steps += length[group.member[m]];
      }
      const above = steps > 0 ? weighted / steps : 0;
      for (let m = from; m < to; m++) score[group.member[m]] = score[group.member[m]] - first - above;
    }
    return { advantage: broadcast(score, columns, buffer) };
  },
  explain(columns, _params, { advantage }, i, t) {
    const { group, length, maxLen } = columns;
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const members = Array.from(membersOf(group, i));
    const value = advantage[i * maxLen + t];
    const lines = [totalLine(columns.reward, columns, i)];
    if (members.length === 1) {
      lines.push(line('Advantage', 'Â', 'R', fill`${total[i]}`, value, 'advantage'));
      return explanation(lines, { note: 'A group of one has no baseline.' });
    }
    const weighted = members.reduce((sum, j) => sum + length[j] * total[j], 0);
    const steps = members.reduce((sum, j) => sum + length[j], 0);
    const baseline = weighted / steps;
    lines.push(
      line('Length-weighted mean', 'b', 'Σ L × R / Σ L', fill`${weighted} / ${steps}`, baseline),
      line('Advantage', 'Â', 'R − b', fill`${total[i]} − ${baseline}`, value, 'advantage'),
    );
    return explanation(lines, { members: groupMembers(total, group, i, 'Returns of the group', baseline) });
  },
});
