/**
 * The training run as the page sees it: a worker that is started when first wanted, the history of its
 * metrics, and what an edit means for learners that are already on their way.
 *
 * One class because its parts move together: what the worker was told last, the run that its events carry, the
 * curves that belong to it and what the reader may press.
 *
 * An edit of a scheme restarts that scheme's learners 400 ms after the slider is released; its old curve
 * stays as a ghost. Until then the reader may choose to keep learning instead, which becomes a branch of the spec.
 */
import type { LearnedColumns } from '../core/batch/learned-columns';
import { Pace } from '../core/experiment/pace';
import { editedSchemes, sameLearners } from '../core/experiment/same-learners';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { CheckCommand, CheckEvent, Command, EnginesCommand, EnginesEvent, Event, FrameMessage, Metric, RewardModelMessage, SchemeDiagnosis, Snapshot } from '../worker/protocol';
import { CurveHistory } from './curve-history';
import { divergenceOf, type Divergence } from './divergence';

/** Wait between the release of a slider and the restart of its scheme. */
export const RESTART_DELAY = 400;

export type RunStatus = 'idle' | 'starting' | 'running' | 'paused' | 'finished' | 'failed';

/** A link to a worker: commands down, events up. */
export interface WorkerLink {
  post(command: Command): void;
  close(): void;
  /** Where training runs, when that is not a worker, and why. */
  readonly place?: { readonly kind: 'worker' } | { readonly kind: 'page'; readonly reason: string };
}
export type Connect = (listener: (event: Event) => void) => Promise<WorkerLink>;

export interface RunMessage {
  readonly tone: 'info' | 'warn' | 'bad';
  readonly code: string;
  readonly message: string;
}

export interface RunOptions {
  readonly connect: Connect;
  readonly metrics: readonly Metric[];
  readonly onmessage: (message: RunMessage) => void;
  /** Records in the spec that a scheme kept learning at an iteration. */
  readonly onbranch: (scheme: number, iteration: number) => void;
  /** Hears of checks of schemes, which belong to no run. */
  readonly oncheck?: (event: CheckEvent) => void;
  readonly later?: (callback: () => void, milliseconds: number) => () => void;
}

type SchemeFailure = Pick<Extract<Event, { type: 'failed' }>, 'code' | 'message'>;

interface Diagnosis {
  readonly logits: Float64Array;
  readonly batches: number;
  readonly figures: readonly SchemeDiagnosis[];
}

const afterwards = (callback: () => void, milliseconds: number) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};

export class Run {
  #status = $state<RunStatus>('idle');
  #engine = $state.raw<FrameMessage['engine'] | null>(null);
  #stepsPerSecond = $state(0);
  #engineChanges = $state.raw<readonly number[]>([]);
  readonly #pace = new Pace();
  #secondsLeft = $state<number | null>(null);
  #version = $state(0);
  #pending = $state.raw<ReadonlySet<number>>(new Set());
  #failures = $state.raw<ReadonlyMap<number, SchemeFailure>>(new Map());
  #scrubbed = $state<number | null>(null);
  #diagnosis = $state.raw<Diagnosis | null>(null);
  #speed = $state(0);
  #rewardModel = $state.raw<RewardModelMessage | null>(null);

  readonly #options: RunOptions;
  readonly #later: NonNullable<RunOptions['later']>;
  #link: WorkerLink | null = null;
  #connecting: Promise<WorkerLink> | null = null;
  #spec: ExperimentSpec;
  /** What the worker was told last. */
  #configured: ExperimentSpec | null = null;
  #runId = 0;
  #request = 0;
  #history: CurveHistory;
  #cancelRestart: (() => void) | null = null;
  #kept = new Map<number, number>();
  readonly #recalls = new Map<number, { resolve(snapshot: Snapshot): void; reject(error: Error): void }>();
  readonly #diagnoses = new Map<number, Float64Array>();
  /** Pausing while the worker still starts keeps it from running when it is there. */
  #isWanted = false;
  /** Hears what is known of the engines, after `ask`. */
  onengines: ((event: EnginesEvent) => void) | null = null;
  #goal: { iteration: number; reached: () => void } | null = null;

  constructor(spec: ExperimentSpec, options: RunOptions) {
    this.#spec = spec;
    this.#options = options;
    this.#later = options.later ?? afterwards;
    this.#history = new CurveHistory(options.metrics, spec.training.seeds.count);
  }

  get status(): RunStatus {
    return this.#status;
  }
  get isRunning(): boolean {
    return this.#status === 'running' || this.#status === 'starting';
  }
  get engine(): FrameMessage['engine'] | null {
    return this.#engine;
  }
  /** Iterations at which a device was lost and something else went on. */
  get engineChanges(): readonly number[] {
    return this.#engineChanges;
  }
  get stepsPerSecond(): number {
    return this.#stepsPerSecond;
  }
  /** The newest fit of a reward model, or how far it is; null before the first. */
  get rewardModel(): RewardModelMessage | null {
    return this.#rewardModel;
  }
  get speed(): number {
    return this.#speed;
  }
  get diagnosis(): Diagnosis | null {
    return this.#diagnosis;
  }

  /** Curves of every learner; read anew whenever `version` changes. */
  get history(): CurveHistory {
    void this.#version;
    return this.#history;
  }

  /** Seconds until the run has finished, at the rate measured lately; null while it rests or there is no rate yet. */
  get secondsLeft(): number | null {
    return this.#status === 'running' ? this.#secondsLeft : null;
  }

  /** Updates done by the scheme that is furthest. */
  get iteration(): number {
    void this.#version;
    return this.#spec.schemes.reduce((most, _, k) => Math.max(most, this.#history.length(k)), 0);
  }
  /** The iteration on show: where the reader scrubbed to, else the latest. */
  get shownIteration(): number {
    return this.#scrubbed ?? this.iteration;
  }
  get isScrubbed(): boolean {
    return this.#scrubbed !== null;
  }

  iterationOf(scheme: number): number {
    void this.#version;
    return this.#history.length(scheme);
  }

  /** Its reward was edited and its learners wait to start over. */
  isPending(scheme: number): boolean {
    return this.#pending.has(scheme);
  }
  failureOf(scheme: number): string | null {
    return this.#failures.get(scheme)?.message ?? null;
  }
  /** The first scheme whose learner met numbers that are not finite; null while there is none. */
  get divergence(): Divergence | null {
    for (const [scheme, { code, message }] of this.#failures) {
      if (code === 'non-finite') return divergenceOf(scheme, message, this.history.band(scheme, 'success').mean);
    }
    return null;
  }
  canRecall(scheme: number): boolean {
    return this.iterationOf(scheme) > 0;
  }

  async run(): Promise<void> {
    this.#scrubbed = null;
    this.#isWanted = true;
    if (!(await this.#ready()) || !this.#isWanted) return;
    this.#settle();
    this.#status = 'running';
    this.#pace.restart();
    this.#secondsLeft = null;
    this.#post({ type: 'run', runId: this.#runId, speed: this.#speed });
  }

  pause(): void {
    this.#isWanted = false;
    if (!this.isRunning) return;
    this.#status = 'paused';
    this.#post({ type: 'pause', runId: this.#runId });
  }

  toggle(): Promise<void> {
    if (!this.isRunning) return this.run();
    this.pause();
    return Promise.resolve();
  }

  async step(): Promise<void> {
    this.#scrubbed = null;
    if (!(await this.#ready())) return;
    this.#settle();
    if (this.#status !== 'finished') this.#status = 'paused';
    this.#post({ type: 'step', runId: this.#runId });
  }

  /** Back to iteration 0 under the same seeds; the curves so far become ghosts. */
  reset(): void {
    this.#scrubbed = null;
    this.#cancelRestart?.();
    this.#pending = new Set();
    this.#failures = new Map();
    this.#spec.schemes.forEach((_, k) => this.#history.restart(k));
    this.#changed();
    if (this.#link) this.#configure('all');
    this.#status = this.#link ? 'paused' : 'idle';
  }

  setSpeed(iterationsPerSecond: number): void {
    this.#speed = iterationsPerSecond;
    if (this.#status === 'running') this.#post({ type: 'run', runId: this.#runId, speed: iterationsPerSecond });
  }

  /** Shows a past iteration; null follows the newest again. */
  scrub(iteration: number | null): void {
    this.#scrubbed = iteration === null || iteration >= this.iteration ? null : Math.max(0, Math.round(iteration));
  }

  /** Trains, starting now, until every scheme has done that many updates. */
  async trainTo(iteration: number): Promise<void> {
    const target = Math.min(iteration, this.#spec.training.iterations);
    if (this.#leastIteration() >= target) return;
    const isThere = new Promise<void>((reached) => (this.#goal = { iteration: target, reached }));
    await this.run();
    if (this.#status === 'failed') this.#reachGoal();
    await isThere;
    this.pause();
  }

  /** Policy and side data of a scheme's first seed before a past update. A newer request supersedes this one. */
  async recall(scheme: number, iteration: number): Promise<Snapshot> {
    if (!(await this.#ready())) throw new Error('The training worker could not be started.');
    const request = ++this.#request;
    return new Promise<Snapshot>((resolve, reject) => {
      for (const [, waiting] of this.#recalls) waiting.reject(new SupersededError());
      this.#recalls.clear();
      this.#recalls.set(request, { resolve, reject });
      this.#post({ type: 'recall', runId: this.#runId, request, scheme, iteration });
    });
  }

  /** What models learned of every table row under the newest spec; null when no scheme reads it. */
  async learned(): Promise<LearnedColumns | null> {
    if (!(await this.#ready())) return null;
    this.#settle();
    const scheme = this.#spec.schemes.findIndex((_, k) => !this.#failures.has(k));
    return (await this.recall(Math.max(0, scheme), 0)).learned;
  }

  /** Asks for bias and variance over fresh batches of a policy, under the schemes of its iteration; `diagnosis` holds the answer when it is there. */
  async diagnose(logits: Float64Array, iteration: number, batches = 64): Promise<void> {
    if (!(await this.#ready())) return;
    this.#settle();
    const request = ++this.#request;
    this.#diagnoses.set(request, logits);
    this.#post({ type: 'diagnose', runId: this.#runId, request, logits, iteration, batches });
  }

  /** Hands on a command that belongs to no run; false where no worker starts. What comes back goes to `oncheck` or `onengines`. */
  async ask(command: CheckCommand | EnginesCommand): Promise<boolean> {
    if (!(await this.#ready())) return false;
    this.#post(command);
    return true;
  }

  /** The experiment was edited. While `live`, a slider is still held. */
  specChanged(spec: ExperimentSpec, live: boolean): void {
    this.#spec = spec;
    const base = this.#configured;
    if (!base) {
      if (spec.training.seeds.count !== this.#history.seeds) this.#history = new CurveHistory(this.#options.metrics, spec.training.seeds.count);
      return;
    }
    const all = !sameLearners(base, spec);
    const edited = all ? spec.schemes.map((_, k) => k) : editedSchemes(base, spec);
    this.#pending = new Set(edited.filter((k) => !this.#kept.has(k) && this.#history.length(k) > 0));
    this.#cancelRestart?.();
    this.#cancelRestart = null;
    if (live) return;
    const isMuting = base.schemes.some((scheme, k) => scheme.muted !== spec.schemes[k]?.muted);
    if (edited.length === 0 && !isMuting && base.training.iterations === spec.training.iterations) return;
    this.#cancelRestart = this.#later(() => this.#settle(), RESTART_DELAY);
  }

  /** Goes on from here under the edited reward instead of starting over. */
  keepLearning(scheme: number): void {
    const iteration = this.#history.length(scheme);
    this.#kept.set(scheme, iteration);
    this.#options.onbranch(scheme, iteration);
    this.#settle();
  }

  close(): void {
    this.#cancelRestart?.();
    this.#link?.close();
    this.#link = null;
  }

  /** Tells the worker about edits that are still waiting. */
  #settle(): void {
    this.#cancelRestart?.();
    this.#cancelRestart = null;
    const base = this.#configured;
    if (!this.#link || !base || base === this.#spec) return;
    if (!sameLearners(base, this.#spec)) {
      const wasRunning = this.isRunning;
      base.schemes.forEach((_, k) => this.#history.restart(k));
      if (base.training.engine !== this.#spec.training.engine) {
        // Until the other engine is ready, the one before and its speed say nothing of it.
        this.#engine = null;
        this.#stepsPerSecond = 0;
      }
      if (this.#spec.training.seeds.count !== this.#history.seeds || base.scenario.id !== this.#spec.scenario.id || base.schemes.length !== this.#spec.schemes.length) {
        this.#history = new CurveHistory(this.#options.metrics, this.#spec.training.seeds.count);
      }
      this.#configure('all');
      this.#resume(wasRunning);
    } else {
      const restart = editedSchemes(base, this.#spec).filter((k) => !this.#kept.has(k));
      for (const k of restart) this.#history.restart(k);
      // A finished run goes on by itself, so that the edited schemes catch up with the others.
      const goesOn = this.isRunning || (this.#status === 'finished' && restart.length > 0);
      this.#configure(restart);
      this.#resume(goesOn);
    }
    this.#changed();
  }

  #resume(goesOn: boolean): void {
    if (goesOn) this.#status = 'running';
    else if (this.#status === 'finished' || this.#status === 'failed') this.#status = 'paused';
    if (goesOn) this.#post({ type: 'run', runId: this.#runId, speed: this.#speed });
  }

  #configure(restart: 'all' | readonly number[]): void {
    if (restart === 'all') this.#engineChanges = [];
    this.#runId += 1;
    if (restart === 'all') {
      this.#failures = new Map();
    } else {
      this.#failures = new Map([...this.#failures].filter(([scheme]) => !restart.includes(scheme)));
    }
    this.#pending = new Set();
    this.#kept.clear();
    this.#configured = this.#spec;
    this.#diagnosis = null;
    this.#post({ type: 'configure', runId: this.#runId, spec: this.#spec, restart });
  }

  async #ready(): Promise<boolean> {
    if (this.#link) return true;
    if (this.#status === 'idle' || this.#status === 'failed') this.#status = 'starting';
    try {
      const isFirst = this.#connecting === null;
      this.#connecting ??= this.#options.connect((event) => this.#receive(event));
      this.#link = await this.#connecting;
      if (isFirst && this.#link.place?.kind === 'page') {
        const reason = this.#link.place.reason.replace(/\.?$/, '.');
        const message = `No worker starts here: ${reason} Training runs on the page itself, between its frames: slower, with the same numbers.`;
        this.#options.onmessage({ tone: 'info', code: 'page-training', message });
      }
    } catch (error) {
      this.#connecting = null;
      this.#status = 'failed';
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.onmessage({ tone: 'bad', code: 'worker', message: `The training worker could not be started. ${reason}` });
      return false;
    }
    if (!this.#configured) {
      this.#configure('all');
      this.#status = 'paused';
    }
    return true;
  }

  #post(command: Command): void {
    this.#link?.post(command);
  }

  #receive(event: Event): void {
    if (!('runId' in event)) {
      if (event.type === 'engines') this.onengines?.(event);
      else this.#options.oncheck?.(event);
      return;
    }
    if (event.runId !== this.#runId) return;
    switch (event.type) {
      case 'frame':
        this.#receiveFrame(event);
        return;
      case 'ready':
        this.#engine = event.engine;
        return;
      case 'reward-model':
        this.#rewardModel = event;
        return;
      case 'snapshot':
        this.#recalls.get(event.request)?.resolve(event.snapshot);
        this.#recalls.delete(event.request);
        return;
      case 'diagnosis': {
        const logits = this.#diagnoses.get(event.request);
        this.#diagnoses.delete(event.request);
        if (logits) this.#diagnosis = { logits, batches: event.batches, figures: event.figures };
        return;
      }
      case 'finished':
        this.#status = 'finished';
        this.#reachGoal();
        return;
      case 'notice':
        if (event.code === 'device-lost') this.#engineChanges = [...this.#engineChanges, this.iteration];
        this.#options.onmessage({ tone: 'warn', code: event.code, message: event.message });
        return;
      case 'failed':
        if (event.scheme === undefined) {
          this.#status = 'failed';
          this.#options.onmessage({ tone: 'bad', code: event.code, message: event.message });
        } else {
          this.#failures = new Map([...this.#failures, [event.scheme, event]]);
        }
        for (const [, waiting] of this.#recalls) waiting.reject(new Error(event.message));
        this.#recalls.clear();
        this.#reachGoal();
        return;
      default:
        event satisfies never;
    }
  }

  #receiveFrame(frame: FrameMessage): void {
    const from = performance.now();
    this.#engine = frame.engine;
    this.#stepsPerSecond = frame.envStepsPerSecond;
    this.#history.add(frame);
    this.#pace.note(this.#leastIteration(), from);
    this.#secondsLeft = this.#pace.secondsLeft(this.#spec.training.iterations);
    this.#changed();
    this.#post({ type: 'acknowledge', runId: this.#runId, frame: frame.frame });
    performance.measure('frame', { start: from, end: performance.now(), detail: { from: frame.from, to: frame.to } });
    if (this.#goal && this.#leastIteration() >= this.#goal.iteration) this.#reachGoal();
  }

  #reachGoal(): void {
    this.#goal?.reached();
    this.#goal = null;
  }

  #leastIteration(): number {
    const able = this.#spec.schemes.flatMap((scheme, k) => (scheme.muted || this.#failures.has(k) ? [] : [this.#history.length(k)]));
    return able.length > 0 ? Math.min(...able) : Infinity;
  }

  #changed(): void {
    this.#version += 1;
  }
}

/** A newer request of the same kind took this one's place. */
export class SupersededError extends Error {
  override readonly name = 'SupersededError';
  constructor() {
    super('A newer request took its place.');
  }
}
