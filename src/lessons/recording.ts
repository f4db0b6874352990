/** What was measured for a lesson before it was published: a file of `static/lessons`, made by `npm run lessons`. */

export type Unit = 'share' | 'count' | 'number';

export interface Summary {
  readonly mean: number;
  /** With n − 1. */
  readonly sd: number;
  /** By seed, to the last bit. */
  readonly values: readonly number[];
}

/** A curve over updates: mean, least and largest over seeds. */
export interface RecordedCurve {
  readonly iteration: readonly number[];
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Mean return of the scheme's own reward. */
  readonly proxy: readonly number[];
}

export interface RecordedArm {
  readonly iterations: number;
  /** `metric@iteration` → figure. Of iteration 0 also those of the first batch: `cosine`, `wrongSign`, `zeroGroups`. */
  readonly figures: Readonly<Record<string, Summary>>;
  /** Of the schemes on the page. */
  readonly curve?: RecordedCurve;
}

export interface Recording {
  readonly lesson: string;
  /** Seeds 0 … seeds − 1. */
  readonly seeds: number;
  /** The scenario's name of the true objective, which the curves show. */
  readonly truth: string;
  readonly units: Readonly<Record<string, Unit>>;
  readonly arms: Readonly<Record<string, RecordedArm>>;
}
