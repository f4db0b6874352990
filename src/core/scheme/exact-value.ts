import { columnsFor } from '../batch/columns-for';
import { tableBatch } from '../batch/table-batch';
import { freshBuffer } from '../batch/workspace';
import type { Table } from '../contracts/scenario';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { gateValue } from './gate';

/** Reward of every table row: on a step with time left, and on the step with which time runs out. */
interface RowReward {
  readonly within: Float64Array;
  readonly last: Float64Array;
}

/**
 * The exact V of a scheme's own reward under a policy, finite horizon and time-dependent, by
 * backward induction with the scheme's γ:
 *
 *     V_t(s) = Σ_a π(a|s) Σ_k p_k (r_t(k) + γ V_{t+1}(s′_k)),   V_T = 0, V(done) = 0
 *
 * A gate g on the final outcome is known only at the end, so gated rewards take two columns:
 *
 *     P_t(s) = E[g | s],   M_t(s) = E[g · Σ_{k≥t} γ^{k−t} r_k | s]
 *     M_t(s) = Σ_a π Σ_k p_k (r_t(k) · P(k) + γ M_{t+1}(s′_k)),   P(k) = g(x_k) if k ends, else P_{t+1}(s′_k)
 */
export class ExactValue {
  readonly #open: RowReward | null;
  readonly #gated: RowReward | null;
  /** [rows] gate of the episodes that end with a row; and the gate of those that run out of time. */
  readonly #rowGate: Float64Array;
  readonly #timeOutGate: number;
  readonly #value: Float64Array;
  readonly #chance: Float64Array;
  readonly #gatedValue: Float64Array;

  constructor(
    private readonly scheme: CompiledScheme,
    private readonly table: Table,
  ) {
    const { rows, S, horizon } = table;
    const { gate } = scheme.spec;
    this.#open = sumRows(scheme, table, false);
    this.#gated = sumRows(scheme, table, true);
    this.#rowGate = new Float64Array(rows);
    this.#timeOutGate = gate ? gateValue(0, gate) : 1;
    if (gate) {
      const measured = gateColumn(table, gate.source)!;
      for (let row = 0; row < rows; row++) this.#rowGate[row] = gateValue(measured[row], gate);
    }
    this.#value = new Float64Array((horizon + 1) * S);
    const width = this.#gated ? S : 0;
    this.#chance = new Float64Array(2 * width);
    this.#gatedValue = new Float64Array(2 * width);
  }

  /**
   * V, [(T + 1) × S], of the policy with these probabilities, [S·A]. The array is written anew by the
   * next call.
   */
  evaluate(probability: Float64Array): Float64Array {
    const { S, horizon } = this.table;
    const value = this.#value;
    value.fill(0, horizon * S);
    if (this.#gated) {
      this.#chance.fill(this.#timeOutGate, 0, S);
      this.#gatedValue.fill(0, 0, S);
    }
    for (let t = horizon - 1; t >= 0; t--) {
      this.#openStep(probability, t);
      if (this.#gated) this.#gatedStep(probability, t);
    }
    if (this.#gated) this.#addOpen();
    return value;
  }

  /** One backward step of the part outside the gate. */
  #openStep(probability: Float64Array, t: number): void {
    const { S, A, horizon, rowStart, rowProbability, rowNext, rowDone, absorbing } = this.table;
    const reward = this.#open ? (t === horizon - 1 ? this.#open.last : this.#open.within) : null;
    const value = this.#value;
    const next = (t + 1) * S;
    const { gamma } = this.scheme.spec;
    for (let s = 0; s < S; s++) {
      let total = 0;
      if (reward && !absorbing[s]) {
        for (let k = s * A; k < (s + 1) * A; k++) {
          let q = 0;
          for (let row = rowStart[k]; row < rowStart[k + 1]; row++) {
            q += rowProbability[row] * (reward[row] + (rowDone[row] ? 0 : gamma * value[next + rowNext[row]]));
          }
          total += probability[k] * q;
        }
      }
      value[t * S + s] = total;
    }
  }

  /** One backward step of P and M; the two halves of their arrays take turns. M of every t waits in `#gatedAt`. */
  #gatedStep(probability: Float64Array, t: number): void {
    const { S, A, horizon, rowStart, rowProbability, rowNext, rowDone, absorbing } = this.table;
    const reward = t === horizon - 1 ? this.#gated!.last : this.#gated!.within;
    const from = ((horizon - 1 - t) % 2) * S;
    const to = S - from;
    const { gamma } = this.scheme.spec;
    const gatedAt = this.#gatedAt();
    for (let s = 0; s < S; s++) {
      let chance = 0;
      let total = 0;
      if (!absorbing[s]) {
        for (let k = s * A; k < (s + 1) * A; k++) {
          let p = 0;
          let m = 0;
          for (let row = rowStart[k]; row < rowStart[k + 1]; row++) {
            const open = rowDone[row] ? this.#rowGate[row] : this.#chance[from + rowNext[row]];
            p += rowProbability[row] * open;
            m += rowProbability[row] * (reward[row] * open + (rowDone[row] ? 0 : gamma * this.#gatedValue[from + rowNext[row]]));
          }
          chance += probability[k] * p;
          total += probability[k] * m;
        }
      }
      this.#chance[to + s] = chance;
      this.#gatedValue[to + s] = total;
      gatedAt[t * S + s] = total;
    }
  }
}
