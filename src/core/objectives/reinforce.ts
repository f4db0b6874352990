import { defineObjective } from '../contracts/objective';
import { log } from '../math/elementary';

/**
 * REINFORCE: the likelihood-ratio gradient, with an optional entropy bonus.
 *
 *     L = −(1/B) Σ_i Σ_t Â_it log π(a_it | s_it) − (β/B) Σ_s n(s) H(π(·|s))
 *     ∂L/∂z_sj = −(1/B) (W_sj − π_sj Σ_a W_sa) + (β/B) n(s) π_sj (log π_sj + H_s)
 *
 * W_sa is the sum of the advantages of the steps taken at (s, a), n(s) the number of visits and B the
 * number of trajectories: sum over steps, mean over trajectories. A gradient step of size η
 * is then θ += η · (1/B) ΣΣ Â (onehot(a) − π) for a tabular softmax policy.
 */
export default defineObjective({
  id: 'reinforce',
  title: 'REINFORCE',
  summary: 'Raises the log-probability of each step in proportion to its advantage.',
  formula: String.raw`L = -\frac{1}{B}\sum_{i,t}\hat A_{it}\,\log\pi(a_{it}\mid s_{it})`,
  provenance: 'textbook',
  cite: [{ title: 'Williams 1992, Simple statistical gradient-following algorithms', source: 'doi:10.1007/BF00992696' }],
  params: {
    entropyBonus: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.001,
      symbol: 'β',
      title: 'Entropy bonus',
      advanced: true,
      help: 'Weight of the policy entropy, summed over the steps of a trajectory, that is added to the objective.',
    },
  },
  gradient({ S, A, nTraj, positive, negative, count }, { probability }, { entropyBonus }, out) {
    const scale = 1 / nTraj;
    let loss = 0;
    for (let s = 0; s < S; s++) {
      const from = s * A;
      const end = from + A;
      let visits = 0;
      let total = 0;
      for (let k = from; k < end; k++) {
        visits += count[k];
        total += positive[k] - negative[k];
      }
      if (visits === 0) {
        out.fill(0, from, end);
        continue;
      }
      for (let k = from; k < end; k++) {
        const weight = positive[k] - negative[k];
        out[k] = -scale * (weight - probability[k] * total);
        if (weight !== 0) loss -= scale * weight * log(probability[k]);
      }
      if (entropyBonus === 0) continue;
      let entropy = 0;
      for (let k = from; k < end; k++) if (probability[k] > 0) entropy -= probability[k] * log(probability[k]);
      loss -= entropyBonus * scale * visits * entropy;
      for (let k = from; k < end; k++) {
        if (probability[k] > 0) out[k] += entropyBonus * scale * visits * probability[k] * (log(probability[k]) + entropy);
      }
    }
    return loss;
  },
});
