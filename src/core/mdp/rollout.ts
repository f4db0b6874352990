import type { Table } from '../contracts/scenario';
import { iterationPrefix, nextUniform, nextWord, PCG_MULTIPLIER, PCG_OUTPUT_MULTIPLIER, startStream, STREAM, type Stream } from '../math/random';
import { writeThresholds } from './compile-table';

export interface RolloutOptions {
  readonly nTraj: number;
  /** Consecutive trajectories that share a start; must divide nTraj. */
  readonly groupSize: number;
  readonly seed: number;
  /** Index of the seed among the seeds of a run; never the scheme's, the engine's or the worker's. */
  readonly learner: number;
  /** Update number, from 0. */
  readonly iteration: number;
  /** [nTraj] start states, instead of those that the table gives. */
  readonly start?: Uint32Array;
}

/** A batch of trajectories, row-major [nTraj × maxLen], in contiguous groups of `groupSize`. */
export interface Rollout {
  readonly nTraj: number;
  /** T of the table. */
  readonly maxLen: number;
  readonly groupSize: number;
  /** [nTraj × maxLen] index of the outcome row taken; 0 in padding. */
  readonly row: Uint32Array;
  /** [nTraj] steps taken. */
  readonly length: Int32Array;
  /** [nTraj] 1 if the task ended, 0 if time ran out. */
  readonly terminated: Uint8Array;
  /** [nTraj] start state. */
  readonly start: Uint32Array;
}

/** Throws unless whole groups fill the batch, naming the group sizes that would. */
export function checkGroupSize(nTraj: number, groupSize: number): void {
  if (!Number.isInteger(nTraj) || nTraj < 1) throw new Error(`A batch needs at least 1 trajectory; it has ${nTraj}.`);
  if (Number.isInteger(groupSize) && groupSize >= 1 && nTraj % groupSize === 0) return;
  const divisors = [];
  for (let g = 1; g <= nTraj; g++) if (nTraj % g === 0) divisors.push(String(g));
  const last = divisors.pop();
  const use = divisors.length === 0 ? last : `${divisors.join(', ')} or ${last}`;
  throw new Error(`Group size ${groupSize} does not divide ${nTraj} trajectories. Use ${use}.`);
}

/** Arrays for `rollout` to fill. */
export function emptyRollout(maxLen: number, nTraj: number, groupSize: number): Rollout {
  return {
    nTraj,
    maxLen,
    groupSize,
    row: new Uint32Array(nTraj * maxLen),
    length: new Int32Array(nTraj),
    terminated: new Uint8Array(nTraj),
    start: new Uint32Array(nTraj),
  };
}

/**
 * Plays nTraj episodes of a table under a policy given by its integer thresholds [S·A].
 *
 * Each trajectory has its own stream, started at (seed, learner, iteration, trajectory), and draws two
 * words a step, action then outcome, needed or not: it does not depend on how many others there are, and two
 * schemes with the same seed meet the same luck. A group's start comes from the group's own stream; where the
 * table asks for starts in turn, it is the next one after the last group's, from batch to batch, and where it asks for
 * distinct starts, the next one of a shuffle of all.
 * Fills `out` when its shape fits, padding included, else new arrays.
 */
export function rollout(table: Table, threshold: Uint32Array, options: RolloutOptions, out?: Rollout): Rollout {
  const batch = begin(table, options, out);
  play(table, threshold, batch, trajectoryPrefix(options));
  return batch;
}

/**
 * The same rollout, bit for bit, all trajectories a step at a time: before each step it yields the states that none was in before, and
 * goes on by what then stands in their rows of `threshold`. For tables of which a batch visits a small part.
 */
export function* frontierRollout(table: Table, threshold: Uint32Array, options: RolloutOptions, out?: Rollout): Generator<Uint32Array, Rollout> {
  const { A, rowStart, rowThreshold, rowNext, rowDone } = table;
  const batch = begin(table, options, out);
  const { nTraj, maxLen, row, length, terminated, start } = batch;
  const prefix = trajectoryPrefix(options);
  const streams = Array.from({ length: nTraj }, (_, i) => {
    const stream: Stream = { state: 0, increment: 1 };
    startStream(prefix, i, stream);
    return stream;
  });
  const current = start.slice();
  const fresh = new Uint32Array(nTraj);
  const isKnown = new Uint8Array(table.S);
  row.fill(0);
  length.fill(0);
  terminated.fill(0);
  for (let t = 0; t < maxLen; t++) {
    let count = 0;
    for (let i = 0; i < nTraj; i++) {
      if (terminated[i] || isKnown[current[i]]) continue;
      isKnown[current[i]] = 1;
      fresh[count++] = current[i];
    }
    if (count > 0) yield fresh.subarray(0, count);
    for (let i = 0; i < nTraj; i++) {
      if (terminated[i]) continue;
      const word = nextWord(streams[i]);
      let sa = current[i] * A;
      for (const last = sa + A - 1; sa < last && word >= threshold[sa]; ) sa++;
      const chance = nextWord(streams[i]);
      let r = rowStart[sa];
      for (const last = rowStart[sa + 1] - 1; r < last && chance >= rowThreshold[r]; ) r++;
      row[i * maxLen + t] = r;
      length[i] = t + 1;
      terminated[i] = rowDone[r];
      current[i] = rowNext[r];
    }
  }
  return batch;
}

/** [nTraj] the start states of the batch that `rollout` plays with these options. */
export function batchStarts(table: Table, options: RolloutOptions): Uint32Array {
  const { nTraj, groupSize } = options;
  checkGroupSize(nTraj, groupSize);
  const start = new Uint32Array(nTraj);
  writeStarts(table, options, { nTraj, groupSize, start });
  return start;
}

function begin(table: Table, options: RolloutOptions, out?: Rollout): Rollout {
  const { nTraj, groupSize } = options;
  checkGroupSize(nTraj, groupSize);
  const fits = out?.nTraj === nTraj && out.maxLen === table.horizon && out.groupSize === groupSize;
  const batch = fits ? out : emptyRollout(table.horizon, nTraj, groupSize);
  writeStarts(table, options, batch);
  return batch;
}

type Starts = Pick<Rollout, 'nTraj' | 'groupSize' | 'start'>;

function writeStarts(table: Table, options: RolloutOptions, batch: Starts): void {
  const { seed, learner, iteration } = options;
  const prefix = iterationPrefix(seed, learner, iteration, STREAM.start);
  if (options.start) batch.start.set(options.start);
  else if (table.starts === 'stratified') takeStartsInTurn(table, batch, iteration);
  else if (table.starts === 'distinct') shuffleStarts(table, batch, prefix);
  else drawStarts(table, batch, prefix);
}

const trajectoryPrefix = ({ seed, learner, iteration }: RolloutOptions) => iterationPrefix(seed, learner, iteration, STREAM.trajectory);

function takeStartsInTurn({ start: { state } }: Table, { nTraj, groupSize, start }: Starts, iteration: number): void {
  const groups = nTraj / groupSize;
  for (let g = 0; g < groups; g++) start.fill(state[(iteration * groups + g) % state.length], g * groupSize, (g + 1) * groupSize);
}

/** Each round over the starts is a shuffle of its own: no start comes twice before all others came once. */
function shuffleStarts({ start: { state } }: Table, { nTraj, groupSize, start }: Starts, prefix: Uint32Array): void {
  const order = state.slice();
  const stream: Stream = { state: 0, increment: 1 };
  for (let g = 0; g * groupSize < nTraj; g++) {
    const place = g % order.length;
    if (place === 0) startStream(prefix, g, stream);
    const other = place + Math.floor(nextUniform(stream) * (order.length - place));
    [order[place], order[other]] = [order[other], order[place]];
    start.fill(order[place], g * groupSize, (g + 1) * groupSize);
  }
}

function drawStarts(table: Table, { nTraj, groupSize, start }: Starts, prefix: Uint32Array): void {
  const { state, probability } = table.start;
  if (state.length === 1) {
    start.fill(state[0]);
    return;
  }
  const threshold = new Uint32Array(state.length);
  writeThresholds(probability, 0, state.length, threshold);
  const stream: Stream = { state: 0, increment: 1 };
  for (let i = 0; i < nTraj; i += groupSize) {
    startStream(prefix, i / groupSize, stream);
    const word = nextWord(stream);
    let k = 0;
    while (k < state.length - 1 && word >= threshold[k]) k++;
    start.fill(state[k], i, i + groupSize);
  }
}

/**
 * The hot loop. `nextWord` is written out so that the generator's state stays in a register, and the action
 * is found without branches, which would be mispredicted at every second step: it is the last one less the number of
 * earlier thresholds above the word, each found as the borrow of word − threshold in 32-bit arithmetic.
 */
function play(table: Table, threshold: Uint32Array, batch: Rollout, prefix: Uint32Array): void {
  const { A, rowStart, rowThreshold, rowNext, rowDone } = table;
  const { nTraj, maxLen, row, length, terminated, start } = batch;
  const signed = new Int32Array(threshold.buffer, threshold.byteOffset, threshold.length);
  const stream: Stream = { state: 0, increment: 1 };
  for (let i = 0; i < nTraj; i++) {
    startStream(prefix, i, stream);
    let k = stream.state | 0;
    const increment = stream.increment | 0;
    const begin = i * maxLen;
    const end = begin + maxLen;
    let s = start[i];
    let at = begin;
    let done = 0;
    while (at < end && done === 0) {
      k = (Math.imul(k, PCG_MULTIPLIER) + increment) | 0;
      let w = Math.imul((k >>> ((k >>> 28) + 4)) ^ k, PCG_OUTPUT_MULTIPLIER);
      w = (w ^ (w >>> 22)) | 0;
      const first = Math.imul(s, A);
      const last = first + A - 1;
      let sa = last;
      for (let j = first; j < last; j++) {
        const t = signed[j];
        sa -= ((~w & t) | ((~w | t) & ((w - t) | 0))) >>> 31;
      }
      k = (Math.imul(k, PCG_MULTIPLIER) + increment) | 0;
      let r = rowStart[sa];
      const lastRow = rowStart[sa + 1] - 1;
      if (r < lastRow) {
        w = Math.imul((k >>> ((k >>> 28) + 4)) ^ k, PCG_OUTPUT_MULTIPLIER);
        w = (w ^ (w >>> 22)) >>> 0;
        while (r < lastRow && w >= rowThreshold[r]) r++;
      }
      row[at++] = r;
      done = rowDone[r];
      s = rowNext[r];
    }
    length[i] = at - begin;
    terminated[i] = done;
    row.fill(0, at, end);
  }
}
