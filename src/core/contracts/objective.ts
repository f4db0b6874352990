import type { Parameters, ParameterValues } from './parameters';
import type { Described } from './plugin';

/** Sums over a batch that are enough for an exact gradient with respect to a state's logits. */
export interface Aggregates {
  readonly S: number;
  readonly A: number;
  readonly nTraj: number;
  /** [S·A] sum of positive advantages of steps taken at (s, a). */
  readonly positive: Float64Array;
  /** [S·A] sum of |negative| advantages. */
  readonly negative: Float64Array;
  /** [S·A] number of steps. */
  readonly count: Float64Array;
}

export interface ObjectivePlugin<P extends Parameters = Parameters> extends Described {
  readonly kind: 'objective';
  readonly params: P;
  /**
   * dL/dlogits, [S·A], of a loss to be minimised, and the loss itself.
   * `probability` and `behaviour` are π and the policy that made the batch, [S·A].
   */
  gradient(
    aggregates: Aggregates,
    policy: { readonly logits: Float64Array; readonly probability: Float64Array; readonly behaviour: Float64Array },
    params: ParameterValues<P>,
    out: Float64Array,
  ): number;
}

/** Declares a policy objective. One file, one entry, one default export; the file stem is the id. */
export function defineObjective<const P extends Parameters>(plugin: Omit<ObjectivePlugin<P>, 'kind'>): ObjectivePlugin<P> {
  return { ...plugin, kind: 'objective' };
}
