import { columnsFor } from '../batch/columns-for';
import { TableBatch } from '../batch/table-batch';
import { freshBuffer } from '../batch/workspace';
import type { Table } from '../contracts/scenario';
import { evaluatePolicy, type ExactValues } from '../mdp/exact';
import { evaluateGated, type FinalGate } from '../mdp/gated-value';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { gateValue } from './gate';

/** Reward of every table row, [rows]: on a step with time left, and on the step with which time runs out. */
export interface RowReward {
  readonly within: Float64Array;
  readonly last: Float64Array;
}

/** What a scheme pays as a function of the table row, the time-out and, for what is gated, of how the episode ends. */
export interface ExactPay {
  readonly open: RowReward;
  /** Null where the scheme gates nothing; then `gate` is null too. */
  readonly gated: RowReward | null;
  readonly gate: FinalGate | null;
}

/** A scheme's reward row by row; only for schemes for which `whyNoExactValue` is null. */
export function exactPay(scheme: CompiledScheme, table: Table): ExactPay {
  const { gate } = scheme.spec;
  const hasGated = scheme.terms.some((term) => isGated(term, scheme.spec));
  const measured = gate && hasGated ? gateColumn(table, gate.source) : undefined;
  return {
    open: sumRows(scheme, table, false),
    gated: hasGated ? sumRows(scheme, table, true) : null,
    gate: gate && measured ? { gate: measured.map((x) => gateValue(x, gate)), timeOutGate: gateValue(0, gate) } : null,
  };
}

/**
 * The exact V of a scheme's own reward under a policy: finite horizon, time-dependent, the scheme's γ,
 * by backward induction. A gate on the final outcome is known only at the end and takes the two columns of
 * `evaluateGated`.
 */
export class ExactValue {
  readonly #pay: ExactPay;
  #values: ExactValues | undefined;

  /** Only for schemes for which `whyNoExactValue` is null. */
  constructor(
    private readonly scheme: CompiledScheme,
    private readonly table: Table,
  ) {
    this.#pay = exactPay(scheme, table);
  }

  /** V, [(T + 1) × S], under a policy's probabilities, [S·A]. A later call may write into the same array. */
  evaluate(probability: Float64Array): Float64Array {
    const { gamma } = this.scheme.spec;
    const { open, gated, gate } = this.#pay;
    const { within, last } = open;
    if (gated && gate) {
      const options = { gamma, ungated: within, finalUngated: last };
      return evaluateGated(this.table, probability, gated.within, gate, options).value;
    }
    this.#values = evaluatePolicy(this.table, probability, within, { gamma, finalReward: last }, this.#values);
    return this.#values.value;
  }
}

/**
 * Why there is no exact value of a scheme's reward over the table's states, in a sentence; null when there is
 * one. Terms must be functions of the table row, or outside the gate also of whether time runs out, and
 * a gate must be decided by the last step alone.
 */
export function whyNoExactValue(scheme: CompiledScheme, table: Table): string | null {
  const learned = 'so there is no exact value. A critic is learned instead.';
  for (const term of scheme.terms) {
    if (term.perRow) continue;
    const name = term.spec.label || term.plugin.title;
    if (!term.plugin.timedMarkov) return `"${name}" pays by more than the state and the action, ${learned}`;
    if (isGated(term, scheme.spec)) return `"${name}" depends on the time-out and is multiplied by the gate, ${learned}`;
  }
  const { gate } = scheme.spec;
  if (!gate || !scheme.terms.some((term) => isGated(term, scheme.spec))) return null;
  const measured = gateColumn(table, gate.source);
  if (!measured) return `The gate reads "${gate.source}", which this scenario does not have.`;
  if (measured.some((x, row) => x !== 0 && table.rowDone[row] === 0)) {
    return `The gate adds up "${gate.source}" along the way, which the state does not hold, ${learned}`;
  }
  return null;
}

function gateColumn(table: Table, source: string): Float64Array | undefined {
  if (source === 'outcome') return table.metrics[table.truth];
  return Object.hasOwn(table.signals, source) ? table.signals[source] : undefined;
}

/** Σ weight × reward over the gated or the open terms. */
function sumRows(scheme: CompiledScheme, table: Table, gated: boolean): RowReward {
  const within = new Float64Array(table.rows);
  const last = new Float64Array(table.rows);
  for (const term of scheme.terms) {
    if (isGated(term, scheme.spec) !== gated) continue;
    const rows = rowsOf(term, table);
    for (let row = 0; row < table.rows; row++) {
      within[row] += term.spec.weight * rows.within[row];
      last[row] += term.spec.weight * rows.last[row];
    }
  }
  return { within, last };
}

function rowsOf(term: CompiledTerm, table: Table): RowReward {
  if (term.perRow) return { within: term.perRow, last: term.perRow };
  return { within: priceFirstSteps(term, table, 2), last: priceFirstSteps(term, table, 1) };
}

/**
 * Reward of every row as the first step of an episode of at most `maxLen` steps: with 1 time runs out
 * unless the row ends the task, with 2 it goes on by any row of the next state.
 */
function priceFirstSteps({ plugin, params }: CompiledTerm, table: Table, maxLen: 1 | 2): Float64Array {
  const { rows, A, rowStart, rowNext, rowDone, rowState } = table;
  const row = new Uint32Array(rows * maxLen);
  const length = new Int32Array(rows);
  for (let k = 0; k < rows; k++) {
    const goesOn = maxLen === 2 && !rowDone[k];
    row[k * maxLen] = k;
    if (goesOn) row[k * maxLen + 1] = rowStart[rowNext[k] * A];
    length[k] = goesOn ? 2 : 1;
  }
  const batch = new TableBatch(table, { nTraj: rows, maxLen, groupSize: 1, row, length, terminated: rowDone.slice(), start: rowState.slice() });
  const context = { buffer: freshBuffer, state: undefined, iteration: 0, detail: false };
  const { reward } = plugin.price(columnsFor(plugin, params, batch) as never, params as never, context);
  return maxLen === 1 ? reward : reward.filter((_, k) => k % 2 === 0);
}
