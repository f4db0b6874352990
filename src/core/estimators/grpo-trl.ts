import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { deviationLine, explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { groupMembers, groupValues, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, trajectoryTotals, wholeBatch, type Buffer } from '../math/group-statistics';

const fresh = (size: number) => new Float64Array(size);
const needs = { reward: 'step', group: 'group' } as const;
type Scale = 'group' | 'batch' | 'none';

function divisors(total: Float64Array, columns: Columns<typeof needs>, scale: Scale, eps: number, buffer: Buffer): Float64Array {
  const divisor = buffer(total.length);
  if (scale === 'none') return divisor.fill(1);
  const group = scale === 'batch' ? wholeBatch(columns.nTraj) : columns.group;
  const { deviation } = groupMoments(total, group, 1, buffer);
  for (let i = 0; i < total.length; i++) divisor[i] = deviation[group.id[i]] + eps || 1;
  return divisor;
}

/**
 * GRPO as TRL computes it.
 *
 *     Â_i = (R_i − μ_g) / (σ + ε),  ε = 1e-4, σ Bessel-corrected
 *
 * `scaleRewards` takes σ over the group, over the whole batch, or leaves the division out. The mean is always
 * the group's, so a group of one gets 0.
 */
export default defineEstimator({
  id: 'grpo-trl',
  title: 'GRPO (TRL)',
  summary: 'GRPO with TRL’s ε and its choice of where the spread comes from.',
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g}{\sigma + 10^{-4}}`,
  family: 'group',
  provenance: 'code',
  cite: [{ title: 'TRL, GRPOTrainer', source: 'huggingface/trl@f2cd5771:trl/trainer/grpo_trainer.py' }],
  useWhen: 'You compare with TRL; `batch` keeps groups that almost agree from being blown up.',
  breaksWhen: 'Spread over the batch mixes easy and hard prompts, so a hard prompt’s rare success is scaled by the easy ones.',
  params: {
    scaleRewards: {
      kind: 'choice',
      default: 'group',
      options: [
        { value: 'group', title: 'By group' },
        { value: 'batch', title: 'By batch' },
        { value: 'none', title: 'Not at all' },
      ],
      help: 'Over which trajectories the standard deviation is taken.',
    },
    epsilon: epsilon(1e-4),
  },
  needs,
  alsoPublished: [{ id: 'grpo', why: 'verl: ε = 1e-6, and a group of one passes its raw reward.' }],
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: { scaleRewards: 'group', epsilon: 1e-4 }, equals: 'grpo', with: { epsilon: 1e-4, singleton: 'zero' }, why: 'TRL is GRPO with another ε and 0 for a group of one.' }],
  examples: [
    {
      why: 'By batch: R = 3, 1 and 5 have mean 3 and σ = sqrt(8/2) = 2. μ of the first group is 2, so Â = ±1/2.5 with ε = ½; the group of one gets 0.',
      input: { trajectories: [{ group: 0, rewards: [3] }, { group: 0, rewards: [1, 0] }, { group: 1, rewards: [5] }] },
      params: { scaleRewards: 'batch', epsilon: 0.5 },
      expect: [[0.4], [-0.4, -0.4], [0]],
    },
  ],
  decomposition: {
    kind: 'scaled',
    unscaled: { scaleRewards: 'none' },
    divisor: (columns, params) => divisors(trajectoryTotals(columns.reward, columns, fresh), columns, params.scaleRewards, params.epsilon, fresh),
  },
  estimate(columns, { scaleRewards, epsilon: eps }, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const { mean } = groupMoments(total, columns.group, 1, buffer);
    const divisor = divisors(total, columns, scaleRewards, eps, buffer);
    const score = buffer(total.length);
    for (let i = 0; i < total.length; i++) score[i] = (total[i] - mean[columns.group.id[i]]) / divisor[i];
    return { advantage: broadcast(score, columns, buffer) };
  },
  explain(columns, { scaleRewards, epsilon: eps }, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, fresh);
    const values = groupValues(total, columns.group, i);
    const mean = meanLine('Group mean', 'μ', 'mean(R)', values);
    const lines = [totalLine(columns.reward, columns, i), mean];
    const distance = total[i] - mean.value;
    if (scaleRewards === 'none') {
      lines.push(line('Advantage', 'Â', 'R − μ', fill`${total[i]} − ${mean.value}`, distance, 'advantage'));
    } else {
      const spread = deviationLine(`Standard deviation of the ${scaleRewards}`, 'σ', scaleRewards === 'batch' ? Array.from(total) : values, 1);
      const value = distance / (spread.value + eps || 1);
      lines.push(spread, line('Advantage', 'Â', '(R − μ) / (σ + ε)', fill`(${total[i]} − ${mean.value}) / (${spread.value} + ${eps})`, value, 'advantage'));
    }
    return explanation(lines, { members: groupMembers(total, columns.group, i) });
  },
});
