import { defineObjective } from '../contracts/objective';
import { epochs, pairsOfGroup, preferenceStrength, referenceFrom } from '../contracts/objective-parameters';
import { eachPair, requireSteps, spreadTrajectoryWeights, sumAlong } from '../math/trajectory-weights';

/**
 * IPO: asks for a fixed margin between the better and the worse trajectory and for no more.
 *
 *     L = (1/P) Σ_pairs (Δ_w − Δ_l − 1/(2τ))²,   Δ_i = Σ_t (log π − log π_ref)
 *
 * w is the trajectory whose return under the scheme's reward is higher. P counts the pairs of the batch.
 */
export default defineObjective({
  id: 'ipo',
  title: 'IPO',
  summary: 'Like DPO with a margin to reach instead of one to grow without end.',
  formula: String.raw`L = \frac1P\sum_{(w,l)}\Big(\Delta_w-\Delta_l-\frac{1}{2\tau}\Big)^2,\quad \Delta_i=\sum_t\log\frac{\pi(a_{it}\mid s_{it})}{\pi_{ref}(a_{it}\mid s_{it})}`,
  provenance: 'textbook',
  cite: [{ title: 'Azar et al., A General Theoretical Paradigm to Understand Learning from Human Preferences', source: 'arXiv:2310.12036' }],
  useWhen: 'Preferences are nearly certain, where DPO would push a pair apart for ever.',
  breaksWhen: 'τ is small: the margin asked for is then large, and so is the squared error at the start.',
  params: {
    tau: { ...preferenceStrength(0.1, 'How strongly the reference holds: the margin asked for is 1/(2τ).'), symbol: 'τ' },
    pairs: pairsOfGroup,
    epochs: epochs(1),
    referenceFrom,
  },
  reads: ['steps'],
  gradient(aggregates, { probability, logProbability, reference }, { tau, pairs }, out) {
    const steps = requireSteps(aggregates);
    const delta = sumAlong(steps, (pair) => logProbability[pair] - reference[pair]);
    const weight = new Float64Array(steps.nTraj);
    const target = 1 / (2 * tau);
    let loss = 0;
    const count = eachPair(steps, pairs, (better, worse) => {
      const missing = delta[better] - delta[worse] - target;
      loss += missing * missing;
      weight[better] += 2 * missing;
      weight[worse] -= 2 * missing;
    });
    if (count > 0) for (let i = 0; i < weight.length; i++) weight[i] /= count;
    spreadTrajectoryWeights(steps, weight, probability, aggregates.A, out);
    return count > 0 ? loss / count : 0;
  },
});
