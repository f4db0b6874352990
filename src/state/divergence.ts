/** Where a learner went wrong, and the past iterations one could go back to. Pure: reads the curve alone. */

/** A past iteration that is offered; not good once success had already fallen. */
export interface Mark {
  readonly iteration: number;
  readonly isGood: boolean;
}

export interface Divergence {
  readonly scheme: number;
  /** Updates done before the one that failed. */
  readonly iteration: number;
  /** What the learner said. */
  readonly cause: string;
  /** At most nine, from 0, at even and round distances. */
  readonly marks: readonly Mark[];
  readonly lastGood: number;
}

/** A mark is good while success is at least this share of the best before it. */
const GOOD_SHARE = 0.9;

/** `success` is the curve of a scheme whose learner failed: one entry per iteration, NaN where it was not computed. */
export function divergenceOf(scheme: number, cause: string, success: ArrayLike<number>): Divergence {
  const iteration = success.length;
  const step = roundStep(iteration / 8);
  const marks: Mark[] = [];
  let best = -Infinity;
  let latest = Number.NaN;
  for (let k = 0; k < Math.max(1, iteration); k++) {
    const now = success[k] ?? Number.NaN;
    if (Number.isFinite(now)) {
      latest = now;
      best = Math.max(best, now);
    }
    if (k % step === 0) marks.push({ iteration: k, isGood: !(latest < GOOD_SHARE * best) });
  }
  return { scheme, iteration, cause, marks, lastGood: marks.findLast((mark) => mark.isGood)?.iteration ?? 0 };
}

/** 1, 2 or 5 times a power of ten, at least x. */
function roundStep(x: number): number {
  for (let power = 1; ; power *= 10) for (const factor of [1, 2, 5]) if (factor * power >= x) return factor * power;
}
