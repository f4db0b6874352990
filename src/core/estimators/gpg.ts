import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';

const rule = { normByStd: false, ddof: 1, epsilon: 0, singleton: 'raw' } as const;

function counted(total: Float64Array): number {
  let n = 0;
  for (const x of total) if (x !== 0) n += 1;
  return Math.max(1, n);
}

/**
 * GPG: group-centred returns, scaled up by the share of trajectories that earned anything.
 *
 *     Â_i = α (R_i − μ_g) / f,   α = B / max(1, #{i: R_i ≠ 0})
 *
 * B counts the trajectories of the batch; what is counted are zero rewards, not zero advantages. A group of one has
 * μ = 0.
 */
export default defineEstimator({
  id: 'gpg',
  title: 'GPG',
  summary: 'Group-centred returns, scaled up when few trajectories earn anything.',
  formula: String.raw`\hat A_i = \frac{B}{\#\{R \ne 0\}} \cdot \frac{R_i - \mu_g}{f}`,
  family: 'group',
  provenance: 'code',
  cite: [
    { title: 'Chu et al., GPG: A Simple and Strong Reinforcement Learning Baseline for Model Reasoning', source: 'arXiv:2504.02546' },
    { title: 'verl, compute_gpg_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Successes are rare and groups without any would otherwise thin out the update.',
  breaksWhen: 'Wrong answers are paid −1 instead of 0: nothing is zero and α stays 1.',
  params: { fNorm: { kind: 'number', default: 1, min: 0.1, max: 10, step: 0.1, symbol: 'f', help: 'Constant that the centred return is divided by.' } },
  needs: { reward: 'step', group: 'group' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-equivariant', 'sums-to-zero'],
  examples: [
    {
      why: 'Two of three trajectories earned something: α = 1.5. R = 3, 0 with μ = 1.5 and f = ½: ±1.5·1.5·2; the group of one: 1.5·2·2.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [0] }, { group: 1, rewards: [2] }] },
      params: { fNorm: 0.5 },
      expect: [[4.5, 4.5], [-4.5], [6]],
    },
  ],
  estimate(columns, { fNorm }, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const scale = columns.nTraj / counted(total) / fNorm;
    const score = groupScores(total, columns.group, rule, buffer);
    for (let i = 0; i < score.length; i++) score[i] *= scale;
    return { advantage: broadcast(score, columns, buffer) };
  },
  explain(columns, { fNorm }, { advantage }, i, t) {
    const { nTraj, group, reward, maxLen } = columns;
    const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
    const centred = scoreLines(total[i], groupValues(total, group, i), rule, { result: 'x', label: 'Return against the group' });
    const n = counted(total);
    const x = centred[centred.length - 1].value;
    return explanation(
      [
        totalLine(reward, columns, i),
        ...centred,
        line('Scale', 'α', 'B / #{R ≠ 0}', fill`${nTraj} / ${n}`, nTraj / n),
        line('Advantage', 'Â', 'α × x / f', fill`${nTraj / n} × ${x} / ${fNorm}`, advantage[i * maxLen + t], 'advantage'),
      ],
      { members: groupMembers(total, group, i) },
    );
  },
});
