/**
 * Exact values of a policy on a table, finite horizon, by backward induction. Values depend on
 * time: V_t(s) is what is still to come with T − t steps left. A finished episode is worth 0 and
 * so is one out of time. Absorbing states hold 0 everywhere.
 */
import type { Table } from '../contracts/scenario';

export interface ExactOptions {
  /** γ, 1 unless given. */
  readonly gamma?: number;
  /** T, the table's horizon unless given. */
  readonly horizon?: number;
  /** [rows] paid instead of `reward` at the last step t = T − 1: a potential that is zeroed when time runs out, say. */
  readonly finalReward?: Float64Array;
}

export interface ExactValues {
  readonly S: number;
  readonly A: number;
  readonly horizon: number;
  /** V_t(s), [(T + 1) · S], index t·S + s; V_T = 0. */
  readonly value: Float64Array;
  /** Q_t(s, a), [T · S · A], index (t·S + s)·A + a. */
  readonly actionValue: Float64Array;
  /** A_t(s, a) = Q_t(s, a) − V_t(s), [T · S · A]. */
  readonly advantage: Float64Array;
}

/** Arrays for `evaluatePolicy` to fill. */
export function emptyExactValues(S: number, A: number, horizon: number): ExactValues {
  return {
    S,
    A,
    horizon,
    value: new Float64Array((horizon + 1) * S),
    actionValue: new Float64Array(horizon * S * A),
    advantage: new Float64Array(horizon * S * A),
  };
}

/** E[reward | s, a] of a row reward, [S·A]. */
export function expectedRowReward(table: Table, reward: Float64Array, out: Float64Array = new Float64Array(table.S * table.A)): Float64Array {
  const { rowStart, rowProbability } = table;
  for (let sa = 0; sa < out.length; sa++) {
    let sum = 0;
    for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) sum += rowProbability[r] * reward[r];
    out[sa] = sum;
  }
  return out;
}

/** γ · p of every row, 0 on rows that end the episode: the weight of V at the next state, [rows]. */
export function continuationWeight(table: Table, gamma: number): Float64Array {
  return table.rowProbability.map((p, r) => (table.rowDone[r] ? 0 : gamma * p));
}

/**
 * V, Q and A of a reward paid on table rows, [rows], under π [S·A]:
 *
 *     Q_t(s, a) = Σ_row p · (r_row + γ·(1 − done)·V_{t+1}(next)),   V_t(s) = Σ_a π(a|s)·Q_t(s, a)
 */
export function evaluatePolicy(
  table: Table,
  probability: Float64Array,
  reward: Float64Array,
  { gamma = 1, horizon = table.horizon, finalReward }: ExactOptions = {},
  out?: ExactValues,
): ExactValues {
  const { S, A, rowStart, rowNext, absorbing } = table;
  const fits = out?.S === S && out.A === A && out.horizon === horizon;
  const exact = fits ? out : emptyExactValues(S, A, horizon);
  const { value, actionValue, advantage } = exact;
  const immediate = expectedRowReward(table, reward);
  const finalImmediate = finalReward ? expectedRowReward(table, finalReward) : immediate;
  const weight = continuationWeight(table, gamma);
  value.fill(0, horizon * S);
  for (let t = horizon - 1; t >= 0; t--) {
    const pay = t === horizon - 1 ? finalImmediate : immediate;
    const next = (t + 1) * S;
    for (let s = 0; s < S; s++) {
      const base = (t * S + s) * A;
      if (absorbing[s]) {
        value[t * S + s] = 0;
        actionValue.fill(0, base, base + A);
        advantage.fill(0, base, base + A);
        continue;
      }
      let v = 0;
      const first = s * A;
      let r = rowStart[first];
      for (let a = 0; a < A; a++) {
        const end = rowStart[first + a + 1];
        let q = pay[first + a];
        do q += weight[r] * value[next + rowNext[r]];
        while (++r < end);
        actionValue[base + a] = q;
        v += probability[first + a] * q;
      }
      value[t * S + s] = v;
      for (let a = 0; a < A; a++) advantage[base + a] = actionValue[base + a] - v;
    }
  }
  return exact;
}

/** Σ_s P(start = s) · values[s]: the J of a value table's first S numbers. */
export function startValue({ start }: Pick<Table, 'start'>, values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < start.state.length; k++) sum += start.probability[k] * values[start.state[k]];
  return sum;
}
