import { defineObjective } from '../contracts/objective';
import { epochs, preferenceStrength, referenceFrom } from '../contracts/objective-parameters';
import { sigmoid } from '../math/elementary';
import { isDesirable, requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * KTO: each trajectory is good or bad by itself, and gains and losses count from a reference point.
 *
 *     L = (1/B) [Σ_good λ_D (1 − σ(β (Δ_i − z))) + Σ_bad λ_U (1 − σ(β (z − Δ_i)))],   z = max(0, mean_i Δ_i)
 *
 * Δ_i = Σ_t (log π − log π_ref). A trajectory is good where its return under the scheme's reward is above the mean of its group and bad
 * where it is below; equal ones count as neither. z estimates the KL to the reference and carries no gradient. The
 * batch's own mean stands for it here, where published code shuffles answers among prompts.
 */
export default defineObjective({
  id: 'kto',
  title: 'KTO',
  summary: 'Raises good and lowers bad trajectories without pairing them; gains level off.',
  formula: String.raw`L = \frac1B\Big[\sum_{good}\lambda_D\big(1-\sigma(\beta(\Delta_i-z))\big)+\sum_{bad}\lambda_U\big(1-\sigma(\beta(z-\Delta_i))\big)\Big]`,
  provenance: 'read',
  cite: [{ title: 'Ethayarajh et al., KTO: Model Alignment as Prospect Theoretic Optimization', source: 'arXiv:2402.01306' }],
  useWhen: 'There are thumbs up and down instead of comparisons.',
  breaksWhen: 'Nearly all trajectories are of one kind; then the weights λ must make up for it.',
  params: {
    beta: preferenceStrength(0.1, 'How fast gains and losses level off, away from the reference point.'),
    desirable: { kind: 'number', default: 1, min: 0, max: 10, step: 0.1, symbol: 'λᴰ', title: 'Weight of good ones', help: 'Factor on trajectories above the mean of their group.' },
    undesirable: { kind: 'number', default: 1, min: 0, max: 10, step: 0.1, symbol: 'λᵁ', title: 'Weight of bad ones', help: 'Factor on trajectories below the mean of their group.' },
    epochs: epochs(1),
    referenceFrom,
  },
  reads: ['steps'],
  gradient(aggregates, { probability, logProbability, reference }, { beta, desirable, undesirable }, out) {
    const steps = requireSteps(aggregates);
    const { nTraj } = steps;
    const delta = sumAlong(steps, (pair) => logProbability[pair] - reference[pair]);
    const point = Math.max(0, delta.reduce((sum, x) => sum + x, 0) / nTraj);
    const kind = isDesirable(steps);
    const weight = new Float64Array(nTraj);
    let loss = 0;
    for (let i = 0; i < nTraj; i++) {
      if (kind[i] === 0) continue;
      const factor = (kind[i] > 0 ? desirable : undesirable) / nTraj;
      const value = sigmoid(beta * kind[i] * (delta[i] - point));
      loss += factor * (1 - value);
      weight[i] = -factor * beta * kind[i] * value * (1 - value);
    }
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return loss;
  },
});
