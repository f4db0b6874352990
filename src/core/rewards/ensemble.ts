import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';
import { mean, variance as varianceOf } from '../math/statistics';

/** mean: the members' mean     min: the worst (WCO)     uwo: mean − λ variance. */
export default defineReward({
  id: 'ensemble',
  title: 'Conservative ensemble',
  summary: 'Trusts several reward models only as far as they agree.',
  formula: String.raw`r_T = \operatorname{mean}_m R_m \;\Big|\; \min_m R_m \;\Big|\; \operatorname{mean}_m R_m - \lambda \operatorname{Var}_m R_m`,
  provenance: 'code',
  cite: [{ title: 'Reward Model Ensembles Help Mitigate Overoptimization', source: 'tlc4418/llm_optimization@416b03c' }],
  useWhen: 'A learned reward is pushed beyond its data, and members that saw different data err differently there.',
  breaksWhen: 'All members share the same error: they then agree on it.',
  category: 'learned',
  params: {
    mode: {
      kind: 'choice',
      default: 'mean',
      help: 'How the members become one number.',
      options: [
        { value: 'mean', title: 'mean' },
        { value: 'min', title: 'worst' },
        { value: 'uwo', title: 'mean minus variance' },
      ],
    },
    lambda: positive(1, 'λ', 'How much disagreement costs.'),
    variance: {
      kind: 'choice',
      default: 'population',
      help: 'Published code disagrees with itself: one of its two programs divides by n, the other by n − 1.',
      options: [
        { value: 'population', title: 'divided by n', help: 'Best-of-n code.' },
        { value: 'unbiased', title: 'divided by n − 1', help: 'PPO code.' },
      ],
    },
  },
  needs: { memberScores: 'json' },
  flavours: {
    bestOfN: { title: 'Best-of-n code', params: { variance: 'population' }, help: 'Variance divided by n.' },
    ppo: { title: 'PPO code', params: { variance: 'unbiased' }, help: 'Variance divided by n − 1.' },
  },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Members 1 and 3: mean 2, unbiased variance 2, half of it taken off.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { memberScores: [1, 3] } }] },
      params: { mode: 'uwo', lambda: 0.5, variance: 'unbiased' },
      expect: [[0, 1]],
    },
  ],
  price: (columns, { mode, lambda, variance }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const scores = asNumbers(columns.memberScores[i], fieldOf('memberScores', i));
      if (mode === 'min') return Math.min(...scores);
      return mean(scores) - (mode === 'uwo' ? lambda * varianceOf(scores, variance === 'unbiased' ? 1 : 0) : 0);
    }),
  }),
  explain: (columns, { mode, lambda, variance }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const scores = asNumbers(columns.memberScores[i], fieldOf('memberScores', i));
      const value = reward[i * columns.maxLen + t];
      if (mode !== 'uwo') return [rewardLine(mode, `${mode}(${list(scores)})`, value)];
      const ddof = variance === 'unbiased' ? 1 : 0;
      const m = mean(scores);
      const v = varianceOf(scores, ddof);
      const squares = scores.map((x) => `(${printed(x - m)}) × (${printed(x - m)})`).join(', ');
      return [
        step('Mean', 'm', 'mean', `mean(${list(scores)})`, m),
        step('Variance', 'v', 'Σ (R − m)² / n', scores.length <= ddof ? '0' : `sum(${squares}) / ${scores.length - ddof}`, v),
        rewardLine('m − λ v', `${printed(m)} − ${printed(lambda)} × ${printed(v)}`, value),
      ];
    }),
});
