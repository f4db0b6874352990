/** What some schemes do to a batch before it is priced: attempts kept from earlier batches, groups played again. */
import type { Table } from '../core/contracts/scenario';
import { emptyRollout, rollout, type Rollout, type RolloutOptions } from '../core/mdp/rollout';

/** Keeps the luck of groups that are played again apart from that of all other batches. */
const REDRAW_SEED = 8;

/** Rows of one success by start state. */
export type Successes = ReadonlyMap<number, Uint32Array>;

function outcomeOf({ metrics, truth }: Table, { maxLen, row, length }: Rollout, i: number): number {
  let total = 0;
  for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += metrics[truth][row[k]];
  return total;
}

/**
 * Puts the kept success of its start in the place of the first attempt of every group that failed throughout, in place, and
 * returns the successes kept from here on: the first one of each group that has any.
 */
export function replaySuccesses(table: Table, batch: Rollout, kept: Successes): Successes {
  const { nTraj, groupSize, maxLen, row, length, terminated, start } = batch;
  const later = new Map(kept);
  for (let first = 0; first < nTraj; first += groupSize) {
    const success = Array.from({ length: groupSize }, (_, m) => first + m).find((i) => outcomeOf(table, batch, i) > 0);
    if (success !== undefined) {
      later.set(start[success], row.slice(success * maxLen, success * maxLen + length[success]));
      continue;
    }
    const stored = kept.get(start[first]);
    if (!stored) continue;
    row.fill(0, first * maxLen, (first + 1) * maxLen);
    row.set(stored, first * maxLen);
    length[first] = stored.length;
    terminated[first] = table.rowDone[stored[stored.length - 1]];
  }
  return later;
}

/**
 * Plays groups whose attempts all have the same outcome again, from the same start, up to `redraws` times, in place. Returns the number of
 * trajectories that were played for it.
 */
export function redrawUniform(table: Table, threshold: Uint32Array, options: RolloutOptions, batch: Rollout, redraws: number): number {
  const { nTraj, groupSize, maxLen } = batch;
  const again = emptyRollout(maxLen, nTraj, groupSize);
  let played = 0;
  for (let attempt = 0; attempt < redraws; attempt++) {
    const uniform: number[] = [];
    for (let first = 0; first < nTraj; first += groupSize) {
      const outcome = outcomeOf(table, batch, first);
      if (Array.from({ length: groupSize }, (_, m) => first + m).every((i) => outcomeOf(table, batch, i) === outcome)) uniform.push(first);
    }
    if (uniform.length === 0) break;
    played += uniform.length * groupSize;
    rollout(table, threshold, { ...options, seed: REDRAW_SEED + attempt, start: batch.start }, again);
    for (const first of uniform) {
      batch.row.set(again.row.subarray(first * maxLen, (first + groupSize) * maxLen), first * maxLen);
      batch.length.set(again.length.subarray(first, first + groupSize), first);
      batch.terminated.set(again.terminated.subarray(first, first + groupSize), first);
    }
  }
  return played;
}
