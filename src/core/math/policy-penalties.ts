import type { Aggregates, ObjectivePolicy } from '../contracts/objective';
import type { penalties } from '../contracts/objective-parameters';
import type { ParameterValues } from '../contracts/parameters';
import { exp, log } from './elementary';

type Penalties = ParameterValues<typeof penalties>;

/**
 * Adds dL/dlogits of an entropy bonus and of a divergence from the reference to `out`, [S·A], and returns the loss they add.
 *
 *     L = −(β/B) Σ_s n(s) H(π(·|s)) + (κ/B) K
 *     exact:  K = Σ_s n(s) Σ_a π_a d_a            ∂K/∂z_j = n(s) π_j (d_j − Σ_a π_a d_a)
 *     k1:     K = Σ_s,a n(s,a) d_a                 ∂K/∂z_j = w_j − π_j Σ_a w_a with w_a = n(s,a)
 *     k2:     K = Σ_s,a n(s,a) d_a²/2                                          w_a = n(s,a) d_a
 *     k3:     K = Σ_s,a n(s,a) (e^−d_a − 1 + d_a)                              w_a = n(s,a) (1 − e^−d_a)
 *
 * with d = log π − log π_ref, n(s, a) the steps of the batch at (s, a) and B its trajectories. Exact to rounding: each is a
 * sum over (s, a). Steps count as they were taken, also in later epochs. Source of k1 to k3: Schulman 2020, Approximating KL divergence.
 */
export function addPenalties({ S, A, nTraj, count }: Aggregates, policy: ObjectivePolicy, params: Penalties, out: Float64Array): number {
  const { entropyBonus, klWeight, klKind } = params;
  if (entropyBonus === 0 && klWeight === 0) return 0;
  const scale = 1 / nTraj;
  let loss = 0;
  for (let s = 0; s < S; s++) {
    const from = s * A;
    const end = from + A;
    let visits = 0;
    for (let k = from; k < end; k++) visits += count[k];
    if (visits === 0) continue;
    if (entropyBonus !== 0) loss += addEntropy(policy.probability, from, end, entropyBonus * scale * visits, out);
    if (klWeight !== 0) {
      loss += klKind === 'exact' ? addDivergence(policy, from, end, klWeight * scale * visits, out) : addSampledDivergence(policy, from, end, count, klKind, klWeight * scale, out);
    }
  }
  return loss;
}

function addEntropy(probability: Float64Array, from: number, end: number, weight: number, out: Float64Array): number {
  let entropy = 0;
  for (let k = from; k < end; k++) if (probability[k] > 0) entropy -= probability[k] * log(probability[k]);
  for (let k = from; k < end; k++) if (probability[k] > 0) out[k] += weight * probability[k] * (log(probability[k]) + entropy);
  return -weight * entropy;
}

function addDivergence({ probability, logProbability, reference }: ObjectivePolicy, from: number, end: number, weight: number, out: Float64Array): number {
  let divergence = 0;
  for (let k = from; k < end; k++) divergence += probability[k] * (logProbability[k] - reference[k]);
  for (let k = from; k < end; k++) out[k] += weight * probability[k] * (logProbability[k] - reference[k] - divergence);
  return weight * divergence;
}

function addSampledDivergence(
  { probability, logProbability, reference }: ObjectivePolicy,
  from: number,
  end: number,
  count: Float64Array,
  kind: Exclude<Penalties['klKind'], 'exact'>,
  weight: number,
  out: Float64Array,
): number {
  let loss = 0;
  let total = 0;
  for (let k = from; k < end; k++) {
    if (count[k] === 0) continue;
    const d = logProbability[k] - reference[k];
    const pull = weight * count[k] * (kind === 'k1' ? 1 : kind === 'k2' ? d : 1 - exp(-d));
    loss += weight * count[k] * (kind === 'k1' ? d : kind === 'k2' ? 0.5 * d * d : exp(-d) - 1 + d);
    out[k] += pull;
    total += pull;
  }
  for (let k = from; k < end; k++) out[k] -= probability[k] * total;
  return loss;
}
