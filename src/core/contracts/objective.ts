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
  /** What the objective's `carry` made of this batch, in every epoch on it; given to objectives that carry something. */
  readonly carried?: unknown;
  /** From these logits; given to the `carry` of objectives that read it. */
  readonly lookAhead?: LookAhead;
}

/** What one step of SGD on the logits at the spec's learning rate α would do to a utility. All [S·A]; a descent is a dL/dlogits. */
export interface LookAhead {
  /** d/dx, at x = 0, of the exact value of the true objective at logits − α (descent + x · change). */
  value(descent: Float64Array, change: Float64Array): number;
  /** −α ⟨gradient, change⟩: the same to first order of a utility with that gradient. */
  linear(gradient: Float64Array, change: Float64Array): number;
}

export interface ObjectivePlugin<P extends Parameters = Parameters> extends Described {
  readonly kind: 'objective';
  readonly params: P;
  /** What it reads besides the sums: `steps` of the aggregates, `demonstration` and `lookAhead` of the policy. */
  readonly reads?: readonly ('steps' | 'demonstration' | 'lookAhead')[];
  /**
   * What it carries from batch to batch, made once for each batch, before the gradient, from what it carried `before`; undefined at first.
   * Plain data that is never written over: checkpoints, replays and branches copy it.
   */
  carry?(aggregates: Aggregates, policy: ObjectivePolicy, params: ParameterValues<P>, before: unknown): unknown;
  /** Share of this update that imitates demonstrations, where it is a balance of the two; curves show it. */
  imitationShare?(policy: Pick<ObjectivePolicy, 'iteration' | 'carried'>, params: ParameterValues<P>): number;
  /** dL/dlogits, [S·A], of a loss to be minimised, written over `out`, and the loss itself. */
  gradient(aggregates: Aggregates, policy: ObjectivePolicy, params: ParameterValues<P>, out: Float64Array): number;
}

/** Declares a policy objective. One file, one entry, one default export; the file stem is the id. */
export function defineObjective<const P extends Parameters>(plugin: Omit<ObjectivePlugin<P>, 'kind'>): ObjectivePlugin<P> {
  return { ...plugin, kind: 'objective' };
}
