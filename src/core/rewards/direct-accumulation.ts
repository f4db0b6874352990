import { explained, rewardLine, step, weighted } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight } from '../contracts/reward-parameters';

/** r_t = Σ_k w_k s_k,t, and w_o·R on the last step: the plain weighted sum. */
export default defineReward({
  id: 'direct-accumulation',
  title: 'Direct accumulation',
  summary: 'Adds up weighted signals and the outcome, whatever the outcome was.',
  formula: String.raw`r_t = \sum_k w_k\, s_{k,t} + \mathbb 1[t = T]\, w_o R`,
  provenance: 'read',
  cite: [{ title: 'Stabilizing Long-term Multi-turn Reinforcement Learning with Gated Rewards (the D-RA baseline)', source: 'arXiv:2508.10548' }],
  useWhen: 'The signals are aligned with the outcome: more of them always means nearer to success.',
  breaksWhen: 'The easy signals pay more than finishing: the policy collects them and never ends. With negative signals the shortest trajectory wins.',
  category: 'dense',
  params: {
    weights: { kind: 'weights', default: { signal: 1 }, min: -5, max: 5, help: 'What each signal is worth.' },
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory' },
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  logDefaults: { weights: {} },
  examples: [
    {
      why: 'Two signals on two steps, the outcome doubled on the last.',
      input: { trajectories: [{ group: 0, length: 2, signals: { format: [1, 0], tool: [-1, 2] }, outcome: 1, extra: {} }] },
      params: { weights: { format: 1, tool: 0.25 }, outcomeWeight: 2 },
      expect: [[0.75, 2.5]],
    },
  ],
  price(columns, { weights, outcomeWeight: wo }, { buffer }) {
    const terms = Object.entries(weights).map(([name, weight]) => ({ weight, x: columns.signals[name] }));
    const reward = payEveryStep(columns, buffer, (_i, _t, k) => {
      let sum = 0;
      for (const { weight, x } of terms) sum += weight * x[k];
      return sum;
    });
    return { reward: addToLastStep(reward, columns, (i) => wo * columns.outcome[i]) };
  },
  explain(columns, { weights, outcomeWeight: wo }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const names = Object.keys(weights);
    const w = names.map((name) => weights[name]);
    const x = names.map((name) => columns.signals[name][k]);
    const sum = w.reduce((total, weight, j) => total + weight * x[j], 0);
    const terms = step('Weighted signals', 'Σ', names.map((name) => `w·${name}`).join(' + ') || '0', weighted(w, x), sum);
    const last = isLastStep(columns, i, t);
    return explained([
      terms,
      last
        ? rewardLine('Σ + w_o R', `${printed(sum)} + ${operand(wo)} × ${operand(columns.outcome[i])}`, reward[k])
        : rewardLine('Σ', printed(sum), reward[k]),
    ]);
  },
});
