import { ENGINE_TITLE, EngineLostError, EngineUnavailableError, type Engine, type EngineName } from '../engine/engine';
import { openEngine } from '../engine/open-engine';
import type { EngineLabel, FamilyOptions } from './policy-family';
import type { DeviceUse, Stage } from './protocol';

/** A device was lost with parameters that the CPU side does not have; the engine in use is another one. Go on from the last checkpoint. */
export class ParametersLostError extends Error {
  override readonly name = 'ParametersLostError';
  constructor() {
    super('A device was lost with the parameters that it held.');
  }
}

/**
 * The engine of a run, and what takes its place when its device is lost: once a new device of the same kind, then WASM, then TypeScript.
 * Where parameters live on the CPU side the work that was under way is done again; where the device was ahead of them, their owner learns of
 * it by `ParametersLostError`, and the iterations since the last checkpoint are played again. Either way no iteration is lost.
 */
export class SurvivingEngine {
  #engine: Engine;
  #label: EngineLabel;
  #hasRecovered = false;
  /** Populations of which the device has made steps that the CPU side does not know. */
  readonly ahead = new Set<object>();
  #replacing: Promise<void> | null = null;

  constructor(
    engine: Engine,
    words: string,
    private readonly options: FamilyOptions,
  ) {
    this.#engine = engine;
    this.#label = { name: engine.name, words };
  }

  get label(): EngineLabel {
    return this.#label;
  }

  /** The engine in use; another one after a loss, whose networks are to be made anew. */
  get current(): Engine {
    return this.#engine;
  }

  /** What the engine holds on its device; null for TypeScript, which has none. */
  get device(): Omit<DeviceUse, 'rollout' | 'signals'> | null {
    const use = this.#engine.use?.();
    return use ? { adapter: this.#engine.adapter, isEmulated: this.#engine.isEmulated, ...use } : null;
  }

  /** Says that what has been going on was this stage. */
  lap(stage: Stage): void {
    this.options.lap?.(stage);
  }

  /** Runs `work`; when the device is lost meanwhile, again on what takes its place. `work` must not keep networks of an older engine. */
  async run<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    for (;;) {
      const engine = this.#engine;
      try {
        return await work(engine);
      } catch (error) {
        if (!(error instanceof EngineLostError)) throw error;
        // Two that run side by side lose the same device.
        if (engine === this.#engine) await (this.#replacing ??= this.#replace(error).finally(() => (this.#replacing = null)));
      }
    }
  }

  dispose(): void {
    this.#engine.dispose();
  }

  async #replace({ engine: lost, reason }: EngineLostError): Promise<void> {
    const candidates: EngineName[] = lost === 'webgpu' && !this.#hasRecovered ? ['webgpu', 'wasm', 'ts'] : lost === 'webgpu' ? ['wasm', 'ts'] : ['ts'];
    this.#hasRecovered = true;
    for (const name of candidates) {
      try {
        this.#engine = await (this.options.open ?? openEngine)(name, this.options);
      } catch (error) {
        if (error instanceof EngineUnavailableError) continue;
        throw error;
      }
      const where = name === lost ? `on a new ${ENGINE_TITLE[name]} device` : `in ${ENGINE_TITLE[name]}`;
      this.#label = { name, words: `${ENGINE_TITLE[name]}: the ${ENGINE_TITLE[lost]} device was lost, and training continued ${where}.` };
      const same = name === lost ? 'as if nothing had happened' : 'and agrees with the run before to 1e-5 at first';
      const from = this.ahead.size > 0 ? 'the last checkpoint' : 'the same parameters';
      this.options.notice?.('device-lost', `The ${ENGINE_TITLE[lost]} device was lost (${reason.replace(/\.$/, '')}). Training continued ${where} from ${from}, ${same}${this.#again()}.`);
      return;
    }
    throw new EngineLostError(lost, reason);
  }

  /** What has to be computed again, in words. */
  #again(): string {
    const iterations = this.ahead.size > 0 ? (this.options.sinceCheckpoint?.() ?? 0) : 0;
    if (iterations === 0) return '';
    return iterations === 1 ? ': the iteration since then is computed again' : `: the ${iterations} iterations since then are computed again`;
  }
}
