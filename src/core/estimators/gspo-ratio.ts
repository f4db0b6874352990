import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { exp } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';

const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

/**
 * GSPO: GRPO's advantage beside one importance ratio per sequence.
 *
 *     s_i = exp(min(10, mean_t (log π_new − log π_old))),   Â = GRPO
 *
 * The ratio belongs to the objective, so it does not multiply the advantage; `sequenceRatio` reports it. An empty
 * trajectory has ratio 1.
 */
export default defineEstimator({
  id: 'gspo-ratio',
  title: 'GSPO',
  summary: 'GRPO with one length-normalised importance ratio for the whole sequence.',
  formula: String.raw`s_i = \exp\Bigl(\tfrac{1}{L_i} \sum_t \log\tfrac{\pi_{new}}{\pi_{old}}\Bigr),\quad \hat A_i = \frac{R_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'group',
  provenance: 'code',
  cite: [{ title: 'Zheng et al., Group Sequence Policy Optimization', source: 'arXiv:2507.18071' }],
  useWhen: 'Token-level ratios are too noisy, as with mixtures of experts.',
  breaksWhen: 'Sequences are long and only a few tokens changed: the mean log-ratio hides them.',
  params: { epsilon: epsilon(1e-6) },
  needs: { reward: 'step', group: 'group', logProbs: 'step', oldLogProbs: 'step' },
  outputs: { sequenceRatio: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: {}, equals: 'grpo', why: 'Only the ratio, which the objective uses, is new.' }],
  examples: [
    {
      why: 'R = 3, 1: σ + ε = sqrt(2) + 0.5858 = 2, so ±½, whatever the ratios are.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { logProbs: [-1, -2], oldLogProbs: [-2, -2] } },
          { group: 0, rewards: [1], extra: { logProbs: [-1], oldLogProbs: [-1] } },
        ],
      },
      params: { epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5], [-0.5]],
    },
  ],
  estimate(columns, { epsilon: eps }, { buffer, detail }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const advantage = broadcast(groupScores(total, columns.group, rule(eps), buffer), columns, buffer);
    if (!detail) return { advantage };
    const { nTraj, maxLen, length, logProbs, oldLogProbs } = columns;
    const sequenceRatio = buffer(nTraj);
    for (let i = 0; i < nTraj; i++) {
      let sum = 0;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) sum += logProbs[k] - oldLogProbs[k];
      sequenceRatio[i] = length[i] > 0 ? exp(Math.min(10, sum / length[i])) : 1;
    }
    return { advantage, sequenceRatio };
  },
  explain(columns, { epsilon: eps }, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    return explanation([totalLine(columns.reward, columns, i), ...scoreLines(total[i], groupValues(total, columns.group, i), rule(eps))], {
      members: groupMembers(total, columns.group, i),
      note: 'The sequence ratio multiplies the advantage in the objective, not here.',
    });
  },
});
