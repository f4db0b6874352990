import type { PluginSet } from '../core/plugin-set';
import { UnknownPluginError } from '../core/plugin-set';
import type { ExperimentSpec } from '../core/experiment/spec';
import { CheckWork } from './check-scheme';
import { diagnoseClosedForm } from './closed-form-diagnosis';
import { diagnose } from './diagnose';
import { EngineProfiles } from './engine-profiles';
import { EngineSurvey } from './engine-survey';
import { FrameQueue } from './frame-queue';
import type { FamilyOptions } from './policy-family';
import type { Command, Event, RewardModelReport } from './protocol';
import { Training } from './training-loop';

export interface SessionDeps {
  /** Sends an event; the arrays in `transfer` may be moved. */
  readonly emit: (event: Event, transfer: ArrayBuffer[]) => void;
  readonly now: () => number;
  /** The clock of the stages of an iteration; `now` unless given. */
  readonly stageNow?: () => number;
  /** Resolves after at least `milliseconds`, with waiting messages handled first. */
  readonly rest: (milliseconds: number) => Promise<void>;
  /** How long to compute between two rests. */
  readonly sliceMilliseconds: number;
  readonly loadPlugins: (spec: ExperimentSpec) => Promise<PluginSet>;
  readonly engines?: FamilyOptions;
}

type Recall = Extract<Command, { type: 'recall' }>;
type Diagnose = Extract<Command, { type: 'diagnose' }>;

/**
 * Answers the protocol's commands for one page: holds the run, trains it in slices, merges reports into frames while
 * the last frame is not acknowledged, and works off recalls, diagnoses and checks between slices. The same class runs in
 * the worker and, where no worker can start, on the page.
 */
export class Session {
  readonly #deps: SessionDeps;
  #runId = 0;
  #training: Training | null = null;
  #isRunning = false;
  #steps = 0;
  #speed = 0;
  readonly #frames = new FrameQueue();
  #hasFinished = false;
  /** The fit that the page was told of. */
  #fit: RewardModelReport | null = null;
  #configure: Extract<Command, { type: 'configure' }> | null = null;
  #recall: Recall | null = null;
  #diagnosis: { readonly command: Diagnose; work: ReturnType<typeof diagnose> | null } | null = null;
  readonly #checks: CheckWork;
  readonly #profiles = new EngineProfiles();
  readonly #survey: EngineSurvey;
  #isPumping = false;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.#checks = new CheckWork({ now: deps.now, loadPlugins: deps.loadPlugins, ...(deps.engines && { engines: deps.engines }), emit: (event) => deps.emit(event, []) });
    this.#survey = new EngineSurvey({ profiles: this.#profiles, ...(deps.engines && { engines: deps.engines }), emit: (event) => deps.emit(event, []) });
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'configure':
        this.#configure = this.#configure && command.restart !== 'all' ? mergeConfigures(this.#configure, command) : command;
        if (command.restart === 'all') {
          this.#isRunning = false;
          this.#steps = 0;
        }
        break;
      case 'run':
        this.#isRunning = true;
        this.#speed = command.speed;
        this.#hasFinished = false;
        break;
      case 'pause':
        this.#isRunning = false;
        this.#steps = 0;
        break;
      case 'step':
        this.#isRunning = false;
        this.#steps += 1;
        this.#hasFinished = false;
        break;
      case 'acknowledge':
        if (command.runId === this.#runId) this.#frames.acknowledge(command.frame);
        break;
      case 'recall':
        this.#recall = command;
        break;
      case 'diagnose':
        this.#diagnosis = { command, work: null };
        break;
      case 'check':
      case 'cancel-check':
        this.#checks.handle(command);
        break;
      case 'engines':
        this.#survey.handle(command, this.#configure ? null : this.#training);
        break;
      default:
        throw new Error(`There is no command "${String((command satisfies never as Command).type)}".`);
    }
    void this.#pump();
  }

  dispose(): void {
    this.#isRunning = false;
    this.#training?.dispose();
    this.#training = null;
  }

  /** Works until nothing is left to do; one pump at a time, so that nothing uses the run while it changes. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (await this.#work());
    } catch (error) {
      this.#isRunning = false;
      this.#fail('internal', `Training stopped: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#isPumping = false;
    }
  }

  /** Does the most pressing piece of work and says whether there may be more. */
  async #work(): Promise<boolean> {
    if (this.#configure) await this.#applyConfigure();
    else if (this.#recall) await this.#answerRecall();
    else if (this.#isRunning || this.#steps > 0 || this.#diagnosis || this.#checks.isBusy || this.#survey.isBusy) {
      const pause = await this.#trainSlice();
      this.#diagnoseSlice();
      await this.#checks.slice(this.#deps.sliceMilliseconds);
      if (!this.#configure) await this.#survey.slice(this.#training);
      this.#flush();
      await this.#deps.rest(pause);
    } else {
      this.#flush();
      return false;
    }
    return true;
  }

  async #applyConfigure(): Promise<void> {
    const { runId, spec, restart } = this.#configure!;
    this.#configure = null;
    this.#runId = runId;
    this.#frames.clear();
    this.#diagnosis = null;
    this.#hasFinished = false;
    try {
      this.#profiles.begin(spec);
      const plugins = await this.#deps.loadPlugins(spec);
      const isKept = restart !== 'all' && this.#training !== null && (await this.#training.reconfigure(spec, restart, plugins));
      if (!isKept) {
        this.#training?.dispose();
        this.#training = null;
        const notice = (code: 'engine-fallback' | 'device-lost' | 'parameter-clamped', message: string) =>
          this.#deps.emit({ type: 'notice', runId: this.#runId, code, message }, []);
        let told = -1;
        const fitting = (share: number) => {
          if (Math.floor(20 * share) === told) return;
          told = Math.floor(20 * share);
          this.#deps.emit({ type: 'reward-model', runId: this.#runId, share, report: null }, []);
        };
        this.#training = await Training.start(spec, { ...this.#deps.engines, plugins, now: this.#deps.now, ...(this.#deps.stageNow && { stageNow: this.#deps.stageNow }), notice, fitting });
      }
    } catch (error) {
      this.#isRunning = false;
      this.#steps = 0;
      const code = error instanceof UnknownPluginError ? 'unknown-plugin' : 'unreadable-spec';
      this.#fail(code, error instanceof Error ? error.message : String(error));
      return;
    }
    this.#deps.emit({ type: 'ready', runId, engine: this.#training!.engine }, []);
    const fit = this.#training!.learnedReward?.report ?? null;
    if (fit && fit !== this.#fit) this.#deps.emit({ type: 'reward-model', runId, share: 1, report: fit }, []);
    this.#fit = fit;
    for (const { scheme, code, message } of this.#training!.failures) this.#fail(code, message, scheme);
  }

  /** Trains for one slice and returns how long to rest because of the speed that was asked for, in milliseconds. */
  async #trainSlice(): Promise<number> {
    const training = this.#training;
    const { now, sliceMilliseconds } = this.#deps;
    const until = now() + sliceMilliseconds;
    while ((this.#isRunning || this.#steps > 0) && !this.#configure) {
      const before = training?.device ?? null;
      const report = training && (await training.iterate());
      if (!report) {
        this.#isRunning = false;
        this.#steps = 0;
        this.#hasFinished = training !== null;
        break;
      }
      this.#profiles.note(training.engine.name, report, before, training.device);
      if (this.#steps > 0) this.#steps -= 1;
      for (const { scheme, code, message } of report.failures) this.#fail(code, message, scheme);
      this.#frames.add(report);
      if (this.#speed > 0 && this.#isRunning) return Math.max(0, 1000 / this.#speed - report.milliseconds);
      if (now() >= until) break;
    }
    return 0;
  }

  /** Goes on with a diagnosis for one slice; a newer one has taken the place of an older one. */
  #diagnoseSlice(): void {
    const { now, sliceMilliseconds, emit } = this.#deps;
    const current = this.#diagnosis;
    if (!current || this.#configure) return;
    const { command } = current;
    if (!this.#training) {
      this.#diagnosis = null;
      return;
    }
    const { resolved, learned } = this.#training;
    current.work ??=
      resolved.table === null ? diagnoseClosedForm(resolved, command) : diagnose(resolved, command, learned);
    const until = now() + sliceMilliseconds;
    do {
      const step = current.work.next();
      if (!step.done) continue;
      this.#diagnosis = null;
      emit({ type: 'diagnosis', runId: this.#runId, request: command.request, batches: command.batches, figures: step.value }, []);
      return;
    } while (now() < until);
  }

  /** Sends the next frame if the last one was acknowledged, and after the last frame that the run has finished. */
  #flush(): void {
    const training = this.#training;
    const frame = training && this.#frames.take(this.#runId, training.engine);
    if (frame) this.#deps.emit(frame, [frame.learners.buffer as ArrayBuffer, frame.metrics.buffer as ArrayBuffer]);
    if (this.#hasFinished && this.#frames.isEmpty) {
      this.#hasFinished = false;
      this.#deps.emit({ type: 'finished', runId: this.#runId }, []);
    }
  }

  async #answerRecall(): Promise<void> {
    const { request, scheme, iteration } = this.#recall!;
    this.#recall = null;
    if (!this.#training) return;
    try {
      const snapshot = await this.#training.recall(scheme, iteration);
      this.#deps.emit({ type: 'snapshot', runId: this.#runId, request, snapshot }, []);
    } catch (error) {
      this.#fail('internal', `Iteration ${iteration} cannot be shown again: ${(error as Error).message}`, scheme);
    }
  }

  #fail(code: Extract<Event, { type: 'failed' }>['code'], message: string, scheme?: number): void {
    this.#deps.emit({ type: 'failed', runId: this.#runId, code, message, ...(scheme !== undefined && { scheme }) }, []);
  }
}

/** Two configures that arrive before the first is done: what either restarts is restarted. */
function mergeConfigures(
  first: Extract<Command, { type: 'configure' }>,
  second: Extract<Command, { type: 'configure' }>,
): Extract<Command, { type: 'configure' }> {
  if (first.restart === 'all' || second.restart === 'all') return { ...second, restart: 'all' };
  return { ...second, restart: [...new Set([...first.restart, ...second.restart])] };
}
