import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/**
 * The true outcome of the trajectory, on its last step: the sparse reward everything else is compared with.
 * On a table the objective has to be collected on the step that ends the episode; then the term is Markov.
 */
export default defineReward({
  id: 'outcome',
  title: 'Outcome',
  summary: 'Pays the true outcome once, on the last step.',
  formula: String.raw`r_T = R,\qquad r_t = 0 \;\text{ for } t < T`,
  provenance: 'textbook',
  cite: [{ title: 'Reinforcement Learning: An Introduction, 2nd ed., section 3.2', source: 'Sutton and Barto 2018' }],
  useWhen: 'The outcome is what you want and the starting policy reaches it now and then.',
  breaksWhen: 'Almost no trajectory succeeds: groups with equal outcomes have zero advantage, so nothing is learned for a long time.',
  category: 'outcome',
  params: {},
  needs: { outcome: 'trajectory' },
  laws: ['markov', 'terminal-only', 'sum-preserving', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'zero-when-gate-shut'],
  markov: true,
  examples: [
    {
      why: 'A success and a failure of different length: only the last step is paid.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 1, extra: {} }, { group: 0, length: 2, signals: {}, outcome: -0.5, extra: {} }] },
      params: {},
      expect: [[0, 0, 1], [0, -0.5]],
    },
  ],
  price: (columns, _params, { buffer }) => ({ reward: payOnLastStep(columns, buffer, (i) => columns.outcome[i]) }),
  explain: (columns, _params, _result, i, t) =>
    explainedOnLastStep(columns, i, t, () => [rewardLine('R', printed(columns.outcome[i]), columns.outcome[i])]),
});
