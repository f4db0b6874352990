import type { Table } from '../contracts/scenario';
import { continuationWeight, expectedRowReward } from './exact';

/** Sweeps under the greedy actions between two sweeps over all actions. */
const GREEDY_SWEEPS = 16;

/**
 * V* and Q* when time never runs out, [S] and [S·A], for a γ below 1: between two sweeps of value iteration the greedy policy is evaluated
 * in part, which costs one action a state. The answer of `optimalStationary`, to 1e-12 of the largest value, several times sooner.
 *
 * Source: Puterman and Shin, "Modified policy iteration algorithms for discounted Markov decision problems", 1978.
 */
export function stationaryOptimum(table: Table, reward: Float64Array, gamma: number): { value: Float64Array; actionValue: Float64Array } {
  if (!(gamma >= 0 && gamma < 1)) throw new Error(`Values without a horizon need a discount of at least 0 and below 1; it is ${gamma}.`);
  const { S, A, rowStart, rowNext, absorbing } = table;
  const pay = expectedRowReward(table, reward);
  const weight = continuationWeight(table, gamma);
  const value = new Float64Array(S);
  const actionValue = new Float64Array(S * A);
  const greedy = new Int32Array(S).fill(-1);
  for (;;) {
    let change = 0;
    let size = 0;
    for (let s = 0; s < S; s++) {
      if (absorbing[s]) continue;
      let best = -Infinity;
      for (let sa = s * A; sa < (s + 1) * A; sa++) {
        let q = pay[sa];
        for (let r = rowStart[sa], end = rowStart[sa + 1]; r < end; r++) q += weight[r] * value[rowNext[r]];
        actionValue[sa] = q;
        if (q > best) {
          best = q;
          greedy[s] = sa;
        }
      }
      const moved = Math.abs(best - value[s]);
      if (moved > change) change = moved;
      if (best > size) size = best;
      else if (-best > size) size = -best;
      value[s] = best;
    }
    if (change * gamma <= 1e-12 * (1 - gamma) * size || change <= 2 ** -50 * size) return { value, actionValue };
    for (let sweep = 0; sweep < GREEDY_SWEEPS; sweep++) {
      for (let s = 0; s < S; s++) {
        const sa = greedy[s];
        if (sa < 0) continue;
        let q = pay[sa];
        for (let r = rowStart[sa], end = rowStart[sa + 1]; r < end; r++) q += weight[r] * value[rowNext[r]];
        value[s] = q;
      }
    }
  }
}
