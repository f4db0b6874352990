import { ddof, epsilon, normByStd } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, scoreDivisors, trajectoryTotals, type ScoreRule } from '../math/group-statistics';

const fresh = (size: number) => new Float64Array(size);
const ruleOf = (params: Omit<ScoreRule, 'singleton'>): ScoreRule => ({ ...params, singleton: 'raw' });

/**
 * verl's second GRPO, written with segment sums instead of a loop over groups: the same numbers.
 *
 *     Â_{i,t} = (R_i − μ_g) / (σ_g + ε)
 *
 * A group of one has mean 0 and deviation 1, as in `grpo`.
 */
export default defineEstimator({
  id: 'grpo-vectorized',
  title: 'GRPO (vectorised)',
  summary: "The same numbers as GRPO, from verl's vectorised code.",
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'group',
  provenance: 'code',
  cite: [{ title: 'verl, compute_grpo_vectorized_outcome_advantage', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' }],
  useWhen: 'You compare with a verl run that is configured with this name.',
  breaksWhen: 'Wherever GRPO breaks: groups whose attempts all score alike teach nothing.',
  params: { epsilon: epsilon(1e-6), ddof: ddof(1), normByStd: normByStd(true) },
  needs: { reward: 'step', group: 'group' },
  alsoPublished: [{ id: 'grpo-trl', why: 'TRL: ε = 1e-4, and a group of one gets 0.' }],
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: {}, equals: 'grpo', why: 'The two functions of verl agree, singletons included.' }],
  examples: [
    {
      why: 'R = 4, 0: μ = 2, σ = sqrt((4 + 4)/1) = 2.8284; with ε = 0.1716 the divisor is 3 to four digits.',
      input: { trajectories: [{ group: 'a', rewards: [4] }, { group: 'a', rewards: [0, 0] }] },
      params: { epsilon: 0.17157287525381 },
      expect: [[0.6666666666666666], [-0.6666666666666666, -0.6666666666666666]],
    },
  ],
  decomposition: {
    kind: 'scaled',
    unscaled: { normByStd: false },
    divisor: (columns, params) => scoreDivisors(trajectoryTotals(columns.reward, columns, fresh), columns.group, ruleOf(params), fresh),
  },
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    return { advantage: broadcast(groupScores(total, columns.group, ruleOf(params), buffer), columns, buffer) };
  },
  explain(columns, params, _result, i) {
    const total = trajectoryTotals(columns.reward, columns, fresh);
    return explanation(
      [totalLine(columns.reward, columns, i), ...scoreLines(total[i], groupValues(total, columns.group, i), ruleOf(params))],
      { members: groupMembers(total, columns.group, i) },
    );
  },
});
