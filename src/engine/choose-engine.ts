import { ENGINE_NAMES, ENGINE_TITLE, EngineUnavailableError, type Engine, type EngineName, type NetworkShape } from './engine';
import { openEngine, type EngineOptions } from './open-engine';
import { measureEngine, updateCost } from './measure-engine';

export interface EngineMeasurement {
  readonly name: EngineName;
  readonly adapter: string;
  /** Median of one forward and one vjp; undefined where measuring was pointless, as `note` says. */
  readonly milliseconds?: number;
  readonly note?: string;
}

export interface MissingEngine {
  readonly name: EngineName;
  /** Why it cannot run here, as a sentence. */
  readonly reason: string;
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
  readonly open?: typeof openEngine;
  readonly measure?: typeof measureEngine;
}

/**
 * Multiply–adds of one forward and vjp up to which nothing is measured: 16-64-64-5 on 1,024 rows,
 * about 8 ms in TypeScript, whose runs are the same bits in every browser.
 */
const SMALL_UPDATE = 1.6e7;

/** True for networks, all members together, that TypeScript updates in a few milliseconds: nothing is measured or downloaded for them. */
export function isSmall(shape: NetworkShape, rows: number): boolean {
  return updateCost(shape, rows) <= SMALL_UPDATE;
}

/**
 * Picks the engine for a net, its population and its rows on this device. A single small network
 * starts on `ts` without downloading anything; otherwise every engine that starts is measured on
 * the very shape, and the fastest stays open. Emulated GPUs are named, and neither measured nor picked.
 */
export async function chooseEngine(shape: NetworkShape, rows: number, options: ChoiceOptions = {}): Promise<EngineChoice> {
  const { override, open = openEngine } = options;
  if (override !== undefined) {
    return { engine: await open(override, options), reason: `${ENGINE_TITLE[override]}: chosen by hand.`, measured: [], missing: [] };
  }
  if (shape.population === 1 && isSmall(shape, rows)) {
    return { engine: await open('ts', options), reason: 'TypeScript: a single small network starts here.', measured: [], missing: [] };
  }
  const { engines, measured, missing } = await compareEngines(shape, rows, options);
  const ranked = measured
    .filter((entry): entry is EngineMeasurement & { milliseconds: number } => entry.milliseconds !== undefined)
    .sort((a, b) => a.milliseconds - b.milliseconds);
  const best = ranked[0];
  const engine = engines.get(best.name)!;
  for (const other of engines.values()) if (other !== engine) other.dispose();
  return { engine, reason: reasonFor(ranked), measured, missing };
}

/** Opens and measures every engine, for `chooseEngine` and for a table of them. The caller disposes the engines. */
export async function compareEngines(
  shape: NetworkShape,
  rows: number,
  options: ChoiceOptions = {},
): Promise<{ engines: ReadonlyMap<EngineName, Engine>; measured: readonly EngineMeasurement[]; missing: readonly MissingEngine[] }> {
  const { budgetMilliseconds = 200, open = openEngine, measure = measureEngine } = options;
  const engines = new Map<EngineName, Engine>();
  const measured: EngineMeasurement[] = [];
  const missing: MissingEngine[] = [];
  for (const name of ENGINE_NAMES) {
    try {
      const engine = await open(name, options);
      engines.set(name, engine);
      measured.push(
        engine.isEmulated
          ? { name, adapter: engine.adapter, note: 'Emulated on the CPU here: right, but slow, so it is used only by choice.' }
          : { name, adapter: engine.adapter, milliseconds: await measure(engine, shape, rows, budgetMilliseconds / ENGINE_NAMES.length) },
      );
    } catch (error) {
      engines.get(name)?.dispose();
      engines.delete(name);
      const known = error instanceof EngineUnavailableError;
      missing.push({ name, reason: known ? error.message : `The ${name} engine failed: ${(error as Error).message}` });
    }
  }
  return { engines, measured, missing };
}

/** "WASM: 1.4× faster than TypeScript here.", or a near tie said as one. */
function reasonFor([best, second]: readonly { name: EngineName; milliseconds: number }[]): string {
  if (!second) return `${ENGINE_TITLE[best.name]}: the only engine that runs at speed here.`;
  const ratio = second.milliseconds / best.milliseconds;
  return ratio < 1.05 ? `${ENGINE_TITLE[best.name]}: as fast as ${ENGINE_TITLE[second.name]} here.` : `${ENGINE_TITLE[best.name]}: ${ratio.toFixed(1)}× faster than ${ENGINE_TITLE[second.name]} here.`;
}
