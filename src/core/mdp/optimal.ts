/** The best that any policy can do on a table, and what a policy does when time never runs out. */
import type { Table } from '../contracts/scenario';
import { continuationWeight, expectedRowReward, type ExactOptions } from './exact';

export interface OptimalValues {
  readonly horizon: number;
  /** V*_t(s), [(T + 1) · S]. */
  readonly value: Float64Array;
  /** Q*_t(s, a), [T · S · A]. */
  readonly actionValue: Float64Array;
  /** Best action at step t, the lowest among equals, [T · S]. */
  readonly action: Int32Array;
}

/** V*, Q* and a best time-dependent policy for a row reward, finite horizon. */
export function optimalPolicy(
  table: Table,
  reward: Float64Array,
  { gamma = 1, horizon = table.horizon, finalReward }: ExactOptions = {},
): OptimalValues {
  const { S, A, absorbing } = table;
  const immediate = expectedRowReward(table, reward);
  const finalImmediate = finalReward ? expectedRowReward(table, finalReward) : immediate;
  const weight = continuationWeight(table, gamma);
  const value = new Float64Array((horizon + 1) * S);
  const actionValue = new Float64Array(horizon * S * A);
  const action = new Int32Array(horizon * S);
  for (let t = horizon - 1; t >= 0; t--) {
    const pay = t === horizon - 1 ? finalImmediate : immediate;
    for (let s = 0; s < S; s++) {
      if (absorbing[s]) continue;
      let best = -Infinity;
      for (let a = 0; a < A; a++) {
        const q = lookAhead(table, pay, weight, value, (t + 1) * S, s * A + a);
        actionValue[(t * S + s) * A + a] = q;
        if (q > best) {
          best = q;
          action[t * S + s] = a;
        }
      }
      value[t * S + s] = best;
    }
  }
  return { horizon, value, actionValue, action };
}

export interface StationaryValues {
  /** V(s), [S]. */
  readonly value: Float64Array;
  /** Q(s, a), [S·A]. */
  readonly actionValue: Float64Array;
  /** Sweeps until no value moved by more than the tolerance. */
  readonly sweeps: number;
}

/** V* and Q* when time never runs out, by value iteration; γ must be below 1. */
export function optimalStationary(table: Table, reward: Float64Array, gamma: number): StationaryValues {
  return iterate(table, reward, gamma, (actionValue, s, A) => {
    let best = -Infinity;
    for (let sa = s * A; sa < (s + 1) * A; sa++) best = Math.max(best, actionValue[sa]);
    return best;
  });
}

/** V and Q of π [S·A] when time never runs out, by repeated expectation; γ must be below 1. */
export function evaluateStationary(table: Table, probability: Float64Array, reward: Float64Array, gamma: number): StationaryValues {
  return iterate(table, reward, gamma, (actionValue, s, A) => {
    let v = 0;
    for (let sa = s * A; sa < (s + 1) * A; sa++) v += probability[sa] * actionValue[sa];
    return v;
  });
}

/** Σ_t γᵗ P(s_t = s, still running) of π when time never runs out, [S]; not normalised. γ must be below 1. */
export function stationaryOccupancy(table: Table, probability: Float64Array, gamma: number): Float64Array {
  checkDiscount(gamma);
  const { S, A, rowStart, rowNext, absorbing, start } = table;
  const weight = continuationWeight(table, gamma);
  let reach = new Float64Array(S);
  for (let k = 0; k < start.state.length; k++) reach[start.state[k]] += start.probability[k];
  const visits = new Float64Array(S);
  for (let left = 1; left > 1e-14; ) {
    const next = new Float64Array(S);
    left = 0;
    for (let s = 0; s < S; s++) {
      if (reach[s] === 0 || absorbing[s]) continue;
      visits[s] += reach[s];
      left += reach[s];
      for (let sa = s * A; sa < (s + 1) * A; sa++) {
        const taken = reach[s] * probability[sa];
        for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) next[rowNext[r]] += taken * weight[r];
      }
    }
    reach = next;
  }
  return visits;
}

/** Q(s, a) given the next step's values from `next` on. */
function lookAhead(table: Table, pay: Float64Array, weight: Float64Array, value: Float64Array, next: number, sa: number): number {
  let q = pay[sa];
  for (let r = table.rowStart[sa]; r < table.rowStart[sa + 1]; r++) q += weight[r] * value[next + table.rowNext[r]];
  return q;
}

function iterate(
  table: Table,
  reward: Float64Array,
  gamma: number,
  backUp: (actionValue: Float64Array, state: number, A: number) => number,
): StationaryValues {
  checkDiscount(gamma);
  const { S, A, absorbing } = table;
  const pay = expectedRowReward(table, reward);
  const weight = continuationWeight(table, gamma);
  const value = new Float64Array(S);
  const actionValue = new Float64Array(S * A);
  for (let sweeps = 1; ; sweeps++) {
    let change = 0;
    let size = 0;
    for (let s = 0; s < S; s++) {
      if (absorbing[s]) continue;
      for (let sa = s * A; sa < (s + 1) * A; sa++) actionValue[sa] = lookAhead(table, pay, weight, value, 0, sa);
      const v = backUp(actionValue, s, A);
      change = Math.max(change, Math.abs(v - value[s]));
      size = Math.max(size, Math.abs(v));
      value[s] = v;
    }
    // The error left is at most change · γ / (1 − γ); rounding keeps it from falling below a few units of the largest value.
    if (change * gamma <= 1e-13 * (1 - gamma) * size || change <= 2 ** -50 * size) return { value, actionValue, sweeps };
  }
}

function checkDiscount(gamma: number): void {
  if (!(gamma >= 0 && gamma < 1)) {
    throw new Error(`Values without a horizon need a discount of at least 0 and below 1; it is ${gamma}. Give a horizon, or a smaller discount.`);
  }
}
