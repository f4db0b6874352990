/** The checks of a lab's schemes: what was found, for which version of a scheme, and what is being worked on. */
import type { CheckProgress, SchemeCheck } from '../core/diagnostics/scheme-check';
import type { ExperimentSpec } from '../core/experiment/spec';
import type { CheckCommand, CheckEvent } from '../worker/protocol';

/** What was found of a scheme as it was when it was asked for. */
export interface CheckedScheme {
  /** The scheme and its scenario as text: another text is another version. */
  readonly version: string;
  readonly check: SchemeCheck | { readonly error: string };
}

export interface ChecksOptions {
  readonly spec: () => ExperimentSpec;
  /** Hands a command to the worker; false where none starts. */
  readonly post: (command: CheckCommand) => Promise<boolean>;
}

export class Checks {
  #isOpen = $state(false);
  #found = $state.raw<ReadonlyMap<number, CheckedScheme>>(new Map());
  #progress = $state.raw<{ readonly scheme: number; readonly progress: CheckProgress } | null>(null);
  #waiting = $state.raw<readonly number[]>([]);
  #failure = $state<string | null>(null);
  /** Version of each scheme in the request that is under way. */
  #asked = new Map<number, string>();
  #request = 0;
  readonly #options: ChecksOptions;

  constructor(options: ChecksOptions) {
    this.#options = options;
  }

  /** The panel is on screen. */
  get isOpen(): boolean {
    return this.#isOpen;
  }
  /** Scheme that is being checked, and how far it is. */
  get progress(): { readonly scheme: number; readonly progress: CheckProgress } | null {
    return this.#progress;
  }
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }
  /** Why nothing can be checked. */
  get failure(): string | null {
    return this.#failure;
  }

  open(): void {
    this.#isOpen = true;
  }
  close(): void {
    this.#isOpen = false;
  }

  isWaiting(scheme: number): boolean {
    return this.#waiting.includes(scheme);
  }

  /** What was found of a scheme, whether or not it has changed since. */
  of(scheme: number): CheckedScheme | null {
    return this.#found.get(scheme) ?? null;
  }

  /** The scheme or its scenario is not what it was when it was checked. */
  isStale(scheme: number): boolean {
    const found = this.#found.get(scheme);
    return found !== undefined && found.version !== versionOf(this.#options.spec(), scheme);
  }

  /** Checks some schemes, all unless given, on their present version. A newer call takes the place of an older one. */
  async run(schemes?: readonly number[], iteration = 0): Promise<void> {
    const spec = this.#options.spec();
    const wanted = schemes ?? spec.schemes.map((_, k) => k);
    this.#failure = null;
    this.#progress = null;
    this.#waiting = wanted;
    this.#asked = new Map(wanted.map((k) => [k, versionOf(spec, k)]));
    const request = ++this.#request;
    const isThere = await this.#options.post({ type: 'check', request, spec, schemes: wanted, iteration });
    if (isThere || request !== this.#request) return;
    this.#waiting = [];
    this.#failure = 'No worker starts here, and without one nothing is checked.';
  }

  cancel(): void {
    if (!this.isBusy) return;
    void this.#options.post({ type: 'cancel-check', request: this.#request });
    this.#request += 1;
    this.#waiting = [];
    this.#progress = null;
  }

  receive(event: CheckEvent): void {
    if (event.request !== this.#request) return;
    if (event.type === 'checking') {
      this.#progress = { scheme: event.scheme, progress: event.progress };
      return;
    }
    const version = this.#asked.get(event.scheme)!;
    this.#found = new Map([...this.#found, [event.scheme, { version, check: event.check }]]);
    this.#waiting = this.#waiting.filter((scheme) => scheme !== event.scheme);
    this.#progress = null;
  }
}

/** A scheme with all that its checks depend on. */
function versionOf({ scenario, schemes, training }: ExperimentSpec, k: number): string {
  const scheme = schemes[k];
  // Names, mutes and intents change no reward.
  return JSON.stringify([scenario, scheme && { ...scheme, name: '', muted: false, intent: '' }, training.groupSize]);
}
