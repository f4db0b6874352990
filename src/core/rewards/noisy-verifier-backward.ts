import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_T = (r̃ − ρ₀) / (1 − ρ₀ − ρ₁): unbiased for the clean reward when the rates are right. */
export default defineReward({
  id: 'noisy-verifier-backward',
  title: 'Noise correction, backward',
  summary: 'Undoes a verifier’s known error rates, so that the reward is right on average.',
  formula: String.raw`r_T = \frac{\tilde r - \rho_0}{1 - \rho_0 - \rho_1}`,
  provenance: 'textbook',
  cite: [{ title: 'Reinforcement Learning with Verifiable yet Noisy Rewards under Imperfect Verifiers', source: 'arXiv:2510.00915' }],
  useWhen: 'A verifier errs at known rates and its verdicts are mixed with rewards from elsewhere, where the scale matters.',
  breaksWhen: 'The rates add up to nearly 1: the variance grows without bound, and beyond 1 the sign flips. Under an estimator that divides by the group’s deviation it changes nothing, because it is affine. Errors that depend on the action are not corrected.',
  category: 'outcome',
  params: {
    falsePositive: { kind: 'number', default: 0.1, min: 0, max: 0.99, step: 0.01, symbol: 'ρ₀', help: 'How often a wrong answer is passed.' },
    falseNegative: { kind: 'number', default: 0.2, min: 0, max: 0.99, step: 0.01, symbol: 'ρ₁', help: 'How often a right answer is failed. The two must not add up to 1.' },
  },
  needs: { outcome: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'With rates ¼ and ¼ a pass is worth 1.5 and a fail −0.5: on average 1 and 0.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: {} }, { group: 0, length: 1, signals: {}, outcome: 0, extra: {} }] },
      params: { falsePositive: 0.25, falseNegative: 0.25 },
      expect: [[0, 1.5], [-0.5]],
    },
  ],
  price: (columns, { falsePositive, falseNegative }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => (columns.outcome[i] - falsePositive) / (1 - falsePositive - falseNegative)),
  }),
  explain: (columns, { falsePositive: fp, falseNegative: fn }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => [
      rewardLine(
        '(r̃ − ρ₀) / (1 − ρ₀ − ρ₁)',
        `(${printed(columns.outcome[i])} − ${printed(fp)}) / (1 − ${printed(fp)} − ${printed(fn)})`,
        reward[i * columns.maxLen + t],
      ),
    ]),
});
