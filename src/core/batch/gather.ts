/** Look-ups that turn table arrays into columns of a rollout. Padding is written as 0. */
import type { Table } from '../contracts/scenario';
import type { Rollout } from '../mdp/rollout';

/** column[row taken], [nTraj × maxLen]. */
export function gatherRows({ nTraj, maxLen, length, row }: Rollout, column: Float64Array | Uint8Array, out: Float64Array): Float64Array {
  for (let i = 0; i < nTraj; i++) {
    const begin = i * maxLen;
    const end = begin + length[i];
    for (let k = begin; k < end; k++) out[k] = column[row[k]];
    out.fill(0, end, begin + maxLen);
  }
  return out;
}

/** Visited states s_0 … s_T, [nTraj × (maxLen + 1)]. */
export function gatherStates({ rowState, rowNext }: Table, { nTraj, maxLen, length, row, start }: Rollout): Int32Array {
  const out = new Int32Array(nTraj * (maxLen + 1));
  for (let i = 0; i < nTraj; i++) {
    const begin = i * (maxLen + 1);
    const steps = length[i];
    for (let t = 0; t < steps; t++) out[begin + t] = rowState[row[i * maxLen + t]];
    out[begin + steps] = steps === 0 ? start[i] : rowNext[row[i * maxLen + steps - 1]];
  }
  return out;
}

/** Actions taken, [nTraj × maxLen]. */
export function gatherActions({ rowAction }: Table, { nTraj, maxLen, length, row }: Rollout): Int32Array {
  const out = new Int32Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const begin = i * maxLen;
    for (let k = begin; k < begin + length[i]; k++) out[k] = rowAction[row[k]];
  }
  return out;
}

/** V_t(s_t) for t = 0 … length, [nTraj × (maxLen + 1)], from a table [(T + 1) · S]; 0 after the task ended. */
export function gatherStateValues(
  { S, rowState, rowNext }: Table,
  { nTraj, maxLen, length, row, terminated }: Rollout,
  value: Float64Array,
  out: Float64Array,
): Float64Array {
  for (let i = 0; i < nTraj; i++) {
    const begin = i * (maxLen + 1);
    const steps = length[i];
    for (let t = 0; t < steps; t++) out[begin + t] = value[t * S + rowState[row[i * maxLen + t]]];
    out.fill(0, begin + steps, begin + maxLen + 1);
    if (terminated[i] === 0) out[begin + steps] = value[steps * S + rowNext[row[i * maxLen + steps - 1]]];
  }
  return out;
}

/** f(s_t, a_t), [nTraj × maxLen], from a table [S·A], or f_t(s_t, a_t) from [T · S · A] when `timed`. */
export function gatherStateActions(
  { S, A, rowState, rowAction }: Table,
  { nTraj, maxLen, length, row }: Rollout,
  values: Float64Array,
  timed: boolean,
  out: Float64Array,
): Float64Array {
  const stride = timed ? S * A : 0;
  for (let i = 0; i < nTraj; i++) {
    const begin = i * maxLen;
    const end = begin + length[i];
    for (let k = begin; k < end; k++) {
      const r = row[k];
      out[k] = values[(k - begin) * stride + rowState[r] * A + rowAction[r]];
    }
    out.fill(0, end, begin + maxLen);
  }
  return out;
}

/** log π of the right answer to what is there at every visited state, 0 where there is none, [nTraj × (maxLen + 1)] in the order of `state`. */
export function gatherAnswers(answer: Int32Array, logProbability: Float64Array, state: Int32Array, out: Float64Array): Float64Array {
  for (let k = 0; k < state.length; k++) out[k] = answer[state[k]] < 0 ? 0 : logProbability[answer[state[k]]];
  return out;
}

/** The right answer where a step gives one, −1 elsewhere and in padding, [nTraj × maxLen]. */
export function answerActions({ A, rowState }: Table, answer: Int32Array, { nTraj, maxLen, length, row }: Rollout): Int32Array {
  const out = new Int32Array(nTraj * maxLen).fill(-1);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const s = rowState[row[k]];
      if (answer[s] >= s * A && answer[s] < (s + 1) * A) out[k] = answer[s] - s * A;
    }
  }
  return out;
}
