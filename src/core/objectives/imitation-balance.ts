import { defineObjective, type ObjectivePolicy } from '../contracts/objective';
import { penalties } from '../contracts/objective-parameters';
import type { ParameterValues } from '../contracts/parameters';
import { imitationLoss } from '../math/imitation-loss';
import { addPenalties } from '../math/policy-penalties';

const params = {
  imitation: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, symbol: 'μ₀', title: 'Imitation at first', help: 'Share of the update that imitates, at iteration 0.' },
  imitationAfter: { kind: 'number', default: 0, min: 0, max: 1, step: 0.01, symbol: 'μ₁', title: 'Imitation later', help: 'Share of the update that imitates, once the balance has moved.' },
  moveOver: { kind: 'integer', default: 100, min: 0, max: 5000, symbol: 'K', title: 'Iterations to move', help: 'Iterations over which the balance moves; at 0 it is the later share from the start.' },
  ...penalties,
} as const;

/**
 * Imitation and exploration in one loss: REINFORCE beside cross-entropy to demonstrations, with a balance that may change over time.
 *
 *     L = (1 − μ) L_REINFORCE − μ Σ_s,a d*(s, a) log π(a|s),   μ_k = μ_0 + (μ_1 − μ_0) min(1, k / K)
 *     ∂L/∂z_sj of the second sum = −μ (d*_sj − π_sj Σ_a d*_sa)
 *
 * d* are the expected steps of a best policy of the true objective: demonstrations without end and without error. Here μ is fixed or
 * moves on a line, which is what can be seen and turned by hand; `imitation-meta` learns it.
 */
export default defineObjective({
  id: 'imitation-balance',
  title: 'Imitation and exploration',
  summary: 'Mixes learning from reward with imitating a best policy, at a balance that can move.',
  formula: String.raw`L = (1-\mu_k)\,L_{\mathrm{REINFORCE}} - \mu_k\sum_{s,a}d^*(s,a)\log\pi(a\mid s)`,
  provenance: 'own',
  cite: [{ title: 'AMFT: Aligning LLM Reasoners by Meta-Learning the Optimal Imitation-Exploration Balance', source: 'arXiv:2508.06944' }],
  useWhen: 'There are demonstrations, and the question is how long to follow them.',
  breaksWhen: 'The reward wants something else than the demonstrations show: then the two halves pull apart, which is the point of looking.',
  params,
  reads: ['demonstration'],
  imitationShare,
  gradient(aggregates, policy, params, out) {
    return imitationLoss(aggregates, policy, imitationShare(policy, params), out) + addPenalties(aggregates, policy, params, out);
  },
});

function imitationShare({ iteration }: Pick<ObjectivePolicy, 'iteration'>, { imitation, imitationAfter, moveOver }: ParameterValues<typeof params>): number {
  const moved = moveOver > 0 ? Math.min(1, iteration / moveOver) : 1;
  return imitation + (imitationAfter - imitation) * moved;
}
