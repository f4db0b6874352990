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
  /** The steps themselves, given to objectives that read them. */
  readonly steps?: Steps;
}

/** A batch step by step, for objectives that multiply along a trajectory and so are no sums over (s, a). Row-major [nTraj × maxLen]. */
export interface Steps {
  readonly nTraj: number;
  readonly maxLen: number;
  /** [nTraj] */
  readonly length: Int32Array;
  /** [nTraj × maxLen] s·A + a of each step; padding is unspecified. */
  readonly pair: Uint32Array;
  /** [nTraj × maxLen] */
  readonly advantage: Float64Array;
  /** [nTraj] Σ_t γᵗ r_t of the scheme's own reward. */
  readonly return: Float64Array;
  /** Consecutive trajectories that share a start; divides nTraj. */
  readonly groupSize: number;
}

/** The policy that a loss is taken of, beside the policies that it is compared with. [S·A] each. */
export interface ObjectivePolicy {
  readonly logits: Float64Array;
  /** π. */
  readonly probability: Float64Array;
  /** log π, finite even where π underflows. */
  readonly logProbability: Float64Array;
  /** π of the policy that made the batch. */
  readonly behaviour: Float64Array;
  /** log π of the reference policy: the starting one, or the learner's own at the iteration that `referenceFrom` names. */
  readonly reference: Float64Array;
  /** Expected steps at (s, a) of a trajectory of a best policy of the true objective; given to objectives that read it. */
  readonly demonstration?: Float64Array;
  /** Update number of the learner, from 0: schedules read it. */
  readonly iteration: number;
}

export interface ObjectivePlugin<P extends Parameters = Parameters> extends Described {
  readonly kind: 'objective';
  readonly params: P;
  /** What it reads besides the sums: `steps` of the aggregates, `demonstration` of the policy. */
  readonly reads?: readonly ('steps' | 'demonstration')[];
  /** dL/dlogits, [S·A], of a loss to be minimised, written over `out`, and the loss itself. */
  gradient(aggregates: Aggregates, policy: ObjectivePolicy, params: ParameterValues<P>, out: Float64Array): number;
}

/** Declares a policy objective. One file, one entry, one default export; the file stem is the id. */
export function defineObjective<const P extends Parameters>(plugin: Omit<ObjectivePlugin<P>, 'kind'>): ObjectivePlugin<P> {
  return { ...plugin, kind: 'objective' };
}
