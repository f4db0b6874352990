/** What sequence-level objectives share: log-ratios of whole trajectories, and the way back from a weight per trajectory to logits. */
import type { Aggregates, Steps } from '../contracts/objective';
import { sigmoid, exp, log } from './elementary';

/** The steps of a batch; throws where an objective that reads them was handed sums alone. */
export function requireSteps({ steps }: Aggregates): Steps {
  if (!steps) throw new Error('This objective multiplies along trajectories, so it needs the steps of the batch and not their sums alone.');
  return steps;
}

/** [nTraj] Σ_t of a [S·A] column over the steps of each trajectory. */
export function sumAlong({ nTraj, maxLen, length, pair }: Steps, column: (pair: number) => number): Float64Array {
  const total = new Float64Array(nTraj);
  for (let i = 0; i < nTraj; i++) for (let k = i * maxLen, end = k + length[i]; k < end; k++) total[i] += column(pair[k]);
  return total;
}

/**
 * dL/dlogits, [S·A] over `out`, of a loss known by its derivative u_i with respect to Σ_t log π(a_it | s_it) of each trajectory:
 *
 *     ∂L/∂z_sj = Σ_(i,t): s_it = s u_i (1[a_it = j] − π_sj)
 */
export function spreadTrajectoryWeights({ nTraj, maxLen, length, pair }: Steps, weight: Float64Array, probability: Float64Array, A: number, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i < nTraj; i++) {
    if (weight[i] === 0) continue;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) out[pair[k]] += weight[i];
  }
  for (let from = 0; from < out.length; from += A) {
    let total = 0;
    for (let k = from; k < from + A; k++) total += out[k];
    if (total !== 0) for (let k = from; k < from + A; k++) out[k] -= probability[k] * total;
  }
}

/**
 * Calls back for the pairs of a group, the one with the higher return first; equal returns are no pair. `best-worst` is one pair a
 * group, `all` every pair. Returns how many pairs there were.
 */
export function eachPair({ nTraj, groupSize, return: total }: Steps, which: 'best-worst' | 'all', visit: (better: number, worse: number) => void): number {
  let pairs = 0;
  const compare = (i: number, j: number) => {
    if (total[i] === total[j]) return;
    pairs += 1;
    if (total[i] > total[j]) visit(i, j);
    else visit(j, i);
  };
  for (let from = 0; from < nTraj; from += groupSize) {
    if (which === 'all') {
      for (let i = from; i < from + groupSize; i++) for (let j = i + 1; j < from + groupSize; j++) compare(i, j);
      continue;
    }
    let best = from;
    let worst = from;
    for (let i = from; i < from + groupSize; i++) {
      if (total[i] > total[best]) best = i;
      if (total[i] < total[worst]) worst = i;
    }
    compare(best, worst);
  }
  return pairs;
}

/** −log σ(x) = log(1 + e^−x), without overflow. */
export function minusLogSigmoid(x: number): number {
  return x < 0 ? log(1 + exp(x)) - x : log(1 + exp(-x));
}

/** Derivative of `minusLogSigmoid`: σ(x) − 1. */
export function minusLogSigmoidSlope(x: number): number {
  return -sigmoid(-x);
}

/** [nTraj] 1 where a trajectory's return is above the mean of its group, −1 where it is below, 0 where it is neither. */
export function isDesirable({ nTraj, groupSize, return: total }: Steps): Int8Array {
  const kind = new Int8Array(nTraj);
  for (let from = 0; from < nTraj; from += groupSize) {
    const mean = total.subarray(from, from + groupSize).reduce((sum, x) => sum + x, 0) / groupSize;
    // Equal returns differ from their mean by rounding alone.
    const rounding = 1e-12 * Math.max(1, Math.abs(mean));
    for (let i = from; i < from + groupSize; i++) kind[i] = total[i] > mean + rounding ? 1 : total[i] < mean - rounding ? -1 : 0;
  }
  return kind;
}
