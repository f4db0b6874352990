import { defineObjective } from '../contracts/objective';
import { epochs, pairsOfGroup, preferenceStrength, referenceFrom } from '../contracts/objective-parameters';
import { eachPair, minusLogSigmoid, minusLogSigmoidSlope, requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * DPO: learns from which of two trajectories of a group is better, without advantages.
 *
 *     L = (1/P) Σ_pairs −log σ(β (Δ_w − Δ_l)),   Δ_i = Σ_t (log π − log π_ref)
 *     ∂L/∂Δ_w = −(β/P) σ(−β (Δ_w − Δ_l)) = −∂L/∂Δ_l
 *
 * w is the trajectory whose return under the scheme's reward is higher. P counts the pairs of the batch.
 */
export default defineObjective({
  id: 'dpo',
  title: 'DPO',
  summary: 'Prefers the better trajectory of a pair to the worse, held to the reference; advantages play no part.',
  formula: String.raw`L = -\frac1P\sum_{(w,l)}\log\sigma\big(\beta(\Delta_w-\Delta_l)\big),\quad \Delta_i=\sum_t\log\frac{\pi(a_{it}\mid s_{it})}{\pi_{ref}(a_{it}\mid s_{it})}`,
  provenance: 'textbook',
  cite: [{ title: 'Rafailov et al., Direct Preference Optimization', source: 'arXiv:2305.18290' }],
  useWhen: 'Only the order of two trajectories is known, or only the order is to be trusted.',
  breaksWhen: 'All trajectories of a group are equally good: there is no pair. Both log-probabilities may fall as long as their difference grows.',
  params: {
    beta: preferenceStrength(0.1, 'How strongly the reference holds: small values let the policy go far for a pair.'),
    pairs: pairsOfGroup,
    epochs: epochs(1),
    referenceFrom,
  },
  reads: ['steps'],
  gradient(aggregates, { probability, logProbability, reference }, { beta, pairs }, out) {
    const steps = requireSteps(aggregates);
    const delta = sumAlong(steps, (pair) => logProbability[pair] - reference[pair]);
    const weight = new Float64Array(steps.nTraj);
    let loss = 0;
    const count = eachPair(steps, pairs, (better, worse) => {
      const margin = beta * (delta[better] - delta[worse]);
      loss += minusLogSigmoid(margin);
      const slope = beta * minusLogSigmoidSlope(margin);
      weight[better] += slope;
      weight[worse] -= slope;
    });
    if (count > 0) for (let i = 0; i < weight.length; i++) weight[i] /= count;
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return count > 0 ? loss / count : 0;
  },
});
