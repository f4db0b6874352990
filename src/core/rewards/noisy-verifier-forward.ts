import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative } from '../contracts/reward-parameters';

/** r_T = ρ₁ where the verifier passes, ρ₁ − 1 where it fails: the expected gradient is (1 − ρ₀ − ρ₁) times the clean one. */
export default defineReward({
  id: 'noisy-verifier-forward',
  title: 'Noise correction, forward',
  summary: 'Weighs a noisy verdict so that only the rate of false failures has to be known.',
  formula: String.raw`r_T = \begin{cases} \rho_1 & \tilde r = 1 \\ \rho_1 - 1 & \tilde r = 0 \end{cases}`,
  provenance: 'textbook',
  cite: [{ title: 'Reinforcement Learning with Verifiable yet Noisy Rewards under Imperfect Verifiers', source: 'arXiv:2510.00915' }],
  useWhen: 'You know how often the verifier fails a right answer, but not how often it passes a wrong one.',
  breaksWhen: 'The rate is 0: right answers then have weight 0 and learning is by punishment alone. Like any affine change it vanishes under a group’s normalisation.',
  category: 'outcome',
  params: {
    falseNegative: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.01, symbol: 'ρ₁', help: 'How often a right answer is failed.' },
    falsePositive: informative('How often a wrong answer is passed; this correction does not need it.'),
  },
  needs: { outcome: 'trajectory' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'At a rate of 0.3, a pass weighs 0.3 and a fail −0.7.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: {} }, { group: 0, length: 1, signals: {}, outcome: 0, extra: {} }] },
      params: { falseNegative: 0.3 },
      expect: [[0, 0.3], [-0.7]],
    },
  ],
  price: (columns, { falseNegative }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => (columns.outcome[i] === 1 ? falseNegative : falseNegative - 1)),
  }),
  explain: (columns, { falseNegative }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const passed = columns.outcome[i] === 1;
      return [rewardLine(passed ? 'ρ₁' : 'ρ₁ − 1', passed ? printed(falseNegative) : `${printed(falseNegative)} − 1`, reward[i * columns.maxLen + t])];
    }),
});
