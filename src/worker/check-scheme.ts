/** Checks of schemes beside training, in slices. */
import type { LearnedColumns } from '../core/batch/learned-columns';
import type { CheckProgress, SchemeCheck } from '../core/diagnostics/scheme-check';
import { resolveExperiment, type Experiment } from '../core/experiment/resolve';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { PluginSet } from '../core/plugin-set';
import { learnColumns } from './learn-columns';
import type { FamilyOptions } from './policy-family';
import type { CheckCommand, CheckEvent } from './protocol';

export interface CheckDeps {
  readonly now: () => number;
  readonly emit: (event: CheckEvent) => void;
  readonly engines?: FamilyOptions;
  readonly loadPlugins: (spec: ExperimentSpec) => Promise<PluginSet>;
}

type Request = Extract<CheckCommand, { type: 'check' }>;

interface Ready {
  readonly experiment: Experiment;
  readonly learned: LearnedColumns | null;
  readonly checkSchemeSteps: typeof import('../core/diagnostics/scheme-check').checkSchemeSteps;
}

/** One request at a time; the checks themselves are loaded with the first. */
export class CheckWork {
  readonly #deps: CheckDeps;
  #request: Request | null = null;
  #ready: Ready | null = null;
  #next = 0;
  #steps: Generator<CheckProgress, SchemeCheck> | null = null;
  #told = '';

  constructor(deps: CheckDeps) {
    this.#deps = deps;
  }

  get isBusy(): boolean {
    return this.#request !== null;
  }

  handle(command: CheckCommand): void {
    if (command.type === 'check') this.#take(command);
    else if (command.request === this.#request?.request) this.#take(null);
  }

  /** Works for about so many milliseconds. */
  async slice(milliseconds: number): Promise<void> {
    const request = this.#request;
    if (!request) return;
    const until = this.#deps.now() + milliseconds;
    do {
      const scheme = request.schemes[this.#next];
      if (scheme === undefined) {
        this.#take(null);
        return;
      }
      try {
        if (!this.#ready) {
          const ready = await this.#prepare(request.spec);
          if (this.#request !== request) return;
          this.#ready = ready;
        }
        const { experiment, learned, checkSchemeSteps } = this.#ready;
        this.#steps ??= checkSchemeSteps(experiment, scheme, { iteration: request.iteration, learned });
        const step = this.#steps.next();
        if (step.done) this.#answer(request, scheme, step.value);
        else this.#tell(request, scheme, step.value);
      } catch (error) {
        this.#answer(request, scheme, { error: error instanceof Error ? error.message : String(error) });
      }
    } while (this.#deps.now() < until);
  }

  #take(request: Request | null): void {
    this.#request = request;
    this.#ready = null;
    this.#steps = null;
    this.#next = 0;
    this.#told = '';
  }

  async #prepare(spec: ExperimentSpec): Promise<Ready> {
    const [plugins, { checkSchemeSteps }] = await Promise.all([this.#deps.loadPlugins(spec), import('../core/diagnostics/scheme-check')]);
    const experiment = resolveExperiment(spec, plugins);
    return { experiment, learned: (await learnColumns(experiment, this.#deps.engines))?.columns[0] ?? null, checkSchemeSteps };
  }

  /** Tells of a new stage or of a tenth more; more often would only cost. */
  #tell({ request }: Request, scheme: number, progress: CheckProgress): void {
    const told = `${scheme} ${progress.stage} ${Math.floor(10 * progress.share)}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#deps.emit({ type: 'checking', request, scheme, progress });
  }

  #answer({ request }: Request, scheme: number, check: SchemeCheck | { readonly error: string }): void {
    this.#next += 1;
    this.#steps = null;
    this.#deps.emit({ type: 'checked', request, scheme, check });
  }
}
