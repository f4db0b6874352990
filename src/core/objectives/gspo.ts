import { defineObjective } from '../contracts/objective';
import { epochs, penalties } from '../contracts/objective-parameters';
import { exp, log } from '../math/elementary';
import { addPenalties } from '../math/policy-penalties';
import { requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * GSPO: one length-normalised probability ratio for a whole trajectory, clipped as a whole.
 *
 *     L = −(1/B) Σ_i min(s_i Ā_i, clip(s_i, 1 − ε, 1 + ε₊) Ā_i),   s_i = exp((1/L_i) Σ_t (log π − log π_batch))
 *     ∂L/∂Σ_t log π = −(1/B) Ā_i s_i / L_i where s_i is not clipped, else 0
 *
 * Ā_i is the mean of the trajectory's advantages, which is the advantage itself where all steps share one. The ratio multiplies
 * along the trajectory, so the steps are read one by one and not their sums.
 */
export default defineObjective({
  id: 'gspo',
  title: 'GSPO',
  summary: 'Weighs and clips whole trajectories by one ratio each, instead of step by step.',
  formula: String.raw`L = -\frac1B\sum_i\min\!\big(s_i\hat A_i,\ \operatorname{clip}(s_i,1-\varepsilon,1+\varepsilon_+)\hat A_i\big),\quad s_i=\Big(\tfrac{\pi(\tau_i)}{\pi_{batch}(\tau_i)}\Big)^{1/L_i}`,
  provenance: 'read',
  cite: [{ title: 'Zheng et al., Group Sequence Policy Optimization', source: 'arXiv:2507.18071' }],
  useWhen: 'All steps of a trajectory share one advantage, and single steps’ ratios would be noise.',
  breaksWhen: 'Steps have advantages of their own: their mean is all that is seen. Its updates are smaller than those of PPO by the length of a trajectory, so it asks for a larger learning rate.',
  params: {
    clip: { kind: 'number', default: 0.2, min: 0.0001, max: 1, step: 0.0001, scale: 'log', symbol: 'ε', title: 'Clip range', help: 'How far the ratio of a trajectory may fall before it stops counting. The paper uses 0.0003 for thousands of tokens.' },
    clipHigher: {
      kind: 'number', default: null, nullable: true, min: 0.0001, max: 5, step: 0.0001, scale: 'log', symbol: 'ε₊', title: 'Upper clip range', advanced: true,
      help: 'How far the ratio of a trajectory that paid may rise; off, it is the clip range.',
    },
    epochs: epochs(4),
    ...penalties,
  },
  reads: ['steps'],
  gradient(aggregates, policy, params, out) {
    const steps = requireSteps(aggregates);
    const { nTraj, maxLen, length, advantage } = steps;
    const { probability, logProbability, behaviour } = policy;
    const ratio = sumAlong(steps, (pair) => logProbability[pair] - log(behaviour[pair]));
    const weight = new Float64Array(nTraj);
    const low = 1 - params.clip;
    const high = 1 + (params.clipHigher ?? params.clip);
    let loss = 0;
    for (let i = 0; i < nTraj; i++) {
      if (length[i] === 0) continue;
      let mean = 0;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) mean += advantage[k] / length[i];
      const s = exp(ratio[i] / length[i]);
      loss -= (mean > 0 ? Math.min(s, high) : Math.max(s, low)) * (mean / nTraj);
      if (mean > 0 ? s <= high : s >= low) weight[i] = (-mean * s) / (nTraj * length[i]);
    }
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return loss + addPenalties(aggregates, policy, params, out);
  },
});
