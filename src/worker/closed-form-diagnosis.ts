import { ClosedFormBatch } from '../core/batch/closed-form-batch';
import { SIGN_THRESHOLD, largest } from '../core/diagnostics/batch-figures';
import type { EstimatorDiagnosis } from '../core/diagnostics/bias-variance';
import { directionCosine } from '../core/diagnostics/update-direction';
import type { ClosedFormExperiment } from '../core/experiment/resolve';
import { normalDraws } from '../core/math/normal';
import { EMPTY_SIDE, priceBatch } from '../core/scheme/price-batch';
import { DIAGNOSIS_SEED, NO_FIGURES, type DiagnosisOrder } from './diagnose';

/** One scheme's sums over fresh batches. */
interface Sums {
  readonly direction: Float64Array;
  readonly cosines: number[];
  judged: number;
  nonzero: number;
  right: number;
}

/**
 * Diagnoses every scheme over the same fresh batches of a Gaussian policy, as the first seed's learner meets the scenario: alignment and sign. Bias and
 * variance are of the advantage at one state and action met again and again, and points are never met twice, so both are NaN. Yields after every batch.
 */
export function* diagnoseClosedForm(experiment: ClosedFormExperiment, { logits: policy, iteration, batches }: DiagnosisOrder): Generator<void, readonly EstimatorDiagnosis[]> {
  const { scenario, worlds, spec, schemes } = experiment;
  const { trajectories, groupSize, seeds } = spec.training;
  const world = worlds.of(seeds.first);
  const gradient = new Float64Array(policy.length);
  world.gradient(policy, gradient);
  const direction = new Float64Array(policy.length);
  const sums = schemes.map((): Sums => ({ direction: new Float64Array(policy.length), cosines: [], judged: 0, nonzero: 0, right: 0 }));
  for (let b = 0; b < batches; b++) {
    const play = world.play(policy, normalDraws({ seed: DIAGNOSIS_SEED, learner: 0, iteration: b }, trajectories, world.draws));
    const batch = new ClosedFormBatch(scenario, world, play, groupSize);
    const threshold = SIGN_THRESHOLD * largest(play.advantage, batch);
    schemes.forEach((scheme, k) => {
      if (!scheme) return;
      const { advantage } = priceBatch(batch, scheme, { ...EMPTY_SIDE, iteration });
      world.direction(policy, play, advantage, direction);
      const cosine = directionCosine(direction, gradient);
      sums[k].cosines.push(Number.isNaN(cosine) ? 0 : cosine);
      for (let j = 0; j < direction.length; j++) sums[k].direction[j] += direction[j];
      play.advantage.forEach((exact, j) => {
        if (Math.abs(exact) <= threshold) return;
        sums[k].judged += 1;
        if (advantage[j] === 0) return;
        sums[k].nonzero += 1;
        if (advantage[j] * exact > 0) sums[k].right += 1;
      });
    });
    yield;
  }
  return sums.map((sum, k) => (schemes[k] ? figuresOf(sum, gradient) : NO_FIGURES));
}

function figuresOf({ direction, cosines, judged, nonzero, right }: Sums, gradient: Float64Array): EstimatorDiagnosis {
  const n = cosines.length;
  const cosine = cosines.reduce((sum, x) => sum + x, 0) / n;
  const squares = cosines.reduce((sum, x) => sum + (x - cosine) * (x - cosine), 0);
  return {
    ...NO_FIGURES,
    signAgreement: right / nonzero,
    nonzeroShare: nonzero / judged,
    cosine,
    cosineError: Math.sqrt(squares / (n - 1) / n),
    cosineOfMean: directionCosine(direction, gradient),
  };
}
