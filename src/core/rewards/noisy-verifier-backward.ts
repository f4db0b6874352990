import { ContentError } from '../contracts/json-column';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/**
 * 1 − ρ₀ − ρ₁, by which a verdict is divided. Throws where it is 0: then a pass says nothing about the answer, and nothing can be undone.
 */
function slope(falsePositive: number, falseNegative: number): number {
  const rest = 1 - falsePositive - falseNegative;
  // What floating point leaves of 1 − 0.7 − 0.3.
  if (Math.abs(rest) < 1e-12) throw new ContentError('falsePositive + falseNegative', 'anything but 1: there a verdict says nothing about the answer, and nothing can be corrected');
  return rest;
}

/** r_T = (r̃ − ρ₀) / (1 − ρ₀ − ρ₁): unbiased for the clean reward when the rates are right; above 1 the verifier is wrong more often than right, and the sign turns. */
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
    reward: payOnLastStep(columns, buffer, (i) => (columns.outcome[i] - falsePositive) / slope(falsePositive, falseNegative)),
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
