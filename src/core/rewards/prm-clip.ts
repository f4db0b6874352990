import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive, signal } from '../contracts/reward-parameters';

/** r_t = α min(p_t − η, 0), and the outcome on the last step. */
export default defineReward({
  id: 'prm-clip',
  title: 'Clipped step scores',
  summary: 'Charges for steps below a mark and never pays for steps above it.',
  formula: String.raw`r_t = \alpha \min(p_t - \eta,\, 0) + \mathbb 1[t = T]\, w_o R`,
  provenance: 'recalled',
  cite: [{ title: 'On Designing Effective RL Reward at Training Time for LLM Reasoning', source: 'arXiv:2410.15115' }],
  useWhen: 'The sum of step scores is farmed by repeating trivially right steps: with nothing to gain from a step, repeating ends.',
  breaksWhen: 'Every step costs something, so the shortest trajectory costs least: with a large weight the policy answers at once, right or wrong.',
  category: 'process',
  params: {
    prm: signal('prm', 'The step scores.'),
    eta: { kind: 'number', default: 0.5, min: -1, max: 1, step: 0.01, symbol: 'η', help: 'The mark above which a step is free.' },
    alpha: positive(1, 'α', 'Factor on the charges.', 5),
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'markov'],
  markov: true,
  examples: [
    {
      why: 'Below the mark by 0.25, at the mark, above it; the outcome comes on top.',
      input: { trajectories: [{ group: 0, length: 3, signals: { prm: [0.25, 0.5, 0.9] }, outcome: 1, extra: {} }] },
      params: { eta: 0.5, alpha: 2, outcomeWeight: 3 },
      expect: [[-0.5, 0, 3]],
    },
  ],
  price(columns, { prm, eta, alpha, outcomeWeight: wo }, { buffer }) {
    const p = columns.signals[prm];
    const reward = payEveryStep(columns, buffer, (_i, _t, k) => alpha * Math.min(p[k] - eta, 0));
    return { reward: addToLastStep(reward, columns, (i) => wo * columns.outcome[i]) };
  },
  explain(columns, { prm, eta, alpha, outcomeWeight: wo }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const p = columns.signals[prm][k];
    const charge = Math.min(p - eta, 0);
    const last = isLastStep(columns, i, t);
    return explained([
      step('Shortfall', 'x', 'min(p − η, 0)', `min(${printed(p)} − ${operand(eta)}, 0)`, charge),
      rewardLine(
        `α × x${last ? ' + w_o R' : ''}`,
        `${operand(alpha)} × ${operand(charge)}${last ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : ''}`,
        reward[k],
      ),
    ]);
  },
});
