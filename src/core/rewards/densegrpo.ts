import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_t = R_{t+1} − R_t of the rewards that the states would get if they were completed. */
export default defineReward({
  id: 'densegrpo',
  title: 'Step gain',
  summary: 'Pays each denoising step for what it adds to the completed picture’s reward.',
  formula: String.raw`r_t = R_{t+1} - R_t,\qquad \textstyle\sum_t r_t = R_T - R_0`,
  provenance: 'read',
  cite: [{ title: 'DenseGRPO: From Sparse to Dense Reward for Flow Matching Model Alignment', source: 'arXiv:2601.20218' }],
  useWhen: 'A state can be completed deterministically and judged, so every step’s share of the final reward is known.',
  breaksWhen: 'The reward of a half-done state says little about the end: gains are then noise, and a step that prepares later gains gets nothing.',
  category: 'process',
  params: {},
  needs: { stateRewards: 'state' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Gains of the two steps; they add up to 0.25.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { stateRewards: [0.5, 1, 0.75] } }] },
      params: {},
      expect: [[0.5, -0.25]],
    },
  ],
  price: (columns, _params, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (i, t) => {
      const k = i * (columns.maxLen + 1) + t;
      return columns.stateRewards[k + 1] - columns.stateRewards[k];
    }),
  }),
  explain(columns, _params, { reward }, i, t) {
    const k = i * (columns.maxLen + 1) + t;
    return explained([rewardLine('R_{t+1} − R_t', `${printed(columns.stateRewards[k + 1])} − ${operand(columns.stateRewards[k])}`, reward[i * columns.maxLen + t])]);
  },
});
