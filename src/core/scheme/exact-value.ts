import { columnsFor } from '../batch/columns-for';
import { TableBatch } from '../batch/table-batch';
import { freshBuffer } from '../batch/workspace';
import type { Table } from '../contracts/scenario';
import { evaluatePolicy, type ExactValues } from '../mdp/exact';
import { evaluateGated, type FinalGate } from '../mdp/gated-value';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { conditionsOf, gateFrom } from './gate';
import { isScheduled, schemeAt } from './scheme-at';
import type { ConditionSpec, GateSpec } from './scheme-spec';
import { applyAllPointwise, isPointwise } from './transform';

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

/** A scheme's reward row by row as it is in one iteration; only for schemes for which `whyNoExactValue` is null. */
export function exactPay(scheme: CompiledScheme, table: Table, iteration = 0): ExactPay {
  const { weights, gate } = schemeAt(scheme, iteration);
  const hasGated = scheme.terms.some((term) => isGated(term, scheme.spec));
  return {
    open: sumRows(scheme, weights, table, false),
    gated: hasGated ? sumRows(scheme, weights, table, true) : null,
    gate: gate && hasGated ? finalGate(scheme, gate, table) : null,
  };
}

function finalGate(scheme: CompiledScheme, gate: GateSpec, table: Table): FinalGate {
  const measured = conditionsOf(gate).map((condition) => conditionColumn(scheme, condition, table) as Float64Array);
  return {
    gate: Float64Array.from({ length: table.rows }, (_, row) => gateFrom(measured.map((column) => column[row]), gate)),
    timeOutGate: gateFrom(measured.map(() => 0), gate),
  };
}

/**
 * The exact V of a scheme's own reward under a policy: finite horizon, time-dependent, the scheme's γ,
 * by backward induction. A gate on the final outcome is known only at the end and takes the two columns of
 * `evaluateGated`.
 */
export class ExactValue {
  #pay: ExactPay;
  #iteration = 0;
  #values: ExactValues | undefined;

  /** Only for schemes for which `whyNoExactValue` is null. */
  constructor(
    private readonly scheme: CompiledScheme,
    private readonly table: Table,
  ) {
    this.#pay = exactPay(scheme, table);
  }

  /**
   * V, [(T + 1) × S], under a policy's probabilities, [S·A], of the reward as it is in that iteration. A later call may write
   * into the same array.
   */
  evaluate(probability: Float64Array, iteration = 0): Float64Array {
    if (iteration !== this.#iteration && isScheduled(this.scheme.spec)) {
      this.#pay = exactPay(this.scheme, this.table, iteration);
      this.#iteration = iteration;
    }
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
 * one. Terms must be functions of the table row, or outside the gate also of whether time runs out, their transforms of one
 * step's reward alone, and every condition of a gate must be decided by the last step alone.
 */
export function whyNoExactValue(scheme: CompiledScheme, table: Table): string | null {
  const learned = 'so there is no exact value. A critic is learned instead.';
  for (const term of scheme.terms) {
    if (term.perRow) continue;
    const name = nameOf(term);
    const looksAround = term.spec.transforms?.find((transform) => !isPointwise(transform));
    if (looksAround) return `"${name}" ${LOOKS_AROUND[looksAround.kind as keyof typeof LOOKS_AROUND]}, ${learned}`;
    if (!term.plugin.timedMarkov) return `"${name}" pays by more than the state and the action, ${learned}`;
    if (isGated(term, scheme.spec)) return `"${name}" depends on the time-out and is multiplied by the gate, ${learned}`;
  }
  const { gate } = scheme.spec;
  if (!gate || !scheme.terms.some((term) => isGated(term, scheme.spec))) return null;
  for (const condition of conditionsOf(gate)) {
    const measured = conditionColumn(scheme, condition, table);
    if (typeof measured === 'string') return measured;
    if (measured.some((x, row) => x !== 0 && table.rowDone[row] === 0)) {
      const what = condition.term === undefined ? `"${condition.source}"` : `the reward of "${nameOf(scheme.terms[condition.term])}"`;
      return `The gate adds up ${what} along the way, which the state does not hold, ${learned}`;
    }
  }
  return null;
}

const LOOKS_AROUND = {
  first: 'counts how often it has paid, which the state does not hold',
  gather: 'is paid at the end for what came before, which the state does not hold',
  standardise: 'is compared with the other trajectories of the batch',
} as const;

const nameOf = (term: CompiledTerm) => term.spec.label || term.plugin.title;

/** What a condition measures on each row, [rows]; a sentence where there is no such column. */
function conditionColumn(scheme: CompiledScheme, { source, term }: ConditionSpec, table: Table): Float64Array | string {
  if (term !== undefined) {
    const read = scheme.terms[term];
    return read.perRow ?? `The gate reads "${nameOf(read)}", which pays by more than the state and the action, so there is no exact value. A critic is learned instead.`;
  }
  if (source === 'outcome') return table.metrics[table.truth];
  return Object.hasOwn(table.signals, source) ? table.signals[source] : `The gate reads "${source}", which this scenario does not have.`;
}

/** Σ weight × reward over the gated or the open terms, each a function of the row, or outside the gate also of whether time runs out. */
export function sumRows(scheme: CompiledScheme, weights: readonly number[], table: Table, gated: boolean): RowReward {
  const within = new Float64Array(table.rows);
  const last = new Float64Array(table.rows);
  scheme.terms.forEach((term, k) => {
    if (isGated(term, scheme.spec) !== gated) return;
    const rows = rowsOf(term, table);
    for (let row = 0; row < table.rows; row++) {
      within[row] += weights[k] * rows.within[row];
      last[row] += weights[k] * rows.last[row];
    }
  });
  return { within, last };
}

function rowsOf(term: CompiledTerm, table: Table): RowReward {
  if (term.perRow) return { within: term.perRow, last: term.perRow };
  const { transforms } = term.spec;
  return { within: applyAllPointwise(priceFirstSteps(term, table, 2), transforms), last: applyAllPointwise(priceFirstSteps(term, table, 1), transforms) };
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
