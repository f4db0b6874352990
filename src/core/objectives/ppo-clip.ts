import { defineObjective } from '../contracts/objective';
import { epochs, penalties } from '../contracts/objective-parameters';
import { addPenalties } from '../math/policy-penalties';

/**
 * PPO's clipped surrogate, several epochs on one batch.
 *
 *     L = −(1/B) Σ_s,a [min(ρ, 1 + ε₊) P_sa − min(max(ρ, 1 − ε), c) N_sa],   ρ = π(a|s) / π_batch(a|s)
 *     ∂L/∂z_sj = w_j ρ_j − π_sj Σ_a w_a ρ_a,   w_a = −(1/B) (P_sa 1[ρ_a ≤ 1 + ε₊] − N_sa 1[1 − ε ≤ ρ_a ≤ c])
 *
 * P and N are the sums of the positive and of the |negative| advantages at (s, a): every step there has the
 * same ratio, so clipping each of them is clipping the two sums. B is the number of trajectories. ε₊ is ε unless
 * it is set apart (clip-higher), c is infinite unless set (dual clip), and ε is infinite where the clip is off. With one epoch ρ = 1 and this is REINFORCE.
 */
export default defineObjective({
  id: 'ppo-clip',
  title: 'PPO clip',
  summary: 'Reuses a batch for several updates and stops pushing where the policy has moved far enough.',
  formula: String.raw`L = -\frac{1}{B}\sum_{i,t}\min\!\big(\rho\hat A,\ \operatorname{clip}(\rho, 1-\varepsilon, 1+\varepsilon)\hat A\big)`,
  provenance: 'textbook',
  cite: [
    { title: 'Schulman et al., Proximal Policy Optimization Algorithms', source: 'arXiv:1707.06347' },
    { title: 'Ye et al., Mastering Complex Control in MOBA Games (dual clip)', source: 'arXiv:1912.09729' },
    { title: 'Yu et al., DAPO (clip-higher)', source: 'arXiv:2503.14476' },
  ],
  useWhen: 'Several updates are made from one batch.',
  breaksWhen: 'Only one update is made: every ratio is 1 and the clip is idle.',
  params: {
    clip: { kind: 'number', default: 0.2, nullable: true, min: 0.01, max: 1, step: 0.01, symbol: 'ε', title: 'Clip range', help: 'How far the probability ratio may move before a step stops counting; off, as far as it will.' },
    epochs: epochs(4),
    clipHigher: {
      kind: 'number', default: null, nullable: true, min: 0.01, max: 5, step: 0.01, symbol: 'ε₊', title: 'Upper clip range', advanced: true,
      help: 'How far the ratio of a step that paid may rise; off, it is the clip range.',
    },
    dualClip: {
      kind: 'number', default: null, nullable: true, min: 1.01, max: 20, step: 0.01, symbol: 'c', title: 'Dual clip', advanced: true,
      help: 'Ratio from which a step that cost stops counting too, so that one huge ratio cannot rule an update.',
    },
    ...penalties,
  },
  gradient(aggregates, policy, params, out) {
    const { S, A, nTraj, positive, negative } = aggregates;
    const { probability, behaviour } = policy;
    const range = params.clip ?? Infinity;
    const low = 1 - range;
    const high = 1 + (params.clipHigher ?? range);
    const most = params.dualClip ?? Infinity;
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
        loss -= scale * (Math.min(ratio, high) * positive[k] - Math.min(Math.max(ratio, low), most) * negative[k]);
        const weight = -scale * ((ratio <= high ? positive[k] : 0) - (ratio >= low && ratio <= most ? negative[k] : 0));
        out[k] = weight * ratio;
        total += out[k];
      }
      for (let k = from; k < end; k++) out[k] -= probability[k] * total;
    }
    return loss + addPenalties(aggregates, policy, params, out);
  },
});
