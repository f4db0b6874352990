import { defineMeasure } from '../contracts/measure';
import { informative } from '../contracts/reward-parameters';
import { expectedReward, mapTensor, mdpTensor, uniformValue, type Tensor } from '../mdp/reward-tensor';
import { evenSteps } from '../math/even-steps';
import { mixedRewards } from '../mdp/two-rewards';

/** c(s, a) = E_{s′}[R] − V(s) + γ E_{s′} V(s′), V of the uniform policy. */
function canonical(P: Tensor, R: Tensor, gamma: number): { c: number[][]; value: Float64Array } {
  const value = uniformValue(P, R, gamma);
  const c = expectedReward(P, R).map((row, s) => row.map((r, a) => r - value[s] + gamma * P[s][a].reduce((sum, p, next) => sum + p * value[next], 0)));
  return { c, value };
}

/** Below this share of the reward's own size a canonical reward is rounding. */
const NOTHING = 1e-12;

/** The canonical reward with length 1; a reward that is 0 in canonical form, to rounding, becomes 0. */
function standardised(c: readonly (readonly number[])[], R: Tensor, value: ArrayLike<number>): number[][] {
  const norm = Math.sqrt(c.flat().reduce((sum, x) => sum + x * x, 0));
  const size = Math.max(...R.flat(2).map(Math.abs), ...Array.from(value, Math.abs));
  return c.map((row) => row.map((x) => (norm <= NOTHING * size ? 0 : x / norm)));
}

/** D = ‖s_A − s_B‖₂ of the canonical rewards, each divided by its length: 0 to 2. */
export default defineMeasure({
  id: 'starc-distance',
  title: 'STARC distance',
  summary: 'How differently two rewards rank policies in this very world.',
  formula: String.raw`c(s, a) = \mathbb E_{s'}[R] - V^\pi(s) + \gamma\, \mathbb E_{s'} V^\pi(s'),\qquad D = \Big\lVert \frac{c_A}{\lVert c_A \rVert} - \frac{c_B}{\lVert c_B \rVert} \Big\rVert_2`,
  provenance: 'recalled',
  cite: [{ title: 'STARC: A General Framework For Quantifying Differences Between Reward Functions', source: 'arXiv:2309.15257' }],
  useWhen: 'You want a distance that bounds how much worse a policy trained on the wrong reward can be, from above and below.',
  breaksWhen: 'The dynamics are not known: they are part of the measure.',
  params: {
    discount: { kind: 'number', default: 0.9, min: 0, max: 0.999, step: 0.001, symbol: 'γ', help: 'Discount per step.' },
    note: informative('What a published case shows.'),
    norm: informative('The norm of published cases, L2.'),
    policy: informative('The policy of published cases, uniform.'),
  },
  inputs: { mdp: '{transition, rewardA, rewardB}, each [state][action][next state]' },
  outputs: { distance: 'a number from 0 to 2', canonicalA: 'c of the first reward, repeated for every next state', valueA: 'V of the uniform policy under the first reward' },
  examples: [
    {
      why: 'The same reward moved to where it arrives is the same for every policy. One action: nothing can be ranked, so c is 0.',
      input: { mdp: { transition: [[[0.5, 0.5]], [[0.5, 0.5]]], rewardA: [[[1, 0]], [[0, 0]]], rewardB: [[[0, 1]], [[0, 0]]] } },
      params: { discount: 0.5 },
      expect: { distance: 0, canonicalA: [[[0, 0]], [[0, 0]]], valueA: [0.75, 0.25] },
    },
  ],
  study: {
    title: 'The reward for arriving against one that pays going on more and more: what counts is how policies are ranked in this world.',
    x: { title: 'share of the other reward', values: evenSteps(0, 1, 21) },
    at: (share) => ({ input: mixedRewards(share) }),
    read: ({ distance }) => ({ distance: distance as number }),
  },
  measure(input, { discount }) {
    const P = mdpTensor(input, 'transition');
    const [A, B] = [mdpTensor(input, 'rewardA'), mdpTensor(input, 'rewardB')];
    const { c, value } = canonical(P, A, discount);
    const other = canonical(P, B, discount);
    const [a, b] = [standardised(c, A, value).flat(), standardised(other.c, B, other.value).flat()];
    const distance = Math.sqrt(a.reduce((sum, x, k) => sum + (x - b[k]) * (x - b[k]), 0));
    return { distance, canonicalA: mapTensor(P, (_p, s, action) => c[s][action]), valueA: [...value] };
  },
});
