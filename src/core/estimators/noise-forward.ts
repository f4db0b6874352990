import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { totalLine } from '../math/group-explanation';
import { broadcast, trajectoryTotals } from '../math/group-statistics';

/**
 * Forward correction of a noisy verifier: a weight on the score function whose mean has the right sign.
 *
 *     Â = ρ₁ if the verifier accepts, ρ₁ − 1 if it rejects
 *
 * Its mean is 0 on right answers and −(1 − ρ₀ − ρ₁) on wrong ones, so only the false-negative rate has to be known. A trajectory
 * counts as accepted when its rewards add up to at least ½. No group statistics.
 */
export default defineEstimator({
  id: 'noise-forward',
  title: 'Forward noise correction',
  summary: 'Weights accepted and rejected answers so that a noisy verifier pushes the right way on average.',
  formula: String.raw`\hat A = \rho_1 - [\tilde r = 0]`,
  family: 'reweighting',
  provenance: 'read',
  cite: [{ title: 'Reinforcement Learning with Verifiable yet Noisy Rewards under Imperfect Verifiers', source: 'arXiv:2510.00915' }],
  useWhen: 'Only the verifier’s rate of false rejections is known.',
  breaksWhen: 'Right answers are rare: nearly everything is pushed down, which is a noisy way to learn.',
  params: { rho1: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.01, symbol: 'ρ₁', title: 'False negatives', help: 'Share of right answers that the verifier rejects.' } },
  needs: { reward: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Accepted: ρ₁ = 0.3; rejected: 0.3 − 1.',
      input: { trajectories: [{ group: 0, rewards: [0, 1] }, { group: 0, rewards: [0] }] },
      params: { rho1: 0.3 },
      expect: [[0.3, 0.3], [-0.7]],
    },
  ],
  estimate(columns, { rho1 }, { buffer }) {
    const weight = trajectoryTotals(columns.reward, columns, buffer);
    for (let i = 0; i < weight.length; i++) weight[i] = weight[i] >= 0.5 ? rho1 : rho1 - 1;
    return { advantage: broadcast(weight, columns, buffer) };
  },
  explain(columns, { rho1 }, { advantage }, i, t) {
    const verdict = totalLine(columns.reward, columns, i);
    const accepted = verdict.value >= 0.5;
    const value = advantage[i * columns.maxLen + t];
    return explanation([verdict, line('Advantage', 'Â', accepted ? 'ρ₁' : 'ρ₁ − 1', accepted ? fill`${rho1}` : fill`${rho1} − 1`, value, 'advantage')], {
      note: accepted ? 'The verifier accepts this trajectory.' : 'The verifier rejects this trajectory.',
    });
  },
});
