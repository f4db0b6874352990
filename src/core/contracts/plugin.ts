/** What every plug-in declares about itself, whatever its kind. */
import type { Columns, Needs, Shape, ShapeTypes } from './columns';
import type { Explanation } from './explanation';
import type { Parameters, ParameterValues, StoredValues } from './parameters';

/**
 * How sure a formula is: `code` was compared with numbers from published code, `mixed` in part,
 * `textbook` follows from identities, `read` was transcribed from a text, `recalled` is from memory,
 * `own` is this project's definition. The last two are labelled so on screen.
 */
export type Provenance = 'code' | 'mixed' | 'textbook' | 'read' | 'recalled' | 'own';

export interface Citation {
  readonly title: string;
  /** arXiv number, DOI or `owner/repository@commit:path`. */
  readonly source: string;
}

export interface Described {
  /** File stem, link token and catalogue id. Never changes. */
  readonly id: string;
  readonly title: string;
  /** One sentence: what it does for the reader. */
  readonly summary: string;
  /** LaTeX, typeset at build time. */
  readonly formula: string;
  readonly provenance: Provenance;
  readonly cite: readonly Citation[];
  /** When to reach for it, and what breaks it; prose for the reference page. */
  readonly useWhen?: string;
  readonly breaksWhen?: string;
}

/** A named set of parameter values under which published code computes this formula. */
export interface Flavour {
  readonly title: string;
  readonly params: StoredValues;
  readonly help: string;
}

/** Scratch space and carried state for one call. */
export interface CallContext<State = unknown> {
  /** A Float64Array of `size` numbers of unspecified content; every cell of a returned column must be written. */
  buffer(size: number): Float64Array;
  /** State carried from iteration to iteration; `undefined` before the first one. */
  readonly state: State | undefined;
  /** Update number of the learner, from 0: schedules read it. */
  readonly iteration: number;
  /** True when the extra `outputs` are wanted; the hot path leaves it false. */
  readonly detail: boolean;
}

export type Outputs = Readonly<Record<string, Shape | 'groups' | 'list' | 'scalar'>>;

/** Extra named results; `groups` is one JSON value per group, `list` one JSON list and `scalar` one number for the whole batch. */
export type OutputValues<O extends Outputs> = string extends keyof O
  ? { readonly [name: string]: unknown }
  : { readonly [K in keyof O]?: O[K] extends Shape ? ShapeTypes[O[K]] : O[K] extends 'scalar' ? number : readonly unknown[] };

/** A hand-worked example: used as a unit test and shown on the reference page. */
export interface WorkedExample {
  readonly why: string;
  /** The input object of the headless command. */
  readonly input: { readonly trajectories: readonly Readonly<Record<string, unknown>>[] };
  readonly params: StoredValues;
  /** [trajectory][step] */
  readonly expect: readonly (readonly number[])[];
}

export type ExplainFn<P extends Parameters, N extends Needs, R> = (
  columns: Columns<N>,
  params: ParameterValues<P>,
  result: R,
  trajectory: number,
  step: number,
) => Explanation;
