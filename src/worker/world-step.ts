import type { LearnedColumns } from '../core/batch/learned-columns';
import type { Frame } from '../core/contracts/columns';
import type { Experiment, Resolved } from '../core/experiment/resolve';
import { BatchStep, type KeptBatch, type StepResult } from './batch-step';
import { ClosedFormStep } from './closed-form-training';
import type { DeviceCheck } from './device-check';
import { exactInterval, IterationMetrics } from './iteration-metrics';
import type { Learner } from './learner';
import type { StageClock } from './stage-clock';

/** What the training loop needs of a world: what happens between a policy's numbers and their descent, and the figures of it. */
export interface WorldStep {
  /** Numbers of a policy: S·A logits of a table, the entries of a closed form. */
  readonly size: number;
  /** Every how many iterations the figures that need exact values are computed. */
  readonly exactInterval: number;
  /**
   * Plays and prices the learner's next batch under `policy`, adds what an optimiser is to descend along to `descent` and moves the learner's
   * carried state on. Throws `LearnerFailure` before anything of the learner changes.
   */
  run(learner: Learner, policy: Float64Array, descent: Float64Array): { readonly batch: Frame };
  /** Writes METRICS.length figures of the last `run` from `offset` on; without `withExact` those that need exact values are NaN. */
  write(out: Float64Array, offset: number, descent: Float64Array, withExact: boolean): void;
  /** What later epochs need of the last `run`. */
  keep(kept?: KeptBatch): KeptBatch;
  again(learner: Learner, policy: Float64Array, kept: KeptBatch, descent: Float64Array): void;
  /** Gives the last `run`, of this scheme, to a check, to be computed again. Only on tables. */
  show?(check: DeviceCheck, scheme: number): void;
}

export function openWorldStep(resolved: Resolved, learned: readonly LearnedColumns[] | null, clock: StageClock): WorldStep {
  return resolved.table === null ? new ClosedFormStep(resolved) : new TableStep(resolved, learned, clock);
}

class TableStep implements WorldStep {
  readonly size: number;
  readonly exactInterval: number;
  readonly #step: BatchStep;
  readonly #metrics: IterationMetrics;
  #last: StepResult | null = null;

  constructor({ table, ...experiment }: Experiment, learned: readonly LearnedColumns[] | null, clock: StageClock) {
    this.size = table.S * table.A;
    this.exactInterval = exactInterval(table, experiment.spec.training.policy.kind);
    this.#step = new BatchStep({ table, ...experiment }, learned, clock);
    this.#metrics = new IterationMetrics(table, this.#step.start);
  }

  run(learner: Learner, policy: Float64Array, descent: Float64Array): StepResult {
    return (this.#last = this.#step.run(learner, policy, descent));
  }

  write(out: Float64Array, offset: number, descent: Float64Array, withExact: boolean): void {
    this.#metrics.write(out, offset, this.#last!, descent, withExact ? this.#step.exactOfPolicy() : null);
  }

  show(check: DeviceCheck, scheme: number): void {
    const { priced, aggregates } = this.#last!;
    check.take(scheme, this.#step.played, priced, aggregates);
  }

  keep(kept?: KeptBatch): KeptBatch {
    return this.#step.keep(this.#last!, kept);
  }

  again(learner: Learner, policy: Float64Array, kept: KeptBatch, descent: Float64Array): void {
    this.#step.again(learner, policy, kept, descent);
  }
}
