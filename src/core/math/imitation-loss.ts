import type { Aggregates, ObjectivePolicy } from '../contracts/objective';
import { log } from './elementary';

/**
 * dL/dlogits, [S·A] over `out`, and the loss of REINFORCE mixed with cross-entropy to demonstrations at a share μ of imitation.
 *
 *     L = −Σ_s,a w_sa log π(a|s),   w = (1 − μ) W / B + μ d*
 *     ∂L/∂z_sj = −(w_sj − π_sj Σ_a w_sa)
 *
 * W_sa is the sum of the advantages of the steps taken at (s, a), B the number of trajectories and d* the demonstrations' expected steps.
 * Throws where no demonstrations were handed in.
 */
export function imitationLoss({ S, A, nTraj, positive, negative }: Aggregates, { probability, logProbability, demonstration }: ObjectivePolicy, share: number, out: Float64Array): number {
  if (!demonstration) throw new Error('Imitation needs the demonstrations of a best policy, and none were handed in.');
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
  return loss;
}

/** Mean entropy of π over the steps of a batch, nats: (1/steps) Σ_s n(s) H(π(·|s)); 0 where the batch has no step. */
export function meanEntropy({ S, A, count }: Aggregates, { probability }: ObjectivePolicy): number {
  let entropy = 0;
  let steps = 0;
  for (let s = 0; s < S; s++) {
    let visits = 0;
    for (let k = s * A; k < (s + 1) * A; k++) visits += count[k];
    if (visits === 0) continue;
    steps += visits;
    for (let k = s * A; k < (s + 1) * A; k++) if (probability[k] > 0) entropy -= visits * probability[k] * log(probability[k]);
  }
  return steps > 0 ? entropy / steps : 0;
}
