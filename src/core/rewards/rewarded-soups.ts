import { explained, rewardLine, weighted } from '../contracts/explain-reward';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_t = Σ_k λ_k s_k,t. */
export default defineReward({
  id: 'rewarded-soups',
  title: 'Interpolated rewards',
  summary: 'Weighs several rewards by a preference, the reward that a soup of policies stands for.',
  formula: String.raw`r_t = \sum_k \lambda_k\, r_{k,t}\qquad \Big(\theta = \sum_k \lambda_k \theta_k\Big)`,
  provenance: 'read',
  cite: [{ title: 'Rewarded soups: towards Pareto-optimal alignment by interpolating weights fine-tuned on diverse rewards', source: 'arXiv:2306.04488' }],
  useWhen: 'Preferences differ between people: one policy per reward is trained, and mixing their weights stands for mixing the rewards.',
  breaksWhen: 'The policies have moved far from their common start: mixing weights then is not mixing rewards any more.',
  category: 'dense',
  params: { weights: { kind: 'weights', default: { signal: 1 }, min: -5, max: 5, help: 'Share of each reward; usually they add up to 1.' } },
  needs: {},
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  logDefaults: { weights: {} },
  examples: [
    {
      why: 'Three quarters of one and a quarter of the other.',
      input: { trajectories: [{ group: 0, length: 2, signals: { helpful: [1, 0], harmless: [-1, 2] }, outcome: 0, extra: {} }] },
      params: { weights: { helpful: 0.75, harmless: 0.25 } },
      expect: [[0.5, 0.5]],
    },
  ],
  price(columns, { weights }, { buffer }) {
    const terms = Object.entries(weights).map(([name, weight]) => ({ weight, x: columns.signals[name] }));
    return { reward: payEveryStep(columns, buffer, (_i, _t, k) => terms.reduce((sum, { weight, x }) => sum + weight * x[k], 0)) };
  },
  explain(columns, { weights }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const names = Object.keys(weights);
    const formula = names.map((name) => `λ·${name}`).join(' + ') || '0';
    return explained([rewardLine(formula, weighted(names.map((name) => weights[name]), names.map((name) => columns.signals[name][k])), reward[k])]);
  },
});
