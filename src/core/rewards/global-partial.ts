import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';

/** r_t = λ global_t + (1 − λ) partial_t. */
export default defineReward({
  id: 'global-partial',
  title: 'Whole and own part',
  summary: 'Mixes what everybody achieved with what this agent did.',
  formula: String.raw`r_t = \lambda\, g_t + (1 - \lambda)\, p_t`,
  provenance: 'own',
  cite: [{ title: 'ToMPO (the idea; the form is ours)', source: 'arXiv:2509.21134' }],
  useWhen: 'The common reward is fair but says little about one’s own part in it.',
  breaksWhen: 'One’s own part can be had at the expense of the whole and λ is small.',
  category: 'structure',
  params: {
    lambda: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, symbol: 'λ', help: 'Share of the whole.' },
    global: signal('global', 'Reward of everybody together.'),
    partial: signal('partial', 'Reward of this agent’s part.'),
  },
  needs: {},
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  examples: [
    {
      why: 'A quarter of 4 and three quarters of −2.',
      input: { trajectories: [{ group: 0, length: 1, signals: { global: [4], partial: [-2] }, outcome: 0, extra: {} }] },
      params: { lambda: 0.25 },
      expect: [[-0.5]],
    },
  ],
  price: (columns, { lambda, global: whole, partial }, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (_i, _t, k) => lambda * columns.signals[whole][k] + (1 - lambda) * columns.signals[partial][k]),
  }),
  explain(columns, { lambda, global: whole, partial }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    return explained([
      rewardLine('λ g + (1 − λ) p', `${printed(lambda)} × ${operand(columns.signals[whole][k])} + (1 − ${printed(lambda)}) × ${operand(columns.signals[partial][k])}`, reward[k]),
    ]);
  },
});
