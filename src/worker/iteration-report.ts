import type { FailureCode } from './protocol';

/** A scheme that cannot go on, and why. */
export interface Failure {
  readonly scheme: number;
  readonly code: FailureCode;
  readonly message: string;
}

/** One iteration of every learner that ran. */
export interface IterationReport {
  readonly iteration: number;
  /** Learner numbers, scheme · seeds + seed. */
  readonly learners: Int32Array;
  /** [learners × METRICS.length] */
  readonly metrics: Float64Array;
  readonly failures: readonly Failure[];
  readonly environmentSteps: number;
  readonly milliseconds: number;
  /** [STAGES] milliseconds, all learners together. */
  readonly stages: Float64Array;
}
