import { explained, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_t = −c on every step. */
export default defineReward({
  id: 'step-cost',
  title: 'Step cost',
  summary: 'Charges the same for every step, so that shorter trajectories are better.',
  formula: String.raw`r_t = -c`,
  provenance: 'textbook',
  cite: [{ title: 'Reinforcement Learning: An Introduction, 2nd ed., example 6.6', source: 'Sutton and Barto 2018' }],
  useWhen: 'The task is solved and you want it solved sooner.',
  breaksWhen: 'Ending early in failure is cheaper than going on: a policy that rarely succeeds learns to give up at once.',
  category: 'dense',
  params: { cost: { kind: 'number', default: 0.01, min: 0, max: 1, step: 0.005, symbol: 'c', help: 'What one step costs.' } },
  needs: {},
  laws: ['markov', 'non-positive', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  examples: [
    {
      why: 'Three steps cost three times as much as one.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 1, extra: {} }, { group: 0, length: 1, signals: {}, outcome: 0, extra: {} }] },
      params: { cost: 0.25 },
      expect: [[-0.25, -0.25, -0.25], [-0.25]],
    },
  ],
  price: (columns, { cost }, { buffer }) => ({ reward: payEveryStep(columns, buffer, () => -cost) }),
  explain: (_columns, { cost }) => explained([rewardLine('−c', `−${printed(cost)}`, -cost)]),
});
