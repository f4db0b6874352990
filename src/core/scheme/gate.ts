import type { Batch } from '../contracts/columns';
import { MissingColumnError } from '../batch/columns-for';
import { exp } from '../math/elementary';
import type { GateSpec } from './scheme-spec';

/**
 * The gate of every trajectory, [nTraj], in [0, 1].
 *
 *     gate_i = 1[x_i > θ]   (x_i ≥ θ when inclusive)
 *     gate_i = 1 / (1 + exp(−(x_i − θ) / softness))   when softness > 0
 *
 * x_i is the outcome or the sum of a signal over the trajectory, so a gate is known only at the end.
 */
export function gateOf(batch: Batch, gate: GateSpec, buffer: (size: number) => Float64Array): Float64Array {
  const measured = gateMeasure(batch, gate.source, buffer);
  for (let i = 0; i < batch.nTraj; i++) measured[i] = gateValue(measured[i], gate);
  return measured;
}

/** The gate's value for a measured x. */
export function gateValue(x: number, { threshold, inclusive, softness }: GateSpec): number {
  if (softness > 0) return 1 / (1 + exp(-(x - threshold) / softness));
  return x > threshold || (inclusive && x === threshold) ? 1 : 0;
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
