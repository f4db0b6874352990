/** What is known of the engines for a run's networks, and their measurement beside training. */
import { tryEngine, type EngineMeasurement, type MissingEngine } from '../engine/choose-engine';
import { ENGINE_NAMES } from '../engine/engine';
import type { EngineWork } from '../engine/engine-work';
import type { EngineProfiles } from './engine-profiles';
import { comparisonsOf } from './measured-engine';
import type { FamilyOptions } from './policy-family';
import type { EnginesCommand, EnginesEvent, KnownComparison } from './protocol';
import type { Training } from './training-loop';

/** For measuring all engines, after they have started and compiled. */
const BUDGET_MILLISECONDS = 900;

export interface SurveyDeps {
  readonly emit: (event: EnginesEvent) => void;
  readonly profiles: EngineProfiles;
  readonly engines?: FamilyOptions;
}

interface Measuring {
  readonly training: Training | null;
  readonly work: EngineWork | null;
  readonly measured: EngineMeasurement[];
  readonly missing: MissingEngine[];
}

/**
 * One request at a time. One engine is measured in a call of `slice`, while training waits, so that neither disturbs the other's time;
 * training goes on between two engines.
 */
export class EngineSurvey {
  readonly #deps: SurveyDeps;
  #request: EnginesCommand | null = null;
  #measuring: Measuring | null = null;

  constructor(deps: SurveyDeps) {
    this.#deps = deps;
  }

  get isBusy(): boolean {
    return this.#request !== null;
  }

  /** Takes a request; what is known of a run in progress is told at once, without waiting for its iteration, which may be long. */
  handle(command: EnginesCommand, training: Training | null = null): void {
    this.#request = command;
    this.#measuring = null;
    if (!command.measure && training) void this.slice(training);
  }

  /** Goes one engine further, from the first again where another run has begun meanwhile. */
  async slice(training: Training | null): Promise<void> {
    const request = this.#request;
    if (!request) return;
    if (this.#measuring?.training !== training || !this.#measuring) {
      const measuring = { training, work: await workOf(training), measured: [], missing: [] };
      if (this.#request !== request) return;
      this.#measuring = measuring;
      if (request.measure && measuring.work) {
        this.#answer(request, measuring, await this.#known(measuring), ENGINE_NAMES[0]);
        return;
      }
    }
    const measuring = this.#measuring;
    if (!request.measure || !measuring.work) {
      this.#answer(request, measuring, await this.#known(measuring), null);
      return;
    }
    await this.#measure(request, measuring, measuring.work);
  }

  async #measure(request: EnginesCommand, measuring: Measuring, work: EngineWork): Promise<void> {
    const { measured, missing } = measuring;
    const name = ENGINE_NAMES[measured.length + missing.length];
    const tried = await tryEngine(name, work, { ...this.#deps.engines, budgetMilliseconds: BUDGET_MILLISECONDS, emulated: true });
    if ('reason' in tried) missing.push(tried);
    else {
      measured.push(tried.measurement);
      tried.engine.dispose();
    }
    const next = ENGINE_NAMES[measured.length + missing.length] ?? null;
    const comparison = next ? await this.#known(measuring) : await comparisonsOf(this.#deps.engines ?? {}).keep(work.key, { at: Date.now(), measured, missing });
    this.#answer(request, measuring, comparison, next);
  }

  async #known({ work }: Measuring): Promise<KnownComparison | null> {
    return work && comparisonsOf(this.#deps.engines ?? {}).find(work.key);
  }

  /** Says what is known; with `next`, that this engine is measured now. A request that has been replaced gets no answer. */
  #answer(request: EnginesCommand, { training, work, measured, missing }: Measuring, comparison: KnownComparison | null, next: (typeof ENGINE_NAMES)[number] | null): void {
    if (this.#request !== request) return;
    if (!next) {
      this.#request = null;
      this.#measuring = null;
    }
    this.#deps.emit({
      type: 'engines',
      request: request.request,
      work: work && { population: work.population, rows: work.rows },
      comparison,
      profiles: this.#deps.profiles.all(),
      device: training?.device ?? null,
      progress: next && { name: next, done: measured.length + missing.length, of: ENGINE_NAMES.length },
    });
  }
}

async function workOf(training: Training | null): Promise<EngineWork | null> {
  if (!training || training.resolved.table === null) return null;
  const { networkWork } = await import('./network-work');
  return networkWork(training.experiment);
}
