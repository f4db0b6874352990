import { defineMeasure } from '../contracts/measure';
import { informative } from '../contracts/reward-parameters';
import { mapTensor, mdpTensor, pearsonDistance, type Tensor } from '../mdp/reward-tensor';
import { evenSteps } from '../math/even-steps';
import { mixedRewards } from '../mdp/two-rewards';

const mean = (x: readonly number[]) => x.reduce((a, b) => a + b, 0) / x.length;

/**
 * C(R)(s, a, s′) = R + γ μ(s′) − μ(s) − γ Σ_{x, y} p(x|s) p(y|s′) R̄(x, y), with the action averaged out of
 * transitions and rewards independently: p(x|s), R̄(s, x), μ(s) = Σ_x p(x|s) R̄(s, x).
 */
function canonical(P: Tensor, R: Tensor, gamma: number): number[][][] {
  const averaged = (tensor: Tensor) => tensor.map((row) => row[0].map((_, x) => mean(row.map((cells) => cells[x]))));
  const [p, r] = [averaged(P), averaged(R)];
  const mu = p.map((row, s) => row.reduce((sum, q, x) => sum + q * r[s][x], 0));
  const cross = p.map((from) => p.map((to) => from.reduce((sum, q, x) => sum + q * to.reduce((inner, w, y) => inner + w * r[x][y], 0), 0)));
  return mapTensor(R, (value, s, _a, next) => value + gamma * mu[next] - mu[s] - gamma * cross[s][next]);
}

/** D = √((1 − ρ) / 2) of rewards made comparable with transitions that can happen. */
export default defineMeasure({
  id: 'dard-distance',
  title: 'DARD distance',
  summary: 'Like EPIC, but comparing with transitions that can follow.',
  formula: String.raw`C(R) = R + \gamma \mu(s') - \mu(s) - \gamma\, \mathbb E_{x \sim s,\, y \sim s'} \bar R(x, y),\qquad D = \sqrt{\tfrac{1 - \rho}{2}}`,
  provenance: 'recalled',
  cite: [{ title: 'Dynamics-Aware Comparison of Learned Reward Functions', source: 'arXiv:2201.10081' }],
  useWhen: 'Rewards were learned from what can happen and are nonsense elsewhere.',
  breaksWhen: 'A reward is moved within the expectation of a step: it is the same for every policy and still at a distance.',
  params: {
    discount: { kind: 'number', default: 0.9, min: 0, max: 0.999, step: 0.001, symbol: 'γ', help: 'Discount per step.' },
    note: informative('What a published case shows.'),
  },
  inputs: { mdp: '{transition, rewardA, rewardB}, each [state][action][next state]' },
  outputs: { distance: 'a number from 0 to 1' },
  examples: [
    {
      why: 'The negated reward is as far as can be.',
      input: { mdp: { transition: [[[0.5, 0.5]], [[0.5, 0.5]]], rewardA: [[[1, 0]], [[0, 0]]], rewardB: [[[-1, 0]], [[0, 0]]] } },
      params: { discount: 0.5 },
      expect: { distance: 1 },
    },
  ],
  study: {
    title: 'The reward for arriving against one that pays going on more and more: next states are drawn as the world draws them.',
    x: { title: 'share of the other reward', values: evenSteps(0, 1, 21) },
    at: (share) => ({ input: mixedRewards(share) }),
    read: ({ distance }) => ({ distance: distance as number }),
  },
  measure(input, { discount }) {
    const P = mdpTensor(input, 'transition');
    return { distance: pearsonDistance(canonical(P, mdpTensor(input, 'rewardA'), discount), canonical(P, mdpTensor(input, 'rewardB'), discount)) };
  },
});
