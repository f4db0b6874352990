import { asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { mapTensor, mdpTensor, optimalActionValues } from '../mdp/reward-tensor';
import { evenSteps } from '../math/even-steps';

/** R′(s, a, s′) = R + γ Φ(s′) − Φ(s); Q*′ = Q* − Φ(s), so the greedy actions stay. */
export default defineMeasure({
  id: 'pbrs-table',
  title: 'Shaping on a table',
  summary: 'Solves a small world with and without a potential: what is best stays best.',
  formula: String.raw`R' = R + \gamma\, \Phi(s') - \Phi(s),\qquad Q^{*\prime}(s, a) = Q^*(s, a) - \Phi(s)`,
  provenance: 'code',
  cite: [{ title: 'Policy invariance under reward transformations', source: 'Ng, Harada and Russell, ICML 1999; HumanCompatibleAI/evaluating-rewards@7b99ec9' }],
  useWhen: 'You want to see the invariance with your own numbers.',
  breaksWhen: 'The task ends: a potential has to be 0 there, which a table without ends cannot show.',
  params: {
    discount: { kind: 'number', default: 0.9, min: 0, max: 0.999, step: 0.001, symbol: 'γ', help: 'Discount per step.' },
  },
  inputs: { mdp: '{transition, reward}, each [state][action][next state]', potential: 'a number per state' },
  outputs: { shaped: 'the shaped reward', qStar: 'Q* of the given reward, [state][action]', qStarShaped: 'Q* of the shaped one', greedy: 'best action of each state under the given reward, the first of equals' },
  examples: [
    {
      why: 'Staying pays 1 for ever: Q* = 2 at γ = ½, and 2 − Φ with the potential.',
      input: { mdp: { transition: [[[1]]], reward: [[[1]]] }, potential: [3] },
      params: { discount: 0.5 },
      expect: { shaped: [[[-0.5]]], qStar: [[2]], qStarShaped: [[-1]], greedy: [0] },
    },
  ],
  study: {
    title: 'A potential on the first of two states: its Q* shifts by just as much, for both actions alike.',
    x: { title: 'potential of the state', values: evenSteps(-2, 2, 21) },
    at: (potential) => ({
      input: { mdp: { transition: [[[1, 0], [0, 1]], [[0, 1], [0, 1]]], reward: [[[0.5, 0], [0, 1]], [[0, 0.2], [0, 0.2]]] }, potential: [potential, 0] },
      params: { discount: 0.5 },
    }),
    read: ({ qStarShaped }) => ({ 'Q* of staying': (qStarShaped as number[][])[0][0], 'Q* of moving on': (qStarShaped as number[][])[0][1] }),
  },
  measure(input, { discount }) {
    const P = mdpTensor(input, 'transition');
    const R = mdpTensor(input, 'reward');
    const potential = asNumbers(input['potential'], 'potential', P.length);
    const shaped = mapTensor(R, (r, s, _a, next) => r + discount * potential[next] - potential[s]);
    const qStar = optimalActionValues(P, R, discount);
    return { shaped, qStar, qStarShaped: optimalActionValues(P, shaped, discount), greedy: qStar.map((row) => row.indexOf(Math.max(...row))) };
  },
});
