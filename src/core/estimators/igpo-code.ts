import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { membersOf, positionMoments, rewardToGo } from '../math/group-statistics';

/**
 * IGPO as its first released code trains: reward-to-go minus the group's mean at the position, where
 * finished members count as 0.
 *
 *     D_{i,t} = Σ_{k ≥ t} r_k,   Â_{i,t} = D_{i,t} − Σ_j D_{j,t} / n_g
 *
 * The mean divides by the full group size; there is no standard deviation. `returns` = D.
 */
export default defineEstimator({
  id: 'igpo-code',
  title: 'IGPO (released code)',
  summary: 'Reward-to-go against the group at the same turn, finished attempts counting as 0.',
  formula: String.raw`\hat A_{i,t} = D_{i,t} - \frac{1}{n_g} \sum_j D_{j,t}`,
  family: 'turns',
  provenance: 'code',
  cite: [
    { title: 'Information Gain-based Policy Optimization', source: 'arXiv:2510.14967' },
    { title: 'IGPO, released code', source: 'GuoqingWang1/IGPO@bff163b7' },
  ],
  useWhen: 'You compare with a run of the first released IGPO code.',
  breaksWhen: 'Lengths differ much: late turns are compared with zeros of those who finished.',
  params: {},
  needs: { reward: 'step', group: 'group' },
  outputs: { returns: 'step' },
  alsoPublished: [
    { id: 'igpo', why: 'Newer released code: standardised over all turns of the group.' },
    { id: 'igpo-code-discounted', why: 'Helper in the same file that nothing calls.' },
  ],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-equivariant', 'linear'],
  reducesTo: [{ at: {}, equals: 'reinforce-baseline', with: { gamma: 1, baseline: 'timestep-mean', finished: 'zero' }, why: 'It is a reward-to-go with the timestep mean.' }],
  examples: [
    {
      why: 'D = [3, 2] and [5]: means 4 and (2 + 0)/2 = 1.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [5] }] },
      params: {},
      expect: [[-1, 1], [1]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, _params, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const returns = rewardToGo(columns.reward, columns, 1, buffer);
    const { mean } = positionMoments(returns, columns, group, 0, buffer, 'zero');
    const advantage = buffer(returns.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const row = group.id[i] * maxLen;
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) advantage[k] = returns[k] - mean[row + t];
    }
    return { advantage, returns };
  },
  explain(columns, _params, { returns }, i, t) {
    const { maxLen, length, group } = columns;
    const values = Array.from(membersOf(group, i), (j) => ({ trajectory: j, step: t, value: t < length[j] ? returns![j * maxLen + t] : 0 }));
    const own = returns![i * maxLen + t];
    const mean = meanLine('Group mean at this turn', 'μ_t', 'Σ_j D_{j,t} / n', values.map(({ value }) => value));
    return explanation(
      [{ ...rewardToGoLine(columns.reward, returns!, columns, 1, i, t), symbol: 'D' }, mean, line('Advantage', 'Â', 'D − μ_t', fill`${own} − ${mean.value}`, own - mean.value, 'advantage')],
      { members: { title: 'Returns at this turn, finished ones 0', baseline: mean.value, values } },
    );
  },
});
