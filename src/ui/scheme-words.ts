/** How schemes, batches and trajectories are named on screen. */
import { SLOTS, seriesMarks, type Slot } from '../charts/palette';
import { count } from '../charts/geometry/number-format';
import type { SchemeSpec } from '../core/scheme/scheme-spec';

export function slotOf(scheme: number): Slot {
  return SLOTS[scheme]!;
}

export function colourOf(scheme: number): string {
  return seriesMarks[slotOf(scheme)].colour;
}

export function tintOf(scheme: number): string {
  return seriesMarks[slotOf(scheme)].tint;
}

const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six'];

/** "The same 24 rollouts, priced four ways". */
export function batchTitle(trajectories: number, schemes: number): string {
  return `The same ${count(trajectories)} rollouts, priced ${WORDS[schemes] ?? schemes} ${schemes === 1 ? 'way' : 'ways'}`;
}

/** Success of a trajectory: the best the true objective paid in the batch, at least 1 where it is a share. */
export function successOutcome(outcome: ArrayLike<number>): number {
  let best = 0;
  for (let i = 0; i < outcome.length; i++) best = Math.max(best, outcome[i]!);
  return best > 0 ? Math.min(1, best) : 1;
}

/** `g` of 0.97 without a needless last zero. */
export function shortNumber(value: unknown): string {
  if (value === null) return 'off';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (typeof value === 'number') return String(Number(value.toPrecision(4))).replace('-', '−');
  return String(value);
}

/** A scheme's name as a title: `gated-cap` is "Gated cap", `pbrs` is "PBRS". */
export function titleOf(name: string): string {
  const words = name.split(/[-_ ]+/).map((word) => (/^[a-z]+$/.test(word) && !/[aeiouy]/.test(word) ? word.toUpperCase() : word));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a scheme does to its training batches, in a sentence; null where it takes them as they were played. */
export function samplingWords({ sampling }: Pick<SchemeSpec, 'sampling'>): string | null {
  if (!sampling) return null;
  if (sampling.kind === 'replay') return 'In training, a kept success takes the place of one attempt where a whole group failed. The batch on screen is as it was played.';
  return `In training, groups whose attempts all end alike are played again, up to ${sampling.redraws} ${sampling.redraws === 1 ? 'time' : 'times'}. The batch on screen is as it was played.`;
}
