import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { isLastStep, payEveryStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';

const share = (a: Float64Array, t: number): number => {
  const total = a.reduce((sum, x) => sum + x, 0);
  return total === 0 ? 1 / a.length : a[t] / total;
};

/** r_t = β R a_t / Σ a, and (1 − β) R on the last step: the sum stays R. Equal shares where all attention is 0. */
export default defineReward({
  id: 'abc',
  title: 'Attention redistribution',
  summary: 'Spreads the outcome over the tokens that the reward model attended to.',
  formula: String.raw`r_t = \beta R\, \frac{a_t}{\sum_k a_k} + \mathbb 1[t = T]\,(1 - \beta) R`,
  provenance: 'code',
  cite: [{ title: 'Dense Reward for Free in Reinforcement Learning from Human Feedback', source: 'XanderJC/attention-based-credit@0a08591:abcrl/attention/redistribution.py' }],
  useWhen: 'The reward model is a transformer and you want its score spread out for nothing.',
  breaksWhen: 'Attention is not importance: tokens that every answer contains can take the reward.',
  category: 'dense',
  params: {
    attention: signal('attention', 'Attention paid to each token, not normalised.'),
    beta: { kind: 'number', default: 1, min: 0, max: 1, step: 0.01, symbol: 'β', help: 'Share that is spread; the rest stays at the end.' },
  },
  needs: { outcome: 'trajectory' },
  laws: ['sum-preserving', 'zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Half of 8 spread 1 to 3, half kept at the end.',
      input: { trajectories: [{ group: 0, length: 2, signals: { attention: [0.5, 1.5] }, outcome: 8, extra: {} }] },
      params: { beta: 0.5 },
      expect: [[1, 7]],
    },
  ],
  price(columns, { attention, beta }, { buffer }) {
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const R = columns.outcome[i];
      const spread = beta * R * share(stepsOf(columns.signals[attention], columns, i), t);
      return isLastStep(columns, i, t) ? spread + (1 - beta) * R : spread;
    });
    return { reward };
  },
  explain(columns, { attention, beta }, { reward }, i, t) {
    const a = stepsOf(columns.signals[attention], columns, i);
    const R = operand(columns.outcome[i]);
    const total = a.reduce((sum, x) => sum + x, 0);
    const s = share(a, t);
    const kept = isLastStep(columns, i, t) ? ` + (1 − ${printed(beta)}) × ${R}` : '';
    return explained([
      step('Share of attention', 's', total === 0 ? '1 / L' : 'a / Σ a', total === 0 ? `1 / ${a.length}` : `${printed(a[t])} / ${operand(total)}`, s),
      rewardLine(`β R s${kept ? ' + (1 − β) R' : ''}`, `${printed(beta)} × ${R} × ${operand(s)}${kept}`, reward[i * columns.maxLen + t]),
    ]);
  },
});
