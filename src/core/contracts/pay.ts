/** Writing a reward column: every cell of the buffer is written, padding holds 0. */
import type { Frame } from './columns';

type Buffer = (size: number) => Float64Array;

/** A column that pays `amount(i)` on the last step of trajectory i and 0 elsewhere; an empty trajectory is paid nothing. */
export function payOnLastStep({ nTraj, maxLen, length }: Frame, buffer: Buffer, amount: (i: number) => number): Float64Array {
  const reward = buffer(nTraj * maxLen);
  reward.fill(0);
  for (let i = 0; i < nTraj; i++) if (length[i] > 0) reward[i * maxLen + length[i] - 1] = amount(i);
  return reward;
}

/** A column that pays `amount(i, t, k)` on every step, k = i·maxLen + t. Steps are visited in order. */
export function payEveryStep(
  { nTraj, maxLen, length }: Frame,
  buffer: Buffer,
  amount: (i: number, t: number, k: number) => number,
): Float64Array {
  const reward = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    for (let t = 0; t < length[i]; t++) reward[start + t] = amount(i, t, start + t);
    reward.fill(0, start + length[i], start + maxLen);
  }
  return reward;
}

/** Adds `amount(i)` to the last step of every trajectory, in place. */
export function addToLastStep(reward: Float64Array, { nTraj, maxLen, length }: Frame, amount: (i: number) => number): Float64Array {
  for (let i = 0; i < nTraj; i++) if (length[i] > 0) reward[i * maxLen + length[i] - 1] += amount(i);
  return reward;
}

/** True on the last step of trajectory i. */
export function isLastStep({ length }: Frame, i: number, t: number): boolean {
  return t === length[i] - 1;
}

/** The steps of trajectory i in a [nTraj × maxLen] column, without padding. */
export function stepsOf(column: Float64Array, { maxLen, length }: Frame, i: number): Float64Array {
  return column.subarray(i * maxLen, i * maxLen + length[i]);
}

/** The visited states' entries of trajectory i in a [nTraj × (maxLen + 1)] column: length[i] + 1 of them. */
export function statesOf<A extends Float64Array | Int32Array>(column: A, { maxLen, length }: Frame, i: number): A {
  const start = i * (maxLen + 1);
  return column.subarray(start, start + length[i] + 1) as A;
}
