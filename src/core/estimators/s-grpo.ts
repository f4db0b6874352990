import { ddof, epsilon, normByStd } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, membersOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group' } as const;

/** decay^(number of earlier correct members) where R > 0, else 0, [nTraj]. */
function decayed(columns: Columns<typeof needs>, decay: number, buffer: Buffer): Float64Array {
  const shaped = trajectoryTotals(columns.reward, columns, buffer);
  const factor = buffer(columns.group.count).fill(1);
  for (let i = 0; i < shaped.length; i++) {
    const g = columns.group.id[i];
    if (shaped[i] > 0) {
      shaped[i] = factor[g];
      factor[g] *= decay;
    } else shaped[i] = 0;
  }
  return shaped;
}

/**
 * S-GRPO: exits of one chain of thought form a serial group; the earlier a correct exit, the more it earns.
 *
 *     r_i = ½^(number of earlier correct exits) if correct, else 0,   Â = GRPO of r
 *
 * The serial order is the order of the trajectories in the batch. Correct means a return above 0. `shapedRewards` = r.
 */
export default defineEstimator({
  id: 's-grpo',
  title: 'S-GRPO',
  summary: 'Rewards the earliest correct exit of a chain of thought most.',
  formula: String.raw`r_i = 2^{-\#\{j < i:\ R_j > 0\}}\,[R_i > 0],\quad \hat A_i = \frac{r_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'reweighting',
  provenance: 'read',
  cite: [{ title: 'S-GRPO: Early Exit via Reinforcement Learning in Reasoning Models', source: 'arXiv:2505.07686' }],
  useWhen: 'One chain is cut at several points and the shortest correct cut should win.',
  breaksWhen: 'Members of a group are independent attempts: their order then means nothing.',
  params: {
    decay: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.05, help: 'Factor for every earlier correct exit.' },
    normByStd: normByStd(true),
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { shapedRewards: 'trajectory' },
  laws: ['padding-invariant', 'finite-when-degenerate', 'sums-to-zero'],
  examples: [
    {
      why: 'Wrong, correct, correct: r = 0, 1, ½; mean ½, σ = ½, ε = ½ makes the divisor 1.',
      input: { trajectories: [{ group: 0, rewards: [0] }, { group: 0, rewards: [0, 1] }, { group: 0, rewards: [1] }] },
      params: { epsilon: 0.5 },
      expect: [[-0.5], [0.5, 0.5], [0]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const shapedRewards = decayed(columns, params.decay, buffer);
    return { advantage: broadcast(groupScores(shapedRewards, columns.group, { ...params, singleton: 'raw' }, buffer), columns, buffer), shapedRewards };
  },
  explain(columns, params, { shapedRewards }, i) {
    const { group, reward } = columns;
    const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
    const earlier = Array.from(membersOf(group, i)).filter((j) => j < i && total[j] > 0).length;
    const product = Array.from({ length: earlier }, () => fill`${params.decay}`).join(' × ');
    const correct = total[i] > 0;
    const shaped = line('Reward of the exit', 'r', correct ? `decay, ${earlier} times` : '0, because it is wrong', correct ? product || '1' : '0', shapedRewards![i], 'reward');
    return explanation([totalLine(reward, columns, i), shaped, ...scoreLines(shapedRewards![i], groupValues(shapedRewards!, group, i), { ...params, singleton: 'raw' }, { symbol: 'r' })], {
      members: groupMembers(shapedRewards!, group, i, 'Rewards of the exits'),
    });
  },
});
