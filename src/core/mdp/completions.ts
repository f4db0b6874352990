/** Trajectories that go on from the visited states of a batch: the Monte-Carlo estimate of what a step was worth. */
import type { PlayOn } from '../contracts/columns';
import { rollout } from './rollout';

/** Most completions of a state. */
export const MAX_COMPLETIONS = 64;

interface Played {
  /** [nTraj × maxLen] what the completion of each visited state came to. */
  readonly outcome: Float64Array;
  /** Environment steps of all of them. */
  readonly steps: number;
}

/** By batch: the completions that were played so far. */
const completed = new WeakMap<PlayOn, Played[]>();

/**
 * What completions come to: `count` arrays [nTraj × maxLen], the true objective collected on the way to s_t plus what a
 * trajectory collects that goes on from s_t under the policy, with the T − t steps that are left. 0 in padding. The first
 * completions are the same however many are asked for, and are played once per batch.
 */
export function completionOutcomes(from: PlayOn, count: number): readonly Float64Array[] {
  return completions(from, count).map(({ outcome }) => outcome);
}

/** Environment steps that `count` completions of every visited state took. */
export function completionSteps(from: PlayOn, count: number): number {
  return completions(from, count).reduce((sum, { steps }) => sum + steps, 0);
}

function completions(from: PlayOn, count: number): readonly Played[] {
  if (!Number.isInteger(count) || count < 1 || count > MAX_COMPLETIONS) throw new RangeError(`Completions of a state: 1 to ${MAX_COMPLETIONS}, not ${count}.`);
  refuseTooMany(from, count);
  let all = completed.get(from);
  if (!all) completed.set(from, (all = []));
  while (all.length < count) all.push(playOn(from, all.length));
  return all.slice(0, count);
}

/** Throws a sentence where completions may take more steps than are allowed: Σ over visits of T − t, for each of them. */
function refuseTooMany({ table: { horizon }, length, mostSteps = Infinity }: PlayOn, count: number): void {
  let steps = 0;
  for (const visits of length) steps += visits * horizon - (visits * (visits - 1)) / 2;
  if (count * steps <= mostSteps) return;
  const fitting = Math.floor(mostSteps / steps);
  const use = fitting > 0 ? `Use at most ${fitting}, or show fewer rollouts.` : 'Show fewer rollouts.';
  throw new Error(`Completions, ${count} of every visited state, may take ${(count * steps).toLocaleString('en')} steps, more than a page plays while you wait. ${use} Training has no such limit.`);
}

/** Completion `number` of every visited state. Streams of their own: the batch's seed with (t, number) in its high word. */
function playOn({ table, threshold, stream, row, length }: PlayOn, number: number): Played {
  const { horizon, rowState, metrics, truth } = table;
  const pay = metrics[truth];
  const out = new Float64Array(length.length * horizon);
  let steps = 0;
  const collected = new Float64Array(length.length);
  for (let t = 0; t < horizon; t++) {
    const there: number[] = [];
    for (let i = 0; i < length.length; i++) if (length[i] > t) there.push(i);
    if (there.length === 0) break;
    const start = Uint32Array.from(there, (i) => rowState[row[i * horizon + t]]);
    const seed = stream.seed + 2 ** 32 * (1 + t * MAX_COMPLETIONS + number);
    const on = rollout({ ...table, horizon: horizon - t }, threshold, { ...stream, seed, nTraj: there.length, groupSize: 1, start });
    there.forEach((i, v) => {
      let total = collected[i];
      for (let k = v * on.maxLen, end = k + on.length[v]; k < end; k++) total += pay[on.row[k]];
      out[i * horizon + t] = total;
      steps += on.length[v];
      collected[i] += pay[row[i * horizon + t]];
    });
  }
  return { outcome: out, steps };
}
