import type { Frame } from '../contracts/columns';
import type { Table } from '../contracts/scenario';
import { poolShared } from '../mdp/shared-logits';

/** Where a batch's steps were taken and by which policy. */
export interface Visits extends Frame {
  /** [nTraj × maxLen] outcome row of each step. */
  readonly row: Uint32Array;
}

export type RowLookup = Pick<Table, 'A' | 'rowState' | 'rowAction' | 'logitRow'>;

/**
 * The direction in which a batch pushes the logits of a tabular softmax policy, [S·A]:
 *
 *     ĝ[s, a] = (1/B) Σ_i Σ_t Â_it (1[s_it = s, a_it = a] − 1[s_it = s] π(a|s))
 *
 * Sum over steps, mean over the B trajectories; states that share their logits add up at the first of them. Advantages
 * in padding are not read.
 */
export function updateDirection(
  advantage: Float64Array,
  visits: Visits,
  table: RowLookup,
  probability: Float64Array,
  out: Float64Array,
): Float64Array {
  const { nTraj, maxLen, length, row } = visits;
  const { A, rowState, rowAction } = table;
  out.fill(0);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const r = row[k];
      out[rowState[r] * A + rowAction[r]] += advantage[k];
    }
  }
  for (let base = 0; base < out.length; base += A) {
    let total = 0;
    for (let a = 0; a < A; a++) total += out[base + a];
    for (let a = 0; a < A; a++) out[base + a] = (out[base + a] - total * probability[base + a]) / nTraj;
  }
  poolShared(table, out);
  return out;
}

/** a·b / (‖a‖‖b‖); NaN when either is zero, because a zero update has no direction. */
export function directionCosine(a: Float64Array, b: Float64Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let k = 0; k < a.length; k++) {
    dot += a[k] * b[k];
    aa += a[k] * a[k];
    bb += b[k] * b[k];
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : NaN;
}
