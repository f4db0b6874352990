import { defineObjective } from '../contracts/objective';
import { epochs, penalties } from '../contracts/objective-parameters';
import { exp } from '../math/elementary';
import { addPenalties } from '../math/policy-penalties';
import { requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * Reward-weighted regression: imitates the trajectories of a group, better ones more.
 *
 *     L = −(1/B) Σ_i w_i Σ_t log π(a_it | s_it),   w_i = G exp(R_i / τ) / Σ_j∈g exp(R_j / τ)
 *
 * G is the group size, so weights are 1 on average. τ → 0 keeps the best of a group alone, which is rejection-sampling fine-tuning;
 * τ → ∞ imitates everything. Weights carry no gradient.
 */
export default defineObjective({
  id: 'reward-weighted',
  title: 'Reward-weighted imitation',
  summary: 'Imitates a group’s trajectories in proportion to how well they did; nothing is pushed down.',
  formula: String.raw`L = -\frac1B\sum_i w_i\sum_t\log\pi(a_{it}\mid s_{it}),\quad w_i = G\,\frac{e^{R_i/\tau}}{\sum_{j\in g}e^{R_j/\tau}}`,
  provenance: 'textbook',
  cite: [
    { title: 'Peters and Schaal 2007, Reinforcement learning by reward-weighted regression', source: 'doi:10.1145/1273496.1273590' },
    { title: 'Dong et al., RAFT: Reward rAnked FineTuning', source: 'arXiv:2304.06767' },
  ],
  useWhen: 'Supervised training on one’s own best answers is all that is to be had.',
  breaksWhen: 'A group holds no good trajectory: its best one is imitated all the same.',
  params: {
    temperature: { kind: 'number', default: 0.2, min: 0.001, max: 100, step: 0.001, scale: 'log', symbol: 'τ', title: 'Temperature', help: 'Difference of return that counts: near 0 only the best of a group is imitated.' },
    epochs: epochs(1),
    ...penalties,
  },
  reads: ['steps'],
  gradient(aggregates, policy, params, out) {
    const steps = requireSteps(aggregates);
    const { nTraj, groupSize, return: total } = steps;
    const { probability, logProbability } = policy;
    const logLikelihood = sumAlong(steps, (pair) => logProbability[pair]);
    const weight = new Float64Array(nTraj);
    let loss = 0;
    for (let from = 0; from < nTraj; from += groupSize) {
      let best = -Infinity;
      let sum = 0;
      for (let i = from; i < from + groupSize; i++) best = Math.max(best, total[i]);
      for (let i = from; i < from + groupSize; i++) sum += weight[i] = exp((total[i] - best) / params.temperature);
      for (let i = from; i < from + groupSize; i++) {
        weight[i] *= -groupSize / (sum * nTraj);
        loss += weight[i] * logLikelihood[i];
      }
    }
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return loss + addPenalties(aggregates, policy, params, out);
  },
});
