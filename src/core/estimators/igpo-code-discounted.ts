import { discount, epsilon, normByStd } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, rewardToGoLine, scoreLines } from '../math/group-explanation';
import { groupMoments, rewardToGo } from '../math/group-statistics';

/** D at the first turn, 0 for an empty trajectory, [nTraj]. */
function firstReturns(returns: Float64Array, { nTraj, maxLen, length }: { nTraj: number; maxLen: number; length: Int32Array }, buffer: (size: number) => Float64Array) {
  const first = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) first[i] = length[i] > 0 ? returns[i * maxLen] : 0;
  return first;
}

/**
 * A helper in IGPO's released code that training does not use: discounted reward-to-go against the group's
 * returns of the first turn.
 *
 *     Â_{i,t} = (D_{i,t} − mean_j D_{j,0}) / (std_j D_{j,0} + ε)
 *
 * Bessel-corrected. A group of one has its own D_0 as mean and deviation 1, so its first turn gets 0.
 * `returns` = D.
 */
export default defineEstimator({
  id: 'igpo-code-discounted',
  title: 'IGPO (released code, discounted)',
  summary: 'Compares what is still to come with what whole attempts of the group bring.',
  formula: String.raw`\hat A_{i,t} = \frac{D_{i,t} - \operatorname{mean}_j D_{j,0}}{\operatorname{std}_j D_{j,0} + \varepsilon}`,
  family: 'turns',
  provenance: 'code',
  cite: [{ title: 'IGPO, released code', source: 'GuoqingWang1/IGPO@bff163b7' }],
  useWhen: 'You compare with that helper.',
  breaksWhen: 'Rewards are spread along the trajectory: late turns have less to come and are punished for being late.',
  params: { gamma: discount(0.5), epsilon: epsilon(1e-6), normByStd: normByStd(true) },
  needs: { reward: 'step', group: 'group' },
  outputs: { returns: 'step' },
  alsoPublished: [
    { id: 'igpo', why: 'Newer released code: standardised over all turns of the group.' },
    { id: 'igpo-code', why: 'What that release trained with.' },
  ],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'γ = ½: D = [2, 2] and [4]; mean 3, σ = sqrt(2), ε = 0.5858 makes 2. The group of one: (5 − 5)/(1 + ε).',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [4] }, { group: 1, rewards: [5] }] },
      params: { gamma: 0.5, epsilon: 0.5857864376269049 },
      expect: [[-0.5, -0.5], [0.5], [0]],
    },
  ],
  decomposition: {
    kind: 'scaled',
    unscaled: { normByStd: false },
    divisor(columns, params) {
      const fresh = (size: number) => new Float64Array(size);
      const { deviation } = groupMoments(firstReturns(rewardToGo(columns.reward, columns, params.gamma, fresh), columns, fresh), columns.group, 1, fresh);
      const { start } = columns.group;
      return Float64Array.from(columns.group.id, (g) => (params.normByStd ? (start[g + 1] - start[g] === 1 ? 1 : deviation[g]) + params.epsilon : 1));
    },
  },
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const returns = rewardToGo(columns.reward, columns, params.gamma, buffer);
    const { mean, deviation } = groupMoments(firstReturns(returns, columns, buffer), group, 1, buffer);
    const advantage = buffer(returns.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const spread = group.start[g + 1] - group.start[g] === 1 ? 1 : deviation[g];
      const divisor = params.normByStd ? spread + params.epsilon || 1 : 1;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = (returns[k] - mean[g]) / divisor;
    }
    return { advantage, returns };
  },
  explain(columns, params, { returns, advantage }, i, t) {
    const { maxLen, group, reward } = columns;
    const first = firstReturns(returns!, columns, (size) => new Float64Array(size));
    const k = i * maxLen + t;
    const values = groupValues(first, group, i);
    const rule = { normByStd: params.normByStd, ddof: 1, epsilon: params.epsilon, singleton: 'zero' } as const;
    const own = { ...rewardToGoLine(reward, returns!, columns, params.gamma, i, t), symbol: 'D' };
    if (values.length > 1) return explanation([own, ...scoreLines(returns![k], values, rule, { symbol: 'D', mean: 'μ_0', deviation: 'σ_0' })], { members: groupMembers(first, group, i, 'Returns from the first turn') });
    const divisor = params.normByStd ? 1 + params.epsilon : 1;
    const alone = line('Advantage', 'Â', params.normByStd ? '(D − D_0) / (1 + ε)' : 'D − D_0', params.normByStd ? fill`(${returns![k]} − ${first[i]}) / (1 + ${params.epsilon})` : fill`${returns![k]} − ${first[i]}`, advantage[k], 'advantage');
    return explanation([own, { ...alone, value: (returns![k] - first[i]) / divisor }], { note: 'A group of one is compared with its own return.' });
  },
});
