import type { Table } from '../contracts/scenario';
import { expectedRowReward } from './exact';

/** A gate decided by how the episode ends: by the row that ends it, or by running out of time. */
export interface FinalGate {
  /** [rows] the gate, read on rows that end the episode. */
  readonly gate: Float64Array;
  /** The gate of an episode that runs out of time. */
  readonly timeOutGate: number;
}

export interface GatedValues {
  readonly S: number;
  readonly A: number;
  readonly horizon: number;
  /** P_t(s) = E[gate | s at t], [(T + 1) · S]. */
  readonly gateValue: Float64Array;
  /** M_t(s) = E[gate · Σ_{k ≥ t} γ^{k−t} r_k | s at t], [(T + 1) · S]: V of the gated reward. */
  readonly value: Float64Array;
  /** The same after taking a, [T · S · A]. */
  readonly gateActionValue: Float64Array;
  readonly actionValue: Float64Array;
}

export interface GatedOptions {
  readonly gamma?: number;
  readonly horizon?: number;
  /** [rows] paid, ungated, on top: an outcome reward or shaping outside the gate. */
  readonly ungated?: Float64Array;
  /** [rows] paid, ungated, instead of `ungated` at the last step t = T − 1. */
  readonly finalUngated?: Float64Array;
}

/** 1[outcome ≥ threshold] where `outcome` [rows] is collected on ending rows alone; out of time collects 0. */
export function outcomeGate(table: Table, outcome: Float64Array, threshold: number): FinalGate {
  const early = outcome.findIndex((x, r) => x !== 0 && table.rowDone[r] === 0);
  if (early >= 0) {
    throw new Error(
      `The outcome pays ${outcome[early]} in state ${table.rowState[early]} before the episode ends, so a gate on it needs more than the state. Learn a critic instead.`,
    );
  }
  return { gate: outcome.map((x) => (x >= threshold ? 1 : 0)), timeOutGate: 0 >= threshold ? 1 : 0 };
}

/**
 * Exact values of gate · Σ r (+ ungated rewards) by backward induction with two columns:
 *
 *     P_t(s) = Σ_a π Σ_row p · g,           g = gate on rows that end, else P_{t+1}(next);  P_T = time-out gate
 *     M_t(s) = Σ_a π Σ_row p · (r · g + u + γ·M_{t+1}(next)),   M_T = 0
 *
 * The gate multiplies what came before t too; M prices the future alone, as a critic on gated rewards would.
 */
export function evaluateGated(
  table: Table,
  probability: Float64Array,
  reward: Float64Array,
  { gate, timeOutGate }: FinalGate,
  { gamma = 1, horizon = table.horizon, ungated, finalUngated }: GatedOptions = {},
): GatedValues {
  const { S, A, rowStart, rowProbability, rowNext, rowDone, absorbing } = table;
  const gateValue = new Float64Array((horizon + 1) * S);
  const value = new Float64Array((horizon + 1) * S);
  const gateActionValue = new Float64Array(horizon * S * A);
  const actionValue = new Float64Array(horizon * S * A);
  const plain = ungated ? expectedRowReward(table, ungated) : new Float64Array(S * A);
  const finalPlain = finalUngated ? expectedRowReward(table, finalUngated) : plain;
  for (let s = 0; s < S; s++) gateValue[horizon * S + s] = absorbing[s] ? 0 : timeOutGate;
  for (let t = horizon - 1; t >= 0; t--) {
    const pay = t === horizon - 1 ? finalPlain : plain;
    for (let s = 0; s < S; s++) {
      if (absorbing[s]) continue;
      let p = 0;
      let m = 0;
      for (let a = 0; a < A; a++) {
        const sa = s * A + a;
        let gated = 0;
        let total = pay[sa];
        for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) {
          const next = (t + 1) * S + rowNext[r];
          const g = rowDone[r] ? gate[r] : gateValue[next];
          gated += rowProbability[r] * g;
          total += rowProbability[r] * (reward[r] * g + (rowDone[r] ? 0 : gamma * value[next]));
        }
        gateActionValue[(t * S + s) * A + a] = gated;
        actionValue[(t * S + s) * A + a] = total;
        p += probability[sa] * gated;
        m += probability[sa] * total;
      }
      gateValue[t * S + s] = p;
      value[t * S + s] = m;
    }
  }
  return { S, A, horizon, gateValue, value, gateActionValue, actionValue };
}
