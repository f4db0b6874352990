import type { Parameters, ParameterValues, StoredValues } from './parameters';
import type { Described } from './plugin';

/**
 * A measure reads reward models, tables or policies rather than trajectories and answers with named figures:
 * distances between rewards, losses of preference models, curves of over-optimisation. It prices nothing, so it is
 * no term of a scheme.
 */
export interface MeasurePlugin<P extends Parameters = Parameters> extends Described {
  readonly kind: 'measure';
  readonly params: P;
  /** What the input object holds, by field: shape and meaning in words. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the answer holds, by field. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly examples: readonly {
    readonly why: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly params: StoredValues;
    readonly expect: Readonly<Record<string, unknown>>;
  }[];
  /** One picture of the measure at work for its reference page: figures of its answer over a number that is varied. */
  readonly study: MeasureStudy;
  /** Throws `ContentError`, naming the field, when the input cannot be read. */
  measure(input: Readonly<Record<string, unknown>>, params: ParameterValues<P>): Readonly<Record<string, unknown>>;
}

/** A number that is varied, what the measure is given at each value, and the figures that are read off its answer. */
export interface MeasureStudy {
  /** What the picture shows, as a claim. */
  readonly title: string;
  readonly x: { readonly title: string; readonly values: readonly number[] };
  readonly at: (x: number) => { readonly input: Readonly<Record<string, unknown>>; readonly params?: StoredValues };
  readonly read: (answer: Readonly<Record<string, unknown>>) => Readonly<Record<string, number>>;
}

/** Declares a measure. One file, one entry, one default export; the file stem is the id. */
export function defineMeasure<const P extends Parameters>(plugin: Omit<MeasurePlugin<P>, 'kind'>): MeasurePlugin<P> {
  return { ...plugin, kind: 'measure' };
}
