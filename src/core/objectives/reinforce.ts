import { defineObjective } from '../contracts/objective';
import { penalties } from '../contracts/objective-parameters';
import { log } from '../math/elementary';
import { addPenalties } from '../math/policy-penalties';

/**
 * REINFORCE: the likelihood-ratio gradient, with an optional entropy bonus and pull to a reference.
 *
 *     L = −(1/B) Σ_i Σ_t Â_it log π(a_it | s_it)
 *     ∂L/∂z_sj = −(1/B) (W_sj − π_sj Σ_a W_sa)
 *
 * W_sa is the sum of the advantages of the steps taken at (s, a) and B the number of trajectories: sum
 * over steps, mean over trajectories. A gradient step of size η is then
 * θ += η · (1/B) ΣΣ Â (onehot(a) − π) for a tabular softmax policy.
 */
export default defineObjective({
  id: 'reinforce',
  title: 'REINFORCE',
  summary: 'Raises the log-probability of each step in proportion to its advantage.',
  formula: String.raw`L = -\frac{1}{B}\sum_{i,t}\hat A_{it}\,\log\pi(a_{it}\mid s_{it})`,
  provenance: 'textbook',
  cite: [{ title: 'Williams 1992, Simple statistical gradient-following algorithms', source: 'doi:10.1007/BF00992696' }],
  useWhen: 'One update is made from each batch.',
  breaksWhen: 'A batch is used more than once: nothing holds the policy near the one that made it.',
  params: penalties,
  gradient(aggregates, policy, params, out) {
    const { S, A, nTraj, positive, negative, count } = aggregates;
    const { probability } = policy;
    const scale = 1 / nTraj;
    let loss = 0;
    out.fill(0);
    for (let s = 0; s < S; s++) {
      const from = s * A;
      const end = from + A;
      let visits = 0;
      let total = 0;
      for (let k = from; k < end; k++) {
        visits += count[k];
        total += positive[k] - negative[k];
      }
      if (visits === 0) continue;
      for (let k = from; k < end; k++) {
        const weight = positive[k] - negative[k];
        out[k] = -scale * (weight - probability[k] * total);
        if (weight !== 0) loss -= scale * weight * log(probability[k]);
      }
    }
    return loss + addPenalties(aggregates, policy, params, out);
  },
});
