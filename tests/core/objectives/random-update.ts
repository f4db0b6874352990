import type { Aggregates, ObjectivePolicy, Steps } from '../../../src/core/contracts/objective';
import { log, softmaxRow } from '../../../src/core/math/elementary';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

export const S = 4;
export const A = 3;
export const B = 8;
export const GROUP = 4;
const LONGEST = 5;

/** π of every row of logits. */
export function softmax(logits: Float64Array): Float64Array {
  const probability = new Float64Array(logits.length);
  for (let s = 0; s < logits.length / A; s++) softmaxRow(logits, s * A, A, probability);
  return probability;
}

export const logOf = (probability: Float64Array) => probability.map((p) => log(p));

export interface RandomUpdate {
  readonly logits: Float64Array;
  readonly behaviour: Float64Array;
  readonly reference: Float64Array;
  readonly demonstration: Float64Array;
  readonly steps: Steps;
  readonly aggregates: Aggregates & { steps: Steps };
}

/**
 * Trajectories of 1 to 5 steps through states 0 to 2 (3 is never visited), with advantages of both signs and returns of which two
 * are equal, under a behaviour policy; the policy of the update lies `distance` away from it.
 */
export function randomUpdate(seed: number, distance: number): RandomUpdate {
  const stream = mixSeed(77, seed);
  const u = () => 2 * nextUniform(stream) - 1;
  const old = Float64Array.from({ length: S * A }, u);
  const logits = old.map((z) => z + distance * u());
  const length = Int32Array.from({ length: B }, () => 1 + Math.floor(nextUniform(stream) * LONGEST));
  const pair = Uint32Array.from({ length: B * LONGEST }, () => Math.floor(nextUniform(stream) * (S - 1)) * A + Math.floor(nextUniform(stream) * A));
  const advantage = Float64Array.from({ length: B * LONGEST }, u);
  const total = Float64Array.from({ length: B }, u);
  total[1] = total[0];
  const steps: Steps = { nTraj: B, maxLen: LONGEST, length, pair, advantage, return: total, groupSize: GROUP };
  const sums = { S, A, nTraj: B, positive: new Float64Array(S * A), negative: new Float64Array(S * A), count: new Float64Array(S * A), steps };
  eachStep(steps, (k) => {
    sums[advantage[k] > 0 ? 'positive' : 'negative'][pair[k]] += Math.abs(advantage[k]);
    sums.count[pair[k]] += 1;
  });
  return {
    logits,
    behaviour: softmax(old),
    reference: logOf(softmax(old.map((z) => z + u()))),
    demonstration: Float64Array.from({ length: S * A }, () => nextUniform(stream)),
    steps,
    aggregates: sums,
  };
}

export function eachStep({ nTraj, maxLen, length }: Steps, visit: (k: number, trajectory: number) => void): void {
  for (let i = 0; i < nTraj; i++) for (let t = 0; t < length[i]; t++) visit(i * maxLen + t, i);
}

export function policyAt(update: RandomUpdate, logits: Float64Array, iteration = 0): ObjectivePolicy {
  const probability = softmax(logits);
  const { behaviour, reference, demonstration } = update;
  return { logits, probability, logProbability: logOf(probability), behaviour, reference, demonstration, iteration };
}
