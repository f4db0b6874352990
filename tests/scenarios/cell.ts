/** An outcome that has to be reproduced, as a run of `lab run`. */
export interface Cell {
  readonly id: string;
  /** Arguments of `lab run`, without the seeds. */
  readonly args: string;
  /** More arguments for the learner of one seed, where each has a scenario of its own; its run is then one of one seed. */
  readonly argsOfSeed?: (seed: number) => string;
  readonly checks: readonly Check[];
  /** Most seeds of the full set, where a run is long; 20 without. */
  readonly seeds?: number;
  /** Left out of the full set unless `--slow` asks for it. */
  readonly slow?: true;
  /** Seeds of the quick set of `npm test`; cells without are left to the full set. */
  readonly quickSeeds?: number;
}

/** A figure of a cell; without `accept` it is printed beside the independent one and not judged. */
export interface Check {
  /** A metric with its iteration, or `solved@N`: the share of the learners whose success@N exceeds ½. */
  readonly metric: string;
  /** [low, high] of the mean over seeds: covers three seed bases of an independent implementation, with a margin. */
  readonly accept?: readonly [number, number];
  /** Figure of the independent implementation. */
  readonly reference: string;
}

export const above = (low: number) => [low, 1.0001] as const;
export const below = (high: number) => [-1e-12, high] as const;
export const around = (middle: number, margin: number) => [middle - margin, middle + margin] as const;
export const check = (metric: string, reference: string, accept?: readonly [number, number]): Check => ({ metric, reference, ...(accept && { accept }) });

/** A cell of one scheme of a preset, with changes to the preset in words of `--set`. */
export function cellOf(preset: string, scheme: string, at: string, checks: readonly Check[], more: Omit<Partial<Cell>, 'args' | 'checks'> & { readonly set?: string } = {}): Cell {
  const { set = '', id, ...rest } = more;
  const sets = set.split(' ').filter(Boolean);
  return {
    id: [preset, scheme, ...(id === undefined ? sets.map((text) => text.replace(/^\/.*\//, '')) : [id])].join(' '),
    args: [preset, '--scheme', scheme, '--at', at, ...sets.flatMap((text) => ['--set', text])].join(' '),
    checks,
    ...rest,
  };
}
