import type { Frame } from '../contracts/columns';
import type { SchemeSpec } from './scheme-spec';

/** ε inside the root of whitening, as verl writes it. */
export const WHITENING_EPSILON = 1e-8;

/**
 * The stages after the estimator, in place on `advantage`: whitening over all steps of the batch, then
 * clipping to ±clip.
 *
 *     W(x) = (x − m) / sqrt(v + 1e-8),  v with Bessel's correction over the N valid steps
 *
 * A batch with fewer than two steps is left as it is.
 */
export function applyPostStages(advantage: Float64Array, frame: Frame, { whiten, clip }: Pick<SchemeSpec, 'whiten' | 'clip'>): void {
  const { nTraj, maxLen, length } = frame;
  if (whiten === 'batch') {
    const { mean, deviation, count } = stepMoments(advantage, frame);
    if (count > 1) {
      for (let i = 0; i < nTraj; i++) {
        for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = (advantage[k] - mean) / deviation;
      }
    }
  }
  if (clip !== null) {
    for (let k = 0; k < advantage.length; k++) {
      const x = advantage[k];
      if (x > clip) advantage[k] = clip;
      else if (x < -clip) advantage[k] = -clip;
    }
  }
}

/** Mean and sqrt(variance + ε) over the valid steps, Bessel-corrected. */
export function stepMoments(x: Float64Array, { nTraj, maxLen, length }: Frame): { mean: number; deviation: number; count: number } {
  let count = 0;
  let total = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += x[k];
    count += length[i];
  }
  const mean = count > 0 ? total / count : 0;
  let squares = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) squares += (x[k] - mean) * (x[k] - mean);
  }
  const variance = count > 1 ? squares / (count - 1) : 0;
  return { mean, deviation: Math.sqrt(variance + WHITENING_EPSILON), count };
}
