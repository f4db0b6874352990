import { defineObjective } from '../contracts/objective';

/**
 * PPO's clipped surrogate, several epochs on one batch.
 *
 *     L = −(1/B) Σ_s,a [min(ρ, 1 + ε) P_sa − max(ρ, 1 − ε) N_sa],   ρ = π(a|s) / π_batch(a|s)
 *     ∂L/∂z_sj = w_j ρ_j − π_sj Σ_a w_a ρ_a,   w_a = −(1/B) (P_sa 1[ρ_a ≤ 1 + ε] − N_sa 1[ρ_a ≥ 1 − ε])
 *
 * P and N are the sums of the positive and of the |negative| advantages at (s, a): every step there has the
 * same ratio, so clipping each of them is clipping the two sums. B is the number of trajectories. With one
 * epoch ρ = 1 and this is REINFORCE.
 */
export default defineObjective({
  id: 'ppo-clip',
  title: 'PPO clip',
  summary: 'Reuses a batch for several updates and stops pushing where the policy has moved far enough.',
  formula: String.raw`L = -\frac{1}{B}\sum_{i,t}\min\!\big(\rho\hat A,\ \operatorname{clip}(\rho, 1-\varepsilon, 1+\varepsilon)\hat A\big)`,
  provenance: 'textbook',
  cite: [{ title: 'Schulman et al., Proximal Policy Optimization Algorithms', source: 'arXiv:1707.06347' }],
  params: {
    clip: { kind: 'number', default: 0.2, min: 0.01, max: 1, step: 0.01, symbol: 'ε', title: 'Clip range', help: 'How far the probability ratio may move before a step stops counting.' },
    epochs: { kind: 'integer', default: 4, min: 1, max: 20, title: 'Epochs', help: 'Updates made from one batch.' },
  },
  gradient({ S, A, nTraj, positive, negative }, { probability, behaviour }, { clip }, out) {
    const scale = 1 / nTraj;
    let loss = 0;
    for (let s = 0; s < S; s++) {
      const from = s * A;
      const end = from + A;
      let total = 0;
      for (let k = from; k < end; k++) {
        if (positive[k] === 0 && negative[k] === 0) {
          out[k] = 0;
          continue;
        }
        const ratio = probability[k] / behaviour[k];
        loss -= scale * (Math.min(ratio, 1 + clip) * positive[k] - Math.max(ratio, 1 - clip) * negative[k]);
        const weight = -scale * ((ratio <= 1 + clip ? positive[k] : 0) - (ratio >= 1 - clip ? negative[k] : 0));
        out[k] = weight * ratio;
        total += out[k];
      }
      for (let k = from; k < end; k++) out[k] -= probability[k] * total;
    }
    return loss;
  },
});
