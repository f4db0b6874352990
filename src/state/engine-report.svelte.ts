/** What the worker knows of the engines for the networks in training: asked while someone looks, measured when asked to. */
import type { EnginesEvent, SignalCheckResult, Stage } from '../worker/protocol';
import type { Run } from './run.svelte';

export type { SignalCheckResult, Stage };

export class EngineReport {
  #known = $state.raw<EnginesEvent | null>(null);
  #isMeasuring = $state(false);
  #failure = $state<string | null>(null);
  #request = 0;
  #isWaiting = false;
  /** The run as it was when it was last asked about: its engine is another object after every frame and start. */
  #asked: { readonly engine: Run['engine']; readonly status: string } = { engine: null, status: '' };
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /** The newest answer; null before the first. */
  get known(): EnginesEvent | null {
    return this.#known;
  }
  /** Engines are being measured. */
  get isMeasuring(): boolean {
    return this.#isMeasuring;
  }
  /** Why nothing can be measured. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Listens until the returned function is called. */
  listen(): () => void {
    const hear = (event: EnginesEvent) => this.#receive(event);
    this.#run.onengines = hear;
    return () => {
      if (this.#run.onengines === hear) this.#run.onengines = null;
    };
  }

  /** Asks anew where the run has gone on since the last answer. Starts no worker: without one there is nothing to know. */
  refresh(): void {
    const { engine, status } = this.#run;
    if (status === 'failed') this.#isWaiting = this.#isMeasuring = false;
    if (this.#isWaiting || engine === null || (engine === this.#asked.engine && status === this.#asked.status)) return;
    this.#asked = { engine, status };
    void this.#ask(false);
  }

  /** Measures every engine again, emulated ones too. */
  measure(): Promise<void> {
    this.#isMeasuring = true;
    this.#failure = null;
    return this.#ask(true);
  }

  async #ask(measure: boolean): Promise<void> {
    const request = ++this.#request;
    this.#isWaiting = true;
    if (await this.#run.ask({ type: 'engines', request, measure })) return;
    this.#isWaiting = this.#isMeasuring = false;
    this.#failure = 'No worker starts here, and without one nothing is measured.';
  }

  #receive(event: EnginesEvent): void {
    if (event.request !== this.#request) return;
    this.#known = event;
    if (event.progress) return;
    this.#isWaiting = this.#isMeasuring = false;
  }
}
