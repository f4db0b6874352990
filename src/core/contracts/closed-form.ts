/**
 * Scenarios whose states are points and whose values are closed forms, the other implementation of a scenario beside
 * the table. Their policy is a Gaussian described by a few named numbers.
 */
import type { Column, Shape } from './columns';

/** A column and the shape it is read by. */
export interface ShapedColumn {
  readonly shape: Shape;
  readonly data: Column;
}

/** Trajectories played under one policy; all of them have `steps` steps. Row-major, dimension last. */
export interface Play {
  readonly nTraj: number;
  readonly steps: number;
  /** [nTraj × (steps + 1) × 2] where each trajectory was. */
  readonly point: Float64Array;
  /** [nTraj × (steps + 1) × 2] where it would end if no more noise came; equal to `point` where nothing is left to do. */
  readonly completion: Float64Array;
  /** [nTraj] what the true objective paid. */
  readonly outcome: Float64Array;
  /** [nTraj × steps] log-density of the actions under the policy that played. */
  readonly logProbability: Float64Array;
  /** [nTraj × steps] exact A_t of the true objective, in closed form. */
  readonly advantage: Float64Array;
  /** [nTraj × (steps + 1)] exact V of the true objective at every visited point; 0 after the end, where everything has been paid. */
  readonly value: Float64Array;
  /** Facts, by the names that the scenario declares under `signals` and `facts`. */
  readonly facts: Readonly<Record<string, ShapedColumn>>;
}

/** Where the points of a play are drawn. */
export type PlanePicture =
  /** A unit square with a square target; `aim` is the policy's one-σ circle. */
  | { readonly kind: 'screen'; readonly target: { readonly x: number; readonly y: number; readonly width: number }; readonly aim: Disc }
  /** A plane with the reward's one-σ disc and the one-σ disc in which the policy's trajectories end. */
  | { readonly kind: 'plane'; readonly target: Disc; readonly end: Disc };

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/**
 * A scenario at one set of parameters, as one learner meets it. A policy is a vector of `entries.length` numbers; every
 * function here is pure unless it says that it writes.
 */
export interface ClosedForm {
  /** Steps of every trajectory. */
  readonly steps: number;
  /** Standard normal numbers that one trajectory uses up. */
  readonly draws: number;
  /** What each number of a policy is. */
  readonly entries: readonly string[];
  readonly start: Float64Array;
  /** Plays one trajectory per row of `normal`, [nTraj × draws]. */
  play(policy: Float64Array, normal: Float64Array): Play;
  /** Log-density of the played actions under another policy, [nTraj × steps]. */
  logProbability(policy: Float64Array, play: Play): Float64Array;
  /** (1/B) Σ_i Σ_t Â_it ∇ log π(a_it | s_it), written over `out`, by entry. */
  direction(policy: Float64Array, play: Play, advantage: Float64Array, out: Float64Array): void;
  /** Exact ∇J of the true objective, written over `out`, by entry. */
  gradient(policy: Float64Array, out: Float64Array): void;
  /** Exact expectations, by the names that the scenario declares under `metrics`; the true objective is one of them. */
  metrics(policy: Float64Array): Record<string, number>;
  /** The largest value of the true objective that a policy within limits reaches. */
  readonly best: number;
  /** Entropy of the policy and KL(π ‖ π_start), nats, averaged over steps. */
  entropy(policy: Float64Array): number;
  divergence(policy: Float64Array): number;
  /** Turns a direction into the step that a learning rate multiplies, in place: step sizes by entry. */
  scale(policy: Float64Array, direction: Float64Array): void;
  /** Keeps a policy within its limits, in place. */
  keepWithin(policy: Float64Array): void;
  picture(policy: Float64Array): PlanePicture;
  /** What a step did, in one sentence. */
  describeStep(play: Play, trajectory: number, step: number): string;
}
