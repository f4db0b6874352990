import type { LearnedColumns } from '../core/batch/learned-columns';
import { noTable } from '../core/contracts/scenario';
import { resolveSpec, type Experiment, type Resolved } from '../core/experiment/resolve';
import { sameLearners } from '../core/experiment/same-learners';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { PluginSet } from '../core/plugin-set';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { LearnerFailure, type KeptBatch } from './batch-step';
import { Checkpoints } from './checkpoints';
import { GaussianFamily } from './closed-form-training';
import { DeviceCheck } from './device-check';
import type { Failure, IterationReport } from './iteration-report';
import { learnColumns, readsMore, type Learned } from './learn-columns';
import type { LearnedReward } from './learned-reward';
import { Learner } from './learner';
import { openFamily, type EngineLabel, type FamilyOptions, type PolicyFamily } from './policy-family';
import { METRICS, type DeviceUse, type Snapshot } from './protocol';
import { ResumePoint } from './resume-point';
import { StageClock } from './stage-clock';
import { ParametersLostError } from './surviving-engine';
import { needsEveryState } from './visited-states';
import { openWorldStep, type WorldStep } from './world-step';

export interface TrainingDeps extends FamilyOptions {
  readonly plugins: PluginSet;
  /** Milliseconds of a clock, for throughput alone; nothing learned depends on it. */
  readonly now: () => number;
  /** The clock of the stages of an iteration; `now` unless given. */
  readonly stageNow?: () => number;
  /** Hears of the share of a reward model's fit that is done. */
  readonly fitting?: (share: number) => void;
  /** False leaves out the figures of every iteration and the checkpoints: for runs of which only policies are wanted. */
  readonly figures?: boolean;
  /** Iterations between checkpoints at first; of parameters on a device, throughout. */
  readonly checkpointInterval?: number;
  readonly checkpointBudget?: number;
}

/** Iterations between two checks of the GPU's rollout, rewards, advantages and sums. */
const CHECK_INTERVAL = 10;
/**
 * Iterations between two copies of the parameters that a device holds, and hence the most that are played again when it is lost. A power of
 * two, so that checkpoints that are thinned keep those with parameters.
 */
const SETTLE_INTERVAL = 16;

/**
 * A run: every scheme trained under every seed, all with the same luck. Each `iterate` moves the learners that
 * are furthest behind by one update, so that restarted schemes catch up before all go on together.
 * Runs in Node and in a worker; knows nothing of messages. Long because starting, going on, restarting and replaying
 * share the learners, their checkpoints and the batches that are kept, and must agree to the bit.
 */
export class Training {
  readonly learners: Learner[] = [];
  #experiment: Resolved;
  #learned: Learned | null;
  #step: WorldStep;
  #checkpoints: Checkpoints;
  #dLogits: Float64Array[] = [];
  readonly #kept: KeptBatch[] = [];
  readonly #clock: StageClock;
  readonly #resume: ResumePoint;
  #deviceCheck: DeviceCheck | null = null;
  /** Schemes that failed while iterations were played again, to be told with the next report. */
  #lateFailures: Failure[] = [];

  private constructor(
    experiment: Resolved,
    private readonly family: PolicyFamily,
    learned: Learned | null,
    private readonly deps: TrainingDeps,
    clock: StageClock,
    resume: ResumePoint,
  ) {
    this.#experiment = experiment;
    this.#learned = learned;
    this.#clock = clock;
    this.#resume = resume;
    this.#step = openWorldStep(experiment, learned && learned.columns, clock);
    this.#checkpoints = new Checkpoints(this.#firstInterval(), deps.checkpointBudget);
    experiment.schemes.forEach((scheme, k) => this.#enrol(k, scheme));
  }

  /** Compiles the spec, opens the engine, trains the reward network where a scheme reads one. */
  static async start(spec: ExperimentSpec, deps: TrainingDeps): Promise<Training> {
    const experiment = resolveSpec(spec, deps.plugins);
    const clock = new StageClock(deps.stageNow ?? deps.now);
    const resume = new ResumePoint();
    const options: FamilyOptions = { ...deps, lap: (stage) => clock.lap(stage), sinceCheckpoint: () => resume.done };
    for (const { field, message } of experiment.problems) deps.notice?.('parameter-clamped', `${field}: ${message}`);
    const { learned, family } =
      experiment.table === null
        ? { learned: null, family: new GaussianFamily(experiment) }
        : { learned: await learnColumns(experiment, deps), family: await openFamily(experiment, spec.schemes.length * spec.training.seeds.count, options) };
    return new Training(experiment, family, learned, deps, clock, resume);
  }

  get resolved(): Resolved {
    return this.#experiment;
  }

  /** The experiment, where it is one on a table. Throws in closed form. */
  get experiment(): Experiment {
    if (this.#experiment.table === null) throw new Error(noTable(this.#experiment.scenario, 'table to train on'));
    return this.#experiment;
  }

  get engine(): EngineLabel {
    return this.family.engine;
  }

  /** What the engine holds on its device; null where there is none. */
  get device(): DeviceUse | null {
    const device = this.family.survivor?.device;
    return device ? { ...device, rollout: this.#deviceCheck?.rollout ?? null, signals: this.#deviceCheck?.signals ?? null } : null;
  }

  /** The reward model's columns and the report of its fit; null when no scheme reads them. */
  get learnedReward(): LearnedReward | null {
    return this.#learned?.report ? { columns: this.#learned.columns, report: this.#learned.report } : null;
  }

  /** What models learned of the table, as the first seed's learners see it. */
  get learned(): LearnedColumns | null {
    return this.#learned && this.#learned.columns[0];
  }

  /** Schemes that cannot be trained, with the reason. */
  get failures(): readonly Failure[] {
    return this.#experiment.failures;
  }

  /** One update of the learners that are furthest behind; null when every learner has finished or failed. */
  async iterate(): Promise<IterationReport | null> {
    const report = await this.#outliving(() => this.#iterate());
    if (!report) return null;
    this.#resume.done += 1;
    return { ...report, failures: [...this.#lateFailures.splice(0), ...report.failures] };
  }

  /** Brings parameters and moments that a device holds to the learners, who otherwise have them as of the last checkpoint. */
  async settle(): Promise<void> {
    await this.#outliving(async () => this.family.held?.settle());
  }

  /** An iteration that is told of, or the same `again`, for its effect on the learners alone. */
  async #iterate(again = false): Promise<IterationReport | null> {
    const due = this.#due();
    if (due.length === 0) return null;
    const began = this.deps.now();
    this.#clock.start();
    const { iteration } = due[0];
    const { held } = this.family;
    if (held?.isUsed && !again && (!this.#resume.exists || iteration % this.#settleInterval === 0)) {
      await held.settle();
      this.#resume.take(this.learners);
    }
    const withFigures = !again && (this.deps.figures ?? true);
    const withExact = iteration % this.#step.exactInterval === 0;
    const logits = await this.#logits(due, withFigures && withExact);
    this.#clock.lap('forward');
    const metrics = new Float64Array(due.length * METRICS.length).fill(NaN);
    const failures: Failure[] = [];
    let environmentSteps = 0;
    while (this.#dLogits.length < due.length) this.#dLogits.push(new Float64Array(this.#step.size));
    const dLogits = this.#dLogits.slice(0, due.length);
    const fail = ({ scheme, code, message }: LearnerFailure) => {
      failures.push({ scheme, code, message });
      for (const learner of this.learners) if (learner.schemeNumber === scheme) learner.failure ??= message;
    };
    const check = iteration % CHECK_INTERVAL === 0 && !again ? await this.#readyCheck() : null;
    // Each time another learner's batch.
    const checked = (iteration / CHECK_INTERVAL) % due.length;
    due.forEach((learner, k) => {
      if (withFigures) this.#checkpoints.offer(learner, this.#replaysExactly ? null : logits[k], { withWeights: !held?.isAhead });
      dLogits[k].fill(0);
      learner.valueGradient?.fill(0);
      if (learner.failure) return;
      const result = this.#attempt(() => this.#step.run(learner, logits[k], dLogits[k]), fail);
      if (!result) return void dLogits[k].fill(0);
      for (const length of result.batch.length) environmentSteps += length;
      if (withFigures) this.#step.write(metrics, k * METRICS.length, dLogits[k], withExact);
      this.#clock.lap('figures');
      if (this.#epochs > 1) this.#kept[k] = this.#step.keep(this.#kept[k]);
      if (check && k === checked) this.#step.show?.(check, learner.schemeNumber);
    });
    if (check) {
      await check.compare();
      this.#clock.lap('other');
    }
    await this.#update(due, dLogits, fail);
    for (const learner of due) if (!learner.failure) learner.iteration += 1;
    const learners = Int32Array.from(due, (learner) => learner.number);
    return { iteration, learners, metrics, failures, environmentSteps, milliseconds: this.deps.now() - began, stages: this.#clock.take() };
  }

  /**
   * Takes over an edited spec. Schemes in `restart` start anew; schemes that changed otherwise keep their
   * parameters and go on under the new reward, from the iteration that the spec's new branch names if there is one.
   * Returns false when the edit needs a run of its own: another scenario, policy, engine, batch or list of seeds.
   */
  async reconfigure(spec: ExperimentSpec, restart: readonly number[], plugins: PluginSet = this.deps.plugins): Promise<boolean> {
    const old = this.#experiment.spec;
    if (!sameLearners(old, spec)) return false;
    await this.settle();
    this.#resume.forget();
    const experiment = resolveSpec(spec, plugins, this.#experiment);
    if (experiment.table && readsMore(experiment, this.#learned)) this.#learned = await learnColumns(experiment, this.deps);
    this.#experiment = experiment;
    this.#step = openWorldStep(experiment, this.#learned && this.#learned.columns, this.#clock);
    for (const [k, scheme] of experiment.schemes.entries()) {
      const learners = this.learners.filter((learner) => learner.schemeNumber === k);
      if (restart.includes(k) || learners.length === 0 || !scheme) {
        this.#dismiss(k);
        this.#enrol(k, scheme);
        continue;
      }
      const branch = spec.training.branches.findLast((entry) => entry.scheme === k);
      const isNew = branch && !old.training.branches.some((entry) => entry.scheme === k && entry.iteration === branch.iteration);
      for (const learner of learners) {
        if (isNew && branch.iteration < learner.iteration) await this.#bringTo(learner, branch.iteration);
        if (learner.scheme === scheme) continue;
        this.#checkpoints.forgetAfter(learner.number, learner.iteration);
        learner.adopt(scheme);
        learner.failure = null;
        this.#checkpoints.offer(learner, this.#replaysExactly ? null : (await this.family.logits([learner]))[0], { pin: true });
      }
    }
    return true;
  }

  /**
   * What a scheme's learner under the first seed held before the update of a past iteration, made again from the
   * nearest checkpoint. Where the engine cannot repeat itself to the bit, the nearest saved iteration is
   * returned instead, and the snapshot says which.
   */
  async recall(scheme: number, iteration: number): Promise<Snapshot> {
    const live = this.learners.find((learner) => learner.schemeNumber === scheme && learner.seedIndex === 0);
    if (!live) throw new Error(`Scheme ${scheme} has no learner to recall.`);
    const learner = this.#copyOf(live);
    const logits = await this.#logitsAt(learner, Math.max(0, Math.min(iteration, live.iteration)));
    return {
      scheme,
      seed: 0,
      iteration: learner.iteration,
      logits,
      critic: learner.critic,
      rewardState: learner.rewardState,
      estimatorState: learner.estimatorState,
      learned: this.learned,
    };
  }

  /** [S·A] logits of every learner's policy as it stands, or the entries of a Gaussian one, by position in `learners`. */
  async policies(): Promise<Float64Array[]> {
    return this.#outliving(async () => (await this.family.logits(this.learners)).map((logits) => logits.slice()));
  }

  dispose(): void {
    this.family.dispose();
  }

  /** Updates made from one batch: a parameter of the objective, where it has one. */
  get #epochs(): number {
    const { epochs } = this.#experiment.objectiveParams;
    return typeof epochs === 'number' ? epochs : 1;
  }

  /** The optimiser steps of one iteration: the first along `dLogits`, those of later epochs along the kept batches' own. */
  async #update(due: readonly Learner[], dLogits: readonly Float64Array[], fail: (failure: LearnerFailure) => void): Promise<void> {
    await this.family.step(due, dLogits, this.family.values && due.map(({ valueGradient }) => valueGradient!));
    for (let epoch = 1; epoch < this.#epochs; epoch++) {
      const logits = await (this.family.batchLogits?.(due, true) ?? this.family.logits(due));
      due.forEach((learner, k) => {
        dLogits[k].fill(0);
        if (!learner.failure) this.#attempt(() => this.#step.again(learner, logits[k], this.#kept[k], dLogits[k]), fail);
      });
      await this.family.step(due, dLogits);
    }
  }

  /** What computes batches again on the GPU, where there are kernels for it. */
  async #readyCheck(): Promise<DeviceCheck | null> {
    const { survivor } = this.family;
    const { table } = this.#experiment;
    if (!survivor?.current.createSignals || !table) return null;
    this.#deviceCheck ??= new DeviceCheck(table);
    await this.#deviceCheck.prepare(survivor.current);
    return this.#deviceCheck;
  }

  /** The result of `work`, or undefined after telling `fail` why a learner cannot go on. */
  #attempt<T>(work: () => T, fail: (failure: LearnerFailure) => void): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LearnerFailure)) throw error;
      fail(error);
      return undefined;
    }
  }

  /** Logits of the states that the next batches visit, or of every state where figures or the schemes need them; critic networks are asked too. */
  async #logits(due: readonly Learner[], everywhere: boolean): Promise<readonly Float64Array[]> {
    const { family } = this;
    const { objective } = this.#experiment;
    const isPart = family.batchLogits && !everywhere && !due.some(({ scheme }) => needsEveryState(scheme, objective));
    const logits = await (isPart ? family.batchLogits!(due, false) : family.logits(due));
    if (family.values && due.some(({ critic }) => critic)) {
      const values = await family.values(due);
      due.forEach(({ critic }, k) => critic?.set(values[k]));
    }
    return logits;
  }

  get #replaysExactly(): boolean {
    return this.engine.name === 'tabular' || this.engine.name === 'ts';
  }

  get #settleInterval(): number {
    return this.deps.checkpointInterval ?? SETTLE_INTERVAL;
  }

  /** What `work` gives; where a device is lost with parameters meanwhile, every learner first goes back to where they are known and on from there. */
  async #outliving<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof ParametersLostError)) throw error;
        await this.#playAgain();
      }
    }
  }

  /** Plays the iterations since the last copy of the parameters again, as often as a device is lost in them. */
  async #playAgain(): Promise<void> {
    const { held } = this.family;
    const failed = new Set(this.learners.filter(({ failure }) => failure).map(({ schemeNumber }) => schemeNumber));
    for (;;) {
      held?.abandon();
      this.#resume.restore();
      try {
        for (let k = 0; k < this.#resume.done; k++) {
          const report = await this.#iterate(true);
          this.#lateFailures.push(...(report?.failures ?? []).filter(({ scheme }) => !failed.has(scheme)));
        }
        return;
      } catch (error) {
        if (!(error instanceof ParametersLostError)) throw error;
      }
    }
  }

  #firstInterval(): number {
    return this.#replaysExactly ? (this.deps.checkpointInterval ?? 10) : 1;
  }

  #due(): Learner[] {
    const { spec } = this.#experiment;
    const able = this.learners.filter(
      (learner) => !learner.failure && learner.iteration < spec.training.iterations && !spec.schemes[learner.schemeNumber].muted,
    );
    const least = able.reduce((low, learner) => Math.min(low, learner.iteration), Infinity);
    return able.filter((learner) => learner.iteration === least);
  }

  #enrol(schemeNumber: number, scheme: CompiledScheme | null): void {
    if (!scheme) return;
    const { seeds } = this.#experiment.spec.training;
    for (let seed = 0; seed < seeds.count; seed++) {
      this.learners.push(this.#newLearner(schemeNumber, seed, schemeNumber * seeds.count + seed, scheme));
    }
    this.learners.sort((a, b) => a.number - b.number);
  }

  #dismiss(schemeNumber: number): void {
    for (const { number } of this.learners.filter((learner) => learner.schemeNumber === schemeNumber)) {
      this.#checkpoints.forgetAfter(number, -1);
    }
    this.learners.splice(0, this.learners.length, ...this.learners.filter((learner) => learner.schemeNumber !== schemeNumber));
  }

  #copyOf({ schemeNumber, seedIndex, number, scheme }: Learner): Learner {
    return this.#newLearner(schemeNumber, seedIndex, number, scheme);
  }

  #newLearner(schemeNumber: number, seedIndex: number, number: number, scheme: CompiledScheme): Learner {
    const { parameters, optimiser, criticNetwork } = this.family.create(this.#experiment.spec.training.seeds.first + seedIndex);
    const learner = new Learner(schemeNumber, seedIndex, number, scheme, parameters, optimiser, this.#experiment, criticNetwork);
    if (this.family.values && this.#experiment.table) learner.valueGradient = new Float64Array(this.#experiment.table.S);
    return learner;
  }

  /** Makes a learner what it was at an iteration, or at the nearest one with logits before it, and returns the logits it acts by there. */
  async #logitsAt(learner: Learner, iteration: number): Promise<Float64Array> {
    const saved = this.#checkpoints.nearest(learner.number, iteration);
    if (!saved?.logits) {
      await this.#bringTo(learner, iteration);
      return (await this.#logits([learner], true))[0].slice();
    }
    learner.restore(saved);
    return saved.logits;
  }

  /** Brings a learner to an iteration from the nearest checkpoint with its parameters before it, to the bit where the engine repeats itself. */
  async #bringTo(learner: Learner, iteration: number): Promise<void> {
    const { held } = this.family;
    const saved = this.#checkpoints.nearest(learner.number, iteration, true);
    for (;;) {
      if (saved) learner.restore(saved);
      try {
        await this.#play(learner, iteration);
        return await held?.settle();
      } catch (error) {
        if (!(error instanceof ParametersLostError)) throw error;
        held?.abandon();
      }
    }
  }

  /** One learner's updates up to an iteration. */
  async #play(learner: Learner, iteration: number): Promise<void> {
    const dLogits = new Float64Array(this.#step.size);
    while (learner.iteration < iteration) {
      const [logits] = await this.#logits([learner], false);
      dLogits.fill(0);
      this.#step.run(learner, logits, dLogits);
      if (this.#epochs > 1) this.#kept[0] = this.#step.keep(this.#kept[0]);
      await this.#update([learner], [dLogits], (failure) => {
        throw failure;
      });
      learner.iteration += 1;
    }
  }
}

/**
 * Trains a spec to its end and yields a report per iteration: the loop of the command line and of tests. The
 * worker drives the same `Training` itself, to pause and to answer in between.
 */
export async function* train(spec: ExperimentSpec, deps: TrainingDeps): AsyncGenerator<IterationReport, Training> {
  const training = await Training.start(spec, deps);
  for (;;) {
    const report = await training.iterate();
    if (!report) return training;
    yield report;
  }
}
