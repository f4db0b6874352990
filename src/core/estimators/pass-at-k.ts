import { epsilon, normByStd } from '../contracts/common-parameters';
import type { GroupLayout } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { deviationLine, explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, trajectoryTotals } from '../math/group-statistics';

/** The best member (the first of equals) and the second-best return of a group with at least two members. */
function topTwo(total: Float64Array, { start, member }: GroupLayout, g: number): { best: number; second: number } {
  let best = member[start[g]];
  let second = -Infinity;
  for (let m = start[g] + 1; m < start[g + 1]; m++) {
    const j = member[m];
    if (total[j] > total[best]) {
      second = total[best];
      best = j;
    } else if (total[j] > second) second = total[j];
  }
  return { best, second };
}

/**
 * Pass@k advantage: only the best attempt of a group is credited, by how much it beat the second best.
 *
 *     Â_best = (R_max − R_second) / (σ_g + ε), all others 0
 *
 * Ties give 0. A group of one gets 0 (the published code refuses it).
 */
export default defineEstimator({
  id: 'pass-at-k',
  title: 'Pass@k',
  summary: 'Credits only the best attempt, by its lead over the second best.',
  formula: String.raw`\hat A_{i} = \frac{R_{(1)} - R_{(2)}}{\sigma_g + \varepsilon}\,[i = \arg\max R]`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Tang et al., Optimizing Language Models for Inference Time Objectives using Reinforcement Learning', source: 'arXiv:2503.19595' },
    { title: 'verl, compute_grpo_passk_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'One success among k attempts is enough, so only the attempt that makes the difference should learn.',
  breaksWhen: 'Two attempts succeed: the lead is 0 and nothing is learned from a solved prompt.',
  params: { normByStd: normByStd(true), epsilon: epsilon(1e-6) },
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant', 'order-equivariant'],
  examples: [
    {
      why: 'R = 1, 4, 2: the best leads by 2; σ = sqrt(7/3) = 1.5275, ε = 0.4725 makes 2.',
      input: { trajectories: [{ group: 0, rewards: [1] }, { group: 0, rewards: [1, 3] }, { group: 0, rewards: [2] }, { group: 1, rewards: [9] }] },
      params: { epsilon: 0.4724747683480572 },
      expect: [[0], [1, 1], [0], [0]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { group } = columns;
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const { deviation } = groupMoments(total, group, 1, buffer);
    const score = buffer(total.length).fill(0);
    for (let g = 0; g < group.count; g++) {
      if (group.start[g + 1] - group.start[g] < 2) continue;
      const { best, second } = topTwo(total, group, g);
      score[best] = (total[best] - second) / (params.normByStd ? deviation[g] + params.epsilon || 1 : 1);
    }
    return { advantage: broadcast(score, columns, buffer) };
  },
  explain(columns, params, { advantage }, i, t) {
    const { group, reward, maxLen } = columns;
    const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
    const values = groupValues(total, group, i);
    const lines = [totalLine(reward, columns, i)];
    const members = groupMembers(total, group, i);
    if (values.length < 2) return explanation([...lines, line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note: 'A group of one has nothing to lead.' });
    const { best, second } = topTwo(total, group, group.id[i]);
    if (best !== i) return explanation([...lines, line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note: 'Only the best attempt of the group is credited.' });
    const value = advantage[i * maxLen + t];
    if (!params.normByStd) return explanation([...lines, line('Advantage', 'Â', 'R − R_second', fill`${total[i]} − ${second}`, value, 'advantage')], { members });
    const spread = deviationLine('Group standard deviation', 'σ', values, 1);
    return explanation([...lines, spread, line('Advantage', 'Â', '(R − R_second) / (σ + ε)', fill`(${total[i]} − ${second}) / (${spread.value} + ${params.epsilon})`, value, 'advantage')], { members });
  },
});
