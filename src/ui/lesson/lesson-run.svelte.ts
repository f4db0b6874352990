/** The running experiment of a lesson: loaded when it is first wanted, trained when the reader reveals. */
import type { ExperimentSpec } from '../../core/experiment/spec';
import { setPointer } from '../../lessons/experiment';
import type { Lab, LabOptions } from '../../state/lab.svelte';

export class LessonRun {
  #lab = $state.raw<Lab | null>(null);
  #failure = $state<string | null>(null);
  #opening: Promise<Lab | null> | null = null;
  #isClosed = false;
  readonly #spec: () => Promise<ExperimentSpec>;
  readonly #options: LabOptions;

  constructor(spec: () => Promise<ExperimentSpec>, options: LabOptions) {
    this.#spec = spec;
    this.#options = options;
  }

  get lab(): Lab | null {
    return this.#lab;
  }
  /** Why there is no experiment. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Loads the lab and what the lesson's schemes need. */
  open(): Promise<Lab | null> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Opens and trains. */
  async start(): Promise<void> {
    const lab = await this.open();
    await lab?.run.run();
  }

  /** Sets the places of the lesson's slider; learning starts anew once it is released. */
  set(pointers: readonly string[], value: number): void {
    this.#lab?.experiment.edit((spec) => pointers.reduce((changed, pointer) => setPointer(changed, pointer, value), spec), 'lesson');
  }

  release(): void {
    const lab = this.#lab;
    if (!lab) return;
    lab.experiment.endGesture();
    // An edit of the scenario makes a new run, which waits to be started.
    if (!lab.run.isRunning) void lab.run.run();
  }

  close(): void {
    this.#isClosed = true;
    this.#lab?.close();
  }

  async #open(): Promise<Lab | null> {
    try {
      const [{ Lab }, { loadPlugins }, { PluginSet }, { wantedPlugins }, spec] = await Promise.all([
        import('../../state/lab.svelte'),
        import('../../core/on-demand'),
        import('../../core/plugin-set'),
        import('../../core/experiment/resolve'),
        this.#spec(),
      ]);
      const lab = new Lab(spec, await loadPlugins(new PluginSet(), wantedPlugins(spec)), this.#options);
      if (this.#isClosed) lab.close();
      else this.#lab = lab;
      return lab;
    } catch (error) {
      this.#failure = error instanceof Error ? error.message : String(error);
      return null;
    }
  }
}
