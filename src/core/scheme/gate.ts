import type { Batch } from '../contracts/columns';
import { MissingColumnError } from '../batch/columns-for';
import { exp } from '../math/elementary';
import type { ConditionSpec, GateSpec } from './scheme-spec';

/** All conditions of a gate, its own first. */
export function conditionsOf(gate: GateSpec | null): readonly ConditionSpec[] {
  return gate ? [gate, ...(gate.also ?? [])] : [];
}

/** Where the total of a term comes from, [nTraj]; by number of the term. */
export type TotalOf = (term: number) => Float64Array;

/**
 * The gate of every trajectory, [nTraj], in [0, 1].
 *
 *     g_i = 1[x_i > θ]   (x_i ≥ θ when inclusive)
 *     g_i = 1 / (1 + exp(−(x_i − θ) / softness))   when softness > 0
 *     gate_i = Π g_i over all conditions, or 1 − Π (1 − g_i) where any of them is enough
 *
 * x_i is the outcome, the sum of a signal or the sum of a term over the trajectory, so a gate is known only at the end.
 */
export function gateOf(batch: Batch, gate: GateSpec, totalOf: TotalOf, buffer: (size: number) => Float64Array): Float64Array {
  const value = conditionOf(batch, gate, totalOf, buffer);
  for (const condition of gate.also ?? []) {
    const other = conditionOf(batch, condition, totalOf, buffer);
    for (let i = 0; i < batch.nTraj; i++) value[i] = bothOrEither(value[i], other[i], gate);
  }
  return value;
}

/** The gate from the measured x of its conditions, in their order. */
export function gateFrom(measured: readonly number[], gate: GateSpec): number {
  return (gate.also ?? []).reduce((value, condition, j) => bothOrEither(value, gateValue(measured[j + 1], condition), gate), gateValue(measured[0], gate));
}

/** One condition's value for a measured x. */
export function gateValue(x: number, { threshold, inclusive, softness }: ConditionSpec): number {
  if (softness > 0) return 1 / (1 + exp(-(x - threshold) / softness));
  return x > threshold || (inclusive && x === threshold) ? 1 : 0;
}

/** x_i of a condition for every trajectory, [nTraj]. Throws `MissingColumnError` when its source is not in the batch. */
export function conditionMeasure(batch: Batch, condition: ConditionSpec, totalOf: TotalOf, buffer: (size: number) => Float64Array): Float64Array {
  return condition.term === undefined ? gateMeasure(batch, condition.source, buffer) : totalOf(condition.term);
}

function conditionOf(batch: Batch, condition: ConditionSpec, totalOf: TotalOf, buffer: (size: number) => Float64Array): Float64Array {
  const measured = conditionMeasure(batch, condition, totalOf, buffer);
  for (let i = 0; i < batch.nTraj; i++) measured[i] = gateValue(measured[i], condition);
  return measured;
}

function bothOrEither(a: number, b: number, { combine }: GateSpec): number {
  return combine === 'any' ? 1 - (1 - a) * (1 - b) : a * b;
}

/** x_i of every trajectory, [nTraj]. Throws `MissingColumnError` when the source is not in the batch. */
export function gateMeasure(batch: Batch, source: string, buffer: (size: number) => Float64Array): Float64Array {
  const { nTraj, maxLen, length } = batch;
  const measured = buffer(nTraj);
  const column = source === 'outcome' ? batch.column('outcome', 'trajectory') : batch.column(source, 'step');
  if (typeof column === 'string') throw new MissingColumnError(source, column);
  const values = column as Float64Array;
  if (source === 'outcome') {
    measured.set(values);
    return measured;
  }
  for (let i = 0; i < nTraj; i++) {
    let total = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += values[k];
    measured[i] = total;
  }
  return measured;
}
