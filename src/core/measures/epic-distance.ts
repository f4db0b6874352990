import { defineMeasure } from '../contracts/measure';
import { informative } from '../contracts/reward-parameters';
import { mapTensor, mdpTensor, pearsonDistance, type Tensor } from '../mdp/reward-tensor';
import { evenSteps } from '../math/even-steps';
import { mixedRewards } from '../mdp/two-rewards';

/** C(R)(s, a, s′) = R + γ m(s′) − m(s) − γ m̄, m(s) the plain mean of R(s, ·, ·). */
function canonical(R: Tensor, gamma: number): number[][][] {
  const m = R.map((row) => row.flat().reduce((a, b) => a + b, 0) / row.flat().length);
  const overall = m.reduce((a, b) => a + b, 0) / m.length;
  return mapTensor(R, (r, s, _a, next) => r + gamma * m[next] - m[s] - gamma * overall);
}

/** D = √((1 − ρ) / 2), ρ Pearson's correlation of the two canonical rewards under uniform coverage. */
export default defineMeasure({
  id: 'epic-distance',
  title: 'EPIC distance',
  summary: 'How differently two rewards rank behaviour, whatever their scale and their potentials.',
  formula: String.raw`C(R) = R + \gamma m(s') - m(s) - \gamma \bar m,\qquad D = \sqrt{\tfrac{1 - \rho(C(R_A),\, C(R_B))}{2}}`,
  provenance: 'code',
  cite: [{ title: 'Quantifying Differences in Reward Functions', source: 'arXiv:2006.13900; HumanCompatibleAI/evaluating-rewards@7b99ec9' }],
  useWhen: 'You compare a learned reward with the one it should be, without training a policy on either.',
  breaksWhen: 'Rewards differ only on transitions that never happen: it looks at all of them alike and calls them different.',
  params: {
    discount: { kind: 'number', default: 0.9, min: 0, max: 0.999, step: 0.001, symbol: 'γ', help: 'Discount per step.' },
    note: informative('What a published case shows.'),
  },
  inputs: { mdp: '{transition, rewardA, rewardB}, each [state][action][next state]' },
  outputs: { distance: 'a number from 0 to 1', canonicalA: 'the first reward in canonical form, [state][action][next state]' },
  examples: [
    {
      why: 'The second reward is twice the first plus one: nothing that ranks behaviour.',
      input: { mdp: { transition: [[[0.5, 0.5]], [[0.5, 0.5]]], rewardA: [[[1, 0]], [[0, 0]]], rewardB: [[[3, 1]], [[1, 1]]] } },
      params: { discount: 0.5 },
      expect: { distance: 0, canonicalA: [[[0.625, -0.625]], [[0.125, -0.125]]] },
    },
  ],
  study: {
    title: 'The reward for arriving against one that pays going on more and more: it looks at every transition alike.',
    x: { title: 'share of the other reward', values: evenSteps(0, 1, 21) },
    at: (share) => ({ input: mixedRewards(share) }),
    read: ({ distance }) => ({ distance: distance as number }),
  },
  measure(input, { discount }) {
    const canonicalA = canonical(mdpTensor(input, 'rewardA'), discount);
    return { distance: pearsonDistance(canonicalA, canonical(mdpTensor(input, 'rewardB'), discount)), canonicalA };
  },
});
