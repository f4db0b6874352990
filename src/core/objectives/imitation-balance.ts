import { defineObjective } from '../contracts/objective';
import { penalties } from '../contracts/objective-parameters';
import { addPenalties } from '../math/policy-penalties';

/**
 * Imitation and exploration in one loss: REINFORCE beside cross-entropy to demonstrations, with a balance that may change over time.
 *
 *     L = (1 − μ) L_REINFORCE − μ Σ_s,a d*(s, a) log π(a|s),   μ_k = μ_0 + (μ_1 − μ_0) min(1, k / K)
 *     ∂L/∂z_sj of the second sum = −μ (d*_sj − π_sj Σ_a d*_sa)
 *
 * d* are the expected steps of a best policy of the true objective: demonstrations without end and without error. AMFT learns μ by a
 * meta-gradient; here it is fixed or moves on a line, which is what can be seen and turned by hand.
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
  params: {
    imitation: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, symbol: 'μ₀', title: 'Imitation at first', help: 'Share of the update that imitates, at iteration 0.' },
    imitationAfter: { kind: 'number', default: 0, min: 0, max: 1, step: 0.01, symbol: 'μ₁', title: 'Imitation later', help: 'Share of the update that imitates, once the balance has moved.' },
    moveOver: { kind: 'integer', default: 100, min: 0, max: 5000, symbol: 'K', title: 'Iterations to move', help: 'Iterations over which the balance moves; at 0 it is the later share from the start.' },
    ...penalties,
  },
  reads: ['demonstration'],
  gradient(aggregates, policy, params, out) {
    const { S, A, nTraj, positive, negative } = aggregates;
    const { probability, logProbability, demonstration, iteration } = policy;
    if (!demonstration) throw new Error('Imitation needs the demonstrations of a best policy, and none were handed in.');
    const moved = params.moveOver > 0 ? Math.min(1, iteration / params.moveOver) : 1;
    const share = params.imitation + (params.imitationAfter - params.imitation) * moved;
    const scale = (1 - share) / nTraj;
    let loss = 0;
    for (let s = 0; s < S; s++) {
      const from = s * A;
      const end = from + A;
      let total = 0;
      for (let k = from; k < end; k++) {
        const weight = scale * (positive[k] - negative[k]) + share * demonstration[k];
        out[k] = -weight;
        total += weight;
        if (weight !== 0) loss -= weight * logProbability[k];
      }
      if (total !== 0) for (let k = from; k < end; k++) out[k] += probability[k] * total;
    }
    return loss + addPenalties(aggregates, policy, params, out);
  },
});
