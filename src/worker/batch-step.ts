import { MissingColumnError } from '../core/batch/columns-for';
import { gatherRows } from '../core/batch/gather';
import { LearnedRows, type LearnedColumns } from '../core/batch/learned-columns';
import { TableBatch } from '../core/batch/table-batch';
import { Workspace } from '../core/batch/workspace';
import type { Batch } from '../core/contracts/columns';
import type { Aggregates, ObjectivePolicy, Steps } from '../core/contracts/objective';
import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { emptyExactValues, evaluatePolicy, type ExactValues } from '../core/mdp/exact';
import { emptyPolicy, softmaxPolicy, softmaxStates, type TablePolicy } from '../core/mdp/policy';
import { emptyRollout, rollout, type Rollout, type RolloutOptions } from '../core/mdp/rollout';
import { bestVisits } from '../core/mdp/best-visits';
import { lookAhead } from '../core/mdp/look-ahead';
import { addImitation, aggregate, aggregateBuffer, pairOfRow } from '../core/scheme/aggregate';
import { copySteps, stepsOf } from '../core/scheme/steps';
import { priceBatch, type PricedBatch } from '../core/scheme/price-batch';
import type { Learner } from './learner';
import { redrawUniform, replaySuccesses } from './resample';
import type { PlayedBatch } from './device-check';
import type { StageClock } from './stage-clock';
import { needsEveryState, reads, visit, visitsFew } from './visited-states';

/** A learner cannot go on: its reward, advantages or parameters are no longer numbers, or a column is missing. */
export class LearnerFailure extends Error {
  override readonly name = 'LearnerFailure';
  constructor(
    readonly code: 'non-finite' | 'missing-column' | 'internal',
    readonly scheme: number,
    message: string,
  ) {
    super(message);
  }
}

/** Aggregates whose steps are put in where the objective reads them. */
type Sums = Omit<Aggregates, 'steps'> & { steps?: Steps };

/** What later epochs on the same batch need of it. */
export interface KeptBatch {
  readonly aggregates: Sums;
  /** π that made the batch, [S·A]. */
  readonly behaviour: Float64Array;
  /** States in which π is known; null for all. */
  states: Uint32Array | null;
}

/** What a step leaves behind for figures; valid until the next step. */
export interface StepResult {
  readonly batch: TableBatch;
  readonly policy: TablePolicy;
  readonly priced: PricedBatch;
  readonly aggregates: Aggregates;
  readonly loss: number;
  /** Share of the update that imitates; NaN where the objective is no such balance. */
  readonly imitation: number;
}

/**
 * The part of an iteration between logits and dL/dlogits: rollout, pricing, aggregation, objective and
 * critic. One instance serves all learners of an experiment in turn, so that nothing is allocated per step; long, because these parts
 * share its buffers and must go in this order.
 */
export class BatchStep {
  readonly start: TablePolicy;
  /** The last batch as it was played, valid until the next policy; null where its scheme draws or replays other trajectories in. */
  played: PlayedBatch | null = null;
  readonly #experiment: Experiment;
  readonly #policy: TablePolicy;
  /** Logits of a policy of which only the rows of `#visited` are made; null once all are. */
  #unmade: Float64Array | null = null;
  #visited: Uint32Array | null = null;
  readonly #rollout: Rollout;
  readonly #workspace = new Workspace();
  readonly #aggregates: Sums;
  readonly #rawAggregates: Aggregates;
  readonly #exact: ExactValues;
  readonly #truth: Float64Array;
  /** Visits of a best policy, [S·A], once an objective has asked for them. */
  #demonstration: Float64Array | undefined;
  /** By seed, or one for all seeds; null when no scheme reads what is learned. */
  readonly #learned: readonly LearnedColumns[] | null;

  constructor(
    experiment: Experiment,
    learned: readonly LearnedColumns[] | null,
    private readonly clock: StageClock,
  ) {
    const { table, initialLogits } = experiment;
    const { trajectories, groupSize } = experiment.spec.training;
    this.#experiment = experiment;
    this.#policy = emptyPolicy(table.S, table.A);
    this.#rollout = emptyRollout(table.horizon, trajectories, groupSize);
    this.#aggregates = aggregateBuffer(table, trajectories);
    this.#rawAggregates = aggregateBuffer(table, trajectories);
    this.#exact = emptyExactValues(table.S, table.A, table.horizon);
    this.#truth = table.metrics[table.truth];
    this.#learned = learned;
    this.start = softmaxPolicy(initialLogits, table.S, table.A);
  }

  /** The exact values of the true objective under the policy of the last step. */
  exactOfPolicy(): ExactValues {
    const { table } = this.#experiment;
    this.#makeEveryState();
    return evaluatePolicy(table, this.#policy.probability, this.#truth, {}, this.#exact);
  }

  /**
   * Plays and prices the learner's next batch under `logits`, [S·A], writes dL/dlogits and moves the
   * learner's critic and carried state on. Its parameters and its iteration stay.
   * Throws `LearnerFailure` before anything of the learner changes.
   */
  run(learner: Learner, logits: Float64Array, dLogits: Float64Array): StepResult {
    const { spec, table, objective, objectiveParams } = this.#experiment;
    const { trajectories: nTraj, groupSize } = spec.training;
    this.#workspace.releaseAll();
    const policy = this.#policy;
    const stream = learnerStream(spec.training, learner.seedIndex, learner.iteration);
    const played = this.#orDiverged(learner, () => this.#play(learner, logits, { nTraj, groupSize, ...stream }));
    const { sampling } = learner.scheme.spec;
    this.played = sampling ? null : { threshold: policy.threshold, options: { nTraj, groupSize, ...stream }, rollout: played };
    if (sampling?.kind === 'dynamic') redrawUniform(table, policy.threshold, { nTraj, groupSize, ...stream }, played, sampling.redraws);
    this.clock.lap('rollout');
    const successes = sampling?.kind === 'replay' ? replaySuccesses(table, played, learner.successes) : learner.successes;
    const batch = this.#batchOf(learner, played, policy, stream);
    const side = {
      iteration: learner.iteration,
      rewardState: learner.rewardState,
      estimatorState: learner.estimatorState,
      value: learner.exactValue?.evaluate(policy.probability, learner.iteration) ?? learner.critic,
      columns: this.#learned && learnedRows(this.#learned[learner.seedIndex] ?? this.#learned[0], played),
    };
    const priced = this.#price(learner, batch, side);
    this.clock.lap('estimator');
    aggregate(priced.advantage, batch, played.row, table, this.#aggregates);
    if (priced.estimate.imitation) addImitation(priced.estimate.imitation, batch, played.row, table, this.#aggregates);
    if (objective.reads?.includes('steps')) this.#aggregates.steps = stepsOf(priced, batch, pairOfRow(table), groupSize);
    this.clock.lap('aggregation');
    this.#takeReference(learner, policy);
    const update = this.#objectivePolicy(learner, logits, policy.probability);
    const carried = objective.carry && this.#orDiverged(learner, () => objective.carry!(this.#aggregates, update, objectiveParams as never, learner.objectiveState));
    const loss = objective.gradient(this.#aggregates, { ...update, carried }, objectiveParams as never, dLogits);
    if (!isAllFinite(dLogits)) throw new LearnerFailure('non-finite', learner.schemeNumber, nonFiniteCause(priced));
    if (learner.critic) this.#moveCritic(learner.critic, learner.valueGradient, priced);
    learner.rewardState = priced.rewardState;
    learner.estimatorState = priced.estimatorState;
    learner.objectiveState = carried;
    learner.successes = successes;
    this.clock.lap('objective');
    return { batch, policy, priced, aggregates: this.#aggregates, loss, imitation: this.#imitationShare(learner) };
  }

  /** Copies what later epochs need of a step, into `kept` when given. */
  keep({ aggregates, policy }: StepResult, kept?: KeptBatch): KeptBatch {
    const copy: KeptBatch = kept ?? { aggregates: aggregateBuffer(this.#experiment.table, aggregates.nTraj), behaviour: new Float64Array(policy.probability.length), states: null };
    copy.aggregates.positive.set(aggregates.positive);
    copy.aggregates.negative.set(aggregates.negative);
    copy.aggregates.count.set(aggregates.count);
    copy.behaviour.set(policy.probability);
    copy.states = this.#unmade && this.#visited;
    copy.aggregates.steps = aggregates.steps && copySteps(aggregates.steps);
    return copy;
  }

  /** dL/dlogits of a kept batch at the logits that the last update led to. Throws `LearnerFailure` where they diverged. */
  again(learner: Learner, logits: Float64Array, { aggregates, behaviour, states }: KeptBatch, dLogits: Float64Array): void {
    this.#orDiverged(learner, () => this.#makePolicy(logits, states));
    const { objective, objectiveParams } = this.#experiment;
    objective.gradient(aggregates, this.#objectivePolicy(learner, logits, behaviour), objectiveParams as never, dLogits);
  }

  /** What the objective is told of the policy that was made last. */
  #objectivePolicy(learner: Learner, logits: Float64Array, behaviour: Float64Array): ObjectivePolicy {
    const { objective, table, spec } = this.#experiment;
    const { probability, logProbability } = this.#policy;
    return {
      logits,
      probability,
      logProbability,
      behaviour,
      reference: learner.reference ?? this.start.logProbability,
      iteration: learner.iteration,
      carried: learner.objectiveState,
      ...(objective.reads?.includes('demonstration') && { demonstration: (this.#demonstration ??= bestVisits(table, this.#truth)) }),
      ...(objective.reads?.includes('lookAhead') && { lookAhead: lookAhead(table, this.#truth, logits, spec.training.learningRate) }),
    };
  }

  #imitationShare({ iteration, objectiveState }: Learner): number {
    const { objective, objectiveParams } = this.#experiment;
    return objective.imitationShare?.({ iteration, carried: objectiveState }, objectiveParams as never) ?? Number.NaN;
  }

  /** Keeps the learner's policy as its reference at the iteration that the objective names. */
  #takeReference(learner: Learner, { logProbability }: TablePolicy): void {
    const { referenceFrom } = this.#experiment.objectiveParams;
    if (typeof referenceFrom !== 'number' || referenceFrom === 0 || learner.iteration !== referenceFrom) return;
    this.#makeEveryState();
    learner.reference = logProbability.slice();
  }

  /** The learner's batch; on a table with many states its policy is made in those that it comes to, else in all. */
  #play({ scheme }: Learner, logits: Float64Array, options: RolloutOptions): Rollout {
    const { table, objective } = this.#experiment;
    if (!visitsFew(table) || needsEveryState(scheme, objective)) {
      this.#makePolicy(logits, null);
      return rollout(table, this.#policy.threshold, options, this.#rollout);
    }
    const visited: number[] = [];
    const visiting = visit(table, this.#policy.threshold, options, reads(scheme, 'answerLogProbs'), this.#rollout);
    for (;;) {
      const { done, value } = visiting.next();
      if (done) {
        this.#visited = Uint32Array.from(visited);
        this.#unmade = logits;
        return value;
      }
      softmaxStates(logits, value, table.A, this.#policy);
      visited.push(...value);
    }
  }

  #makePolicy(logits: Float64Array, states: Uint32Array | null): void {
    const { S, A } = this.#experiment.table;
    if (states) softmaxStates(logits, states, A, this.#policy);
    else softmaxPolicy(logits, S, A, this.#policy);
    this.#unmade = states ? logits : null;
  }

  #makeEveryState(): void {
    if (this.#unmade) this.#makePolicy(this.#unmade, null);
  }

  /** What `work` gives; a policy whose logits are no longer numbers is the learner's failure. */
  #orDiverged<T>({ schemeNumber, scheme }: Learner, work: () => T): T {
    try {
      return work();
    } catch (error) {
      const cause = `Its update was too large: lower the learning rate of ${this.#experiment.spec.training.learningRate} or clip the advantages.`;
      throw new LearnerFailure('non-finite', schemeNumber, `${scheme.spec.name} diverged. ${(error as Error).message} ${cause}`);
    }
  }

  #batchOf({ scheme }: Learner, played: Rollout, policy: TablePolicy, stream: ReturnType<typeof learnerStream>): TableBatch {
    return new TableBatch(this.#experiment.table, played, {
      behaviour: policy.logProbability,
      reference: this.start.logProbability,
      buffer: this.#workspace.buffer,
      playOn: { threshold: policy.threshold, stream },
      ...(reads(scheme, 'belief') && { belief: this.exactOfPolicy().value }),
    });
  }

  #price({ scheme, schemeNumber }: Learner, batch: Batch, side: Parameters<typeof priceBatch>[2]): PricedBatch {
    try {
      return priceBatch(batch, scheme, side, { buffer: this.#workspace.buffer, onReward: () => this.clock.lap('pricing') });
    } catch (error) {
      const message = `${scheme.spec.name} cannot be priced: ${error instanceof Error ? error.message : String(error)}`;
      throw new LearnerFailure(error instanceof MissingColumnError ? 'missing-column' : 'internal', schemeNumber, message);
    }
  }

  /**
   * V[s] += rate · (mean over visits of (Â + V) − V[s]), Â before this update and before whitening and
   * clipping. V has no time index, so the bracket is the mean of Â over the visits of s. A critic that is a network gets the derivative of
   * L = (1/2N) Σ_visits (V − target)², target = Â + V held constant, N visits in all: dL/dV[s] = −(Σ over visits of s of Â) / N.
   */
  #moveCritic(critic: Float64Array, valueGradient: Float64Array | null, { batch, estimate, advantage }: PricedBatch): void {
    const { table, spec } = this.#experiment;
    let sums = this.#aggregates;
    if (estimate.advantage !== advantage) {
      sums = this.#rawAggregates;
      aggregate(estimate.advantage, batch, batch.row!, table, sums);
    }
    const { A } = table;
    let all = 0;
    if (valueGradient) for (const length of batch.length) all += length;
    for (let s = 0; s < table.S; s++) {
      let visits = 0;
      let total = 0;
      for (let k = s * A; k < (s + 1) * A; k++) {
        visits += sums.count[k];
        total += sums.positive[k] - sums.negative[k];
      }
      if (valueGradient) valueGradient[s] = -total / all;
      else if (visits > 0) critic[s] += (spec.training.criticRate * total) / visits;
    }
  }
}

/** Learned columns of a rollout's steps. */
export function learnedRows(columns: LearnedColumns, played: Rollout): LearnedRows {
  return new LearnedRows(columns, (perRow) => gatherRows(played, perRow, new Float64Array(played.nTraj * played.maxLen)));
}

function isAllFinite(x: Float64Array): boolean {
  // Zero times anything else is not a number, and stays so in a sum.
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k] * 0;
  return sum === 0;
}

/** Where the first number that is none came from. */
function nonFiniteCause({ batch, scheme, reward, estimate }: PricedBatch): string {
  const { nTraj, maxLen, length } = batch;
  const { name } = scheme.spec;
  for (const [column, what] of [
    [reward, 'its reward'],
    [estimate.advantage, `its advantage (${scheme.estimator.title})`],
  ] as const) {
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) {
        const x = column[i * maxLen + t];
        if (!Number.isFinite(x)) return `${name} stopped: ${what} is ${x} in trajectory ${i}, step ${t}. Check the weights and parameters of its terms.`;
      }
    }
  }
  return `${name} stopped: its update is not finite. Lower the learning rate or clip the advantages.`;
}
