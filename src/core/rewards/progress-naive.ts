import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_t = Φ(s_{t+1}) − Φ(s_t), without discount and without zeroing the end. */
export default defineReward({
  id: 'progress-naive',
  title: 'Naive progress',
  summary: 'Pays the difference in progress, forgetting the discount and the end.',
  formula: String.raw`r_t = \Phi(s_{t+1}) - \Phi(s_t)`,
  provenance: 'textbook',
  cite: [{ title: 'Policy invariance under reward transformations (what this leaves out)', source: 'Ng, Harada and Russell, ICML 1999' }],
  useWhen: 'You want to see what a potential needs its discount and its zero at the end for.',
  breaksWhen: 'The learner discounts: progress early is then worth more than it costs to lose it later. And ending far on is paid, whether or not one succeeded.',
  category: 'dense',
  params: {},
  needs: { progress: 'state' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Forward, then back.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { progress: [0.25, 1, 0.5] } }] },
      params: {},
      expect: [[0.75, -0.5]],
    },
  ],
  price: (columns, _params, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (i, t) => {
      const k = i * (columns.maxLen + 1) + t;
      return columns.progress[k + 1] - columns.progress[k];
    }),
  }),
  explain(columns, _params, { reward }, i, t) {
    const k = i * (columns.maxLen + 1) + t;
    return explained([rewardLine('Φ(s′) − Φ(s)', `${printed(columns.progress[k + 1])} − ${operand(columns.progress[k])}`, reward[i * columns.maxLen + t])]);
  },
});
