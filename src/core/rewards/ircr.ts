import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** Every step of a trajectory gets (R − R_min) / (R_max − R_min) over the batch; 0 where all outcomes are equal. */
export default defineReward({
  id: 'ircr',
  title: 'Uniform guidance reward',
  summary: 'Gives every step its trajectory’s outcome, scaled to the best and worst of the batch.',
  formula: String.raw`r_t = \frac{R - R_{\min}}{R_{\max} - R_{\min}}`,
  provenance: 'read',
  cite: [{ title: 'Learning Guidance Rewards with Trajectory-space Smoothing', source: 'arXiv:2010.12718' }],
  useWhen: 'The outcome is delayed and you want some signal on every step without a model.',
  breaksWhen: 'Trajectories may be long: the same outcome is paid at every step, so longer is better. It tells steps of one trajectory apart in nothing.',
  category: 'dense',
  params: {},
  needs: { outcome: 'trajectory' },
  outputs: { range: 'list' },
  laws: ['bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Between −1 and 3, an outcome of 2 is three quarters up.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 2, extra: {} },
          { group: 1, length: 1, signals: {}, outcome: -1, extra: {} },
          { group: 1, length: 1, signals: {}, outcome: 3, extra: {} },
        ],
      },
      params: {},
      expect: [[0.75, 0.75], [0], [1]],
    },
  ],
  price(columns, _params, { buffer }) {
    let [least, most] = [Infinity, -Infinity];
    for (const R of columns.outcome) [least, most] = [Math.min(least, R), Math.max(most, R)];
    const reward = payEveryStep(columns, buffer, (i) => (most > least ? (columns.outcome[i] - least) / (most - least) : 0));
    return { reward, range: columns.nTraj > 0 ? [least, most] : [] };
  },
  explain(columns, _params, { reward, range }, i, t) {
    const [least, most] = range as readonly number[];
    const value = reward[i * columns.maxLen + t];
    if (!(most > least)) return explained([rewardLine('0', '0', value)], 'All outcomes of the batch are equal.');
    return explained([rewardLine('(R − R_min) / (R_max − R_min)', `(${printed(columns.outcome[i])} − ${operand(least)}) / (${printed(most)} − ${operand(least)})`, value)]);
  },
});
