import { defineObjective } from '../contracts/objective';
import { epochs, preferenceStrength, referenceFrom } from '../contracts/objective-parameters';
import { isDesirable, minusLogSigmoid, minusLogSigmoidSlope, requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * BCO: tells good trajectories from bad ones by a classifier whose logit is the log-ratio to the reference.
 *
 *     L = (1/B) [Σ_good −log σ(β Δ_i − δ) + Σ_bad −log σ(−(β Δ_i − δ))],   δ = ½ (mean_good β Δ + mean_bad β Δ)
 *
 * Δ_i = Σ_t (log π − log π_ref). Good is above, bad below the mean return of the group under the scheme's reward. δ carries no
 * gradient and is that of the batch, where published code keeps a moving average.
 */
export default defineObjective({
  id: 'bco',
  title: 'BCO',
  summary: 'Makes the log-ratio to the reference a classifier of good and bad trajectories.',
  formula: String.raw`L = \frac1B\Big[\sum_{good}-\log\sigma(\beta\Delta_i-\delta)+\sum_{bad}-\log\sigma(-(\beta\Delta_i-\delta))\Big]`,
  provenance: 'read',
  cite: [{ title: 'Jung et al., Binary Classifier Optimization for Large Language Model Alignment', source: 'arXiv:2404.04656' }],
  useWhen: 'There are thumbs up and down, and KTO’s levelling off is not wanted.',
  breaksWhen: 'One kind is missing from a batch: then δ is the mean of the other alone.',
  params: {
    beta: preferenceStrength(0.1, 'How strongly the reference holds.'),
    epochs: epochs(1),
    referenceFrom,
  },
  reads: ['steps'],
  gradient(aggregates, { probability, logProbability, reference }, { beta }, out) {
    const steps = requireSteps(aggregates);
    const { nTraj } = steps;
    const delta = sumAlong(steps, (pair) => logProbability[pair] - reference[pair]);
    const kind = isDesirable(steps);
    const means: number[] = [];
    for (const wanted of [1, -1]) {
      const members = delta.filter((_, i) => kind[i] === wanted);
      if (members.length > 0) means.push((beta * members.reduce((sum, x) => sum + x, 0)) / members.length);
    }
    const shift = means.length > 0 ? means.reduce((sum, x) => sum + x, 0) / means.length : 0;
    const weight = new Float64Array(nTraj);
    let loss = 0;
    for (let i = 0; i < nTraj; i++) {
      if (kind[i] === 0) continue;
      const margin = kind[i] * (beta * delta[i] - shift);
      loss += minusLogSigmoid(margin) / nTraj;
      weight[i] = (beta * kind[i] * minusLogSigmoidSlope(margin)) / nTraj;
    }
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return loss;
  },
});
