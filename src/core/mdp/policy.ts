import { softmaxRow } from '../math/elementary';
import { writeThresholds } from './compile-table';

/** A softmax policy over a table, everything [S·A] row-major. */
export interface TablePolicy {
  readonly probability: Float64Array;
  /** log π(a|s), finite even where π underflows. */
  readonly logProbability: Float64Array;
  /** Running integer thresholds per state: the rollout takes the first action with word < threshold. */
  readonly threshold: Uint32Array;
}

/**
 * π(a|s) = exp(θ[s,a]) / Σ_b exp(θ[s,b]) of every state, with its logarithm and thresholds.
 * Written into `out` when given. Throws when a logit is not finite, naming state and action.
 */
export function softmaxPolicy(logits: Float64Array, S: number, A: number, out: TablePolicy = emptyPolicy(S, A)): TablePolicy {
  for (let s = 0; s < S; s++) softmaxState(logits, s, A, out);
  return out;
}

/** The same for some states alone; the rows of the others stay as they are. */
export function softmaxStates(logits: Float64Array, states: ArrayLike<number>, A: number, out: TablePolicy): void {
  for (let k = 0; k < states.length; k++) softmaxState(logits, states[k], A, out);
}

function softmaxState(logits: Float64Array, s: number, A: number, { probability, logProbability, threshold }: TablePolicy): void {
  const begin = s * A;
  const end = begin + A;
  const logSum = softmaxRow(logits, begin, A, probability);
  if (!Number.isFinite(logSum)) throw notFinite(logits, begin, end, A);
  for (let k = begin; k < end; k++) logProbability[k] = logits[k] - logSum;
  writeThresholds(probability, begin, end, threshold);
}

/** Arrays for `softmaxPolicy` to fill, so that a loop allocates once. */
export function emptyPolicy(S: number, A: number): TablePolicy {
  return { probability: new Float64Array(S * A), logProbability: new Float64Array(S * A), threshold: new Uint32Array(S * A) };
}

function notFinite(logits: Float64Array, begin: number, end: number, A: number): Error {
  let k = begin;
  while (k < end - 1 && Number.isFinite(logits[k])) k++;
  return new Error(`The logit of action ${k % A} in state ${Math.floor(k / A)} is ${logits[k]}; the policy has diverged.`);
}
