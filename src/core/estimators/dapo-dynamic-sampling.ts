import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, groupScores, trajectoryTotals } from '../math/group-statistics';

const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

/**
 * DAPO's dynamic sampling: groups whose members all score alike are dropped, the rest get GRPO.
 *
 *     keep g  ⇔  σ_g > 0 (population) or n_g = 1,   Â = GRPO where kept, 0 where dropped
 *
 * In training dropped groups are refilled with new prompts; here they are 0. `keep` repeats the group's verdict for
 * every trajectory.
 */
export default defineEstimator({
  id: 'dapo-dynamic-sampling',
  title: 'DAPO dynamic sampling',
  summary: 'Drops groups that cannot teach because all their members score alike.',
  formula: String.raw`\hat A_i = [\sigma_g > 0]\,\frac{R_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'group',
  provenance: 'mixed',
  cite: [
    { title: 'Yu et al., DAPO: An Open-Source LLM Reinforcement Learning System at Scale', source: 'arXiv:2503.14476' },
    { title: 'Filter of a DAPO trainer fork', source: 'hijih/copo-code@3cb30167' },
  ],
  useWhen: 'Many prompts are always or never solved and the batch should be filled with those that teach.',
  breaksWhen: 'Rewards are continuous: no group is ever exactly flat, so nothing is dropped.',
  params: { epsilon: epsilon(1e-6) },
  needs: { reward: 'step', group: 'group' },
  outputs: { keep: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: {}, equals: 'grpo', why: 'Without refilling, dropped groups had advantage 0 anyway.' }],
  examples: [
    {
      why: 'The first group keeps ±½ (σ + ε = 2), the second is flat and dropped, the group of one is kept and passes 3/(1 + ε).',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2] },
          { group: 0, rewards: [1] },
          { group: 1, rewards: [4] },
          { group: 1, rewards: [4] },
          { group: 2, rewards: [3] },
        ],
      },
      params: { epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5], [-0.5], [0], [0], [1.8918061]],
    },
  ],
  estimate(columns, { epsilon: eps }, { buffer, detail }) {
    const { group } = columns;
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const { deviation } = groupMoments(total, group, 0, buffer);
    const kept = (g: number) => deviation[g] > 0 || group.start[g + 1] - group.start[g] === 1;
    const score = groupScores(total, group, rule(eps), buffer);
    for (let i = 0; i < score.length; i++) if (!kept(group.id[i])) score[i] = 0;
    const advantage = broadcast(score, columns, buffer);
    return detail ? { advantage, keep: Array.from(group.id, kept) } : { advantage };
  },
  explain(columns, { epsilon: eps }, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const values = groupValues(total, columns.group, i);
    const members = groupMembers(total, columns.group, i);
    const own = totalLine(columns.reward, columns, i);
    if (values.length > 1 && values.every((x) => x === values[0])) {
      return explanation([own, line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note: 'All members score alike, so the group is dropped.' });
    }
    return explanation([own, ...scoreLines(total[i], values, rule(eps))], { members });
  },
});
