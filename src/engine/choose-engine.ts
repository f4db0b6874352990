import { ENGINE_NAMES, ENGINE_TITLE, EngineUnavailableError, type Engine, type EngineName, type NetworkShape } from './engine';
import { updateCost, type EngineWork } from './engine-work';
import { measureWork, type EngineTiming } from './measure-engine';
import { openEngine, type EngineOptions } from './open-engine';

/** An engine that starts here, with what the work of an iteration's networks costs on it; none where measuring was pointless, as `note` says. */
export interface EngineMeasurement extends Partial<EngineTiming> {
  readonly name: EngineName;
  readonly adapter: string;
  readonly isEmulated: boolean;
  readonly note?: string;
}

export interface MissingEngine {
  readonly name: EngineName;
  /** Why it cannot run here, as a sentence. */
  readonly reason: string;
}

/** What all engines cost on the same work. */
export interface EngineComparison {
  /** When it was measured, in milliseconds since 1970. */
  readonly at: number;
  readonly measured: readonly EngineMeasurement[];
  readonly missing: readonly MissingEngine[];
}

export interface EngineChoice {
  readonly engine: Engine;
  /** Why this one, for the page: "WebGPU: 3.1× faster than WASM here." */
  readonly reason: string;
  readonly measured: readonly EngineMeasurement[];
  readonly missing: readonly MissingEngine[];
}

export interface ChoiceOptions extends EngineOptions {
  /** Takes this engine whatever the measurement says; rejects where it cannot start. */
  readonly override?: EngineName;
  /** For all measuring together. Starting and first compilation come on top. */
  readonly budgetMilliseconds?: number;
  /** Measures emulated adapters too, as far as that takes seconds and not minutes. They are not picked all the same. */
  readonly emulated?: boolean;
  readonly open?: typeof openEngine;
  readonly measure?: typeof measureWork;
}

/**
 * Multiply–adds of one forward and vjp up to which nothing is measured: 16-64-64-5 on 1,024 rows,
 * about 8 ms in TypeScript, whose runs are the same bits in every browser.
 */
const SMALL_UPDATE = 1.6e7;

/** Multiply–adds up to which a round on an emulated adapter takes seconds: SwiftShader was measured at 7·10⁷ a second and core. */
const EMULATED_WORK = 4e8;

/** True for networks, all members together, that TypeScript updates in a few milliseconds: nothing is measured or downloaded for them. */
export function isSmall(shape: NetworkShape, rows: number): boolean {
  return updateCost(shape, rows) <= SMALL_UPDATE;
}

/**
 * Picks the engine for a net, its population and its rows on this device. A single small network
 * starts on `ts` without downloading anything; otherwise every engine that starts is measured on
 * the very work, and the fastest stays open. Emulated GPUs are named, and not picked.
 */
export async function chooseEngine(work: EngineWork, options: ChoiceOptions = {}): Promise<EngineChoice> {
  const { override, open = openEngine } = options;
  if (override !== undefined) {
    return { engine: await open(override, options), reason: `${ENGINE_TITLE[override]}: chosen by hand.`, measured: [], missing: [] };
  }
  if (startsUnmeasured(work)) {
    return { engine: await open('ts', options), reason: 'TypeScript: a single small network starts here.', measured: [], missing: [] };
  }
  const { engines, measured, missing } = await compareEngines(work, options);
  const ranked = rankEngines(measured);
  const engine = engines.get(ranked[0].name)!;
  for (const other of engines.values()) if (other !== engine) other.dispose();
  return { engine, reason: reasonFor(ranked), measured, missing };
}

/** True for a single small network, for which nothing is measured. */
export function startsUnmeasured({ population, cost }: EngineWork): boolean {
  return population === 1 && cost <= SMALL_UPDATE;
}

/** Opens and measures every engine, for `chooseEngine` and for a table of them. The caller disposes the engines. */
export async function compareEngines(
  work: EngineWork,
  options: ChoiceOptions = {},
): Promise<{ engines: ReadonlyMap<EngineName, Engine>; measured: readonly EngineMeasurement[]; missing: readonly MissingEngine[] }> {
  const engines = new Map<EngineName, Engine>();
  const measured: EngineMeasurement[] = [];
  const missing: MissingEngine[] = [];
  for (const name of ENGINE_NAMES) {
    const tried = await tryEngine(name, work, options);
    if ('reason' in tried) missing.push(tried);
    else {
      engines.set(name, tried.engine);
      measured.push(tried.measurement);
    }
  }
  return { engines, measured, missing };
}

/** Opens one engine and measures it; the caller disposes it. What does not start, or breaks, says why. */
export async function tryEngine(name: EngineName, work: EngineWork, options: ChoiceOptions = {}): Promise<{ engine: Engine; measurement: EngineMeasurement } | MissingEngine> {
  const { budgetMilliseconds = 200, open = openEngine, measure = measureWork } = options;
  let engine: Engine | null = null;
  try {
    engine = await open(name, options);
    const { adapter, isEmulated } = engine;
    const note = isEmulated ? noteOnEmulated(work, options.emulated ?? false) : undefined;
    const timing = note === undefined ? await measure(engine, work, budgetMilliseconds / ENGINE_NAMES.length) : {};
    return { engine, measurement: { name, adapter, isEmulated, ...timing, ...(note !== undefined && { note }) } };
  } catch (error) {
    engine?.dispose();
    const known = error instanceof EngineUnavailableError;
    return { name, reason: known ? error.message : `The ${name} engine failed: ${(error as Error).message}` };
  }
}

type Timed = EngineMeasurement & { readonly milliseconds: number };

/** Engines that may be picked, the fastest first. */
export function rankEngines(measured: readonly EngineMeasurement[]): readonly Timed[] {
  return measured.filter((entry): entry is Timed => entry.milliseconds !== undefined && !entry.isEmulated).sort((a, b) => a.milliseconds - b.milliseconds);
}

/** "WASM: 1.4× faster than TypeScript here.", or a near tie said as one. */
export function reasonFor([best, second]: readonly { name: EngineName; milliseconds: number }[]): string {
  if (!second) return `${ENGINE_TITLE[best.name]}: the only engine that runs at speed here.`;
  const ratio = second.milliseconds / best.milliseconds;
  return ratio < 1.05 ? `${ENGINE_TITLE[best.name]}: as fast as ${ENGINE_TITLE[second.name]} here.` : `${ENGINE_TITLE[best.name]}: ${ratio.toFixed(ratio < 10 ? 1 : 0)}× faster than ${ENGINE_TITLE[second.name]} here.`;
}

/** Why an emulated adapter is not measured; undefined where it is. */
function noteOnEmulated({ cost, rounds }: EngineWork, isAsked: boolean): string | undefined {
  if (!isAsked) return 'Emulated on the CPU here: right, but slow, so it is used only by choice.';
  if (cost * rounds > EMULATED_WORK) return 'Emulated on the CPU here, and this much work would take it a minute to measure.';
  return undefined;
}
