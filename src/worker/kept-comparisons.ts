/** Comparisons of engines that outlive a run and, where the browser keeps them, a visit. */
import type { EngineComparison } from '../engine/choose-engine';
import { findGpu } from '../engine/gpu-adapter';
import type { KnownComparison } from './protocol';

/** What a measurement holds for; it never leaves the device. */
export interface DeviceFingerprint {
  readonly adapter: string | null;
  readonly cores: number | null;
  readonly browser: string | null;
}

/** Where comparisons lie; nothing of it throws. */
export interface ComparisonStore {
  read(key: string): Promise<unknown>;
  /** False where nothing was kept. */
  write(key: string, value: unknown): Promise<boolean>;
  remove(key: string): Promise<void>;
}

interface Stored extends EngineComparison {
  readonly version: typeof VERSION;
  readonly device: DeviceFingerprint;
}

/** Another way of measuring makes old figures incomparable: then this goes up. */
const VERSION = 1;

export async function thisDevice(): Promise<DeviceFingerprint> {
  const gpu = await findGpu().catch(() => null);
  const { hardwareConcurrency, userAgent } = (typeof navigator === 'undefined' ? {} : navigator) as Partial<Navigator>;
  return { adapter: gpu?.name ?? null, cores: hardwareConcurrency ?? null, browser: userAgent ?? null };
}

/** Comparisons by work, for this device alone: those of another adapter, browser or number of cores are forgotten when they are met. */
export class KeptComparisons {
  readonly #store: ComparisonStore | null;
  readonly #identify: () => Promise<DeviceFingerprint>;
  /** What is known in this thread, where the browser keeps nothing too. */
  readonly #known = new Map<string, KnownComparison>();
  #device: Promise<DeviceFingerprint> | null = null;

  constructor(store: ComparisonStore | null = null, identify: () => Promise<DeviceFingerprint> = thisDevice) {
    this.#store = store;
    this.#identify = identify;
  }

  async find(key: string): Promise<KnownComparison | null> {
    const known = this.#known.get(key);
    if (known || !this.#store) return known ?? null;
    const stored = await this.#store.read(key);
    if (stored === null || stored === undefined) return null;
    if (!isStored(stored) || !sameDevice(stored.device, await this.#here())) {
      await this.#store.remove(key);
      return null;
    }
    const { at, measured, missing } = stored;
    const found = { at, measured, missing, isKept: true };
    this.#known.set(key, found);
    return found;
  }

  async keep(key: string, { at, measured, missing }: EngineComparison): Promise<KnownComparison> {
    const value: Stored = { version: VERSION, device: await this.#here(), at, measured, missing };
    const kept = { at, measured, missing, isKept: (await this.#store?.write(key, value)) ?? false };
    this.#known.set(key, kept);
    return kept;
  }

  async forget(key: string): Promise<void> {
    this.#known.delete(key);
    await this.#store?.remove(key);
  }

  #here(): Promise<DeviceFingerprint> {
    return (this.#device ??= this.#identify());
  }
}

function isStored(value: unknown): value is Stored {
  const { version, device, measured, missing } = value as Partial<Stored>;
  return version === VERSION && device !== undefined && Array.isArray(measured) && Array.isArray(missing);
}

function sameDevice(a: DeviceFingerprint, b: DeviceFingerprint): boolean {
  return a.adapter === b.adapter && a.cores === b.cores && a.browser === b.browser;
}
