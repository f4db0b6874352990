/** The fastest engine for some work on this device, measured once and kept. */
import type { Experiment } from '../core/experiment/resolve';
import { chooseEngine, rankEngines, reasonFor, startsUnmeasured } from '../engine/choose-engine';
import type { EngineWork } from '../engine/engine-work';
import { findGpu } from '../engine/gpu-adapter';
import { openEngine } from '../engine/open-engine';
import { KeptComparisons } from './kept-comparisons';
import type { FamilyOptions } from './policy-family';
import { SurvivingEngine } from './surviving-engine';

/** Where a session was given no place to keep comparisons, they last as long as its thread. */
const ofThisThread = new KeptComparisons();

export function comparisonsOf({ comparisons = ofThisThread }: Pick<FamilyOptions, 'comparisons'>): KeptComparisons {
  return comparisons;
}

/** Opens what was fastest when this work was measured here, or measures it now; a single small network is not measured. */
export async function openMeasured(work: EngineWork, options: FamilyOptions): Promise<SurvivingEngine> {
  const comparisons = comparisonsOf(options);
  const known = startsUnmeasured(work) ? null : await comparisons.find(work.key);
  const ranked = known ? rankEngines(known.measured) : [];
  if (ranked.length > 0) {
    const [best] = ranked;
    // What was fastest before may no longer start, or start as something else.
    const engine = await (options.open ?? openEngine)(best.name, options).catch(() => null);
    if (engine && engine.adapter === best.adapter) return new SurvivingEngine(engine, reasonFor(ranked), options);
    engine?.dispose();
    await comparisons.forget(work.key);
  }
  const { engine, reason, measured, missing } = await chooseEngine(work, options);
  if (measured.length > 0) await comparisons.keep(work.key, { at: Date.now(), measured, missing });
  return new SurvivingEngine(engine, reason, options);
}

/** For policies that TypeScript computes in a way of its own: the fastest where there is a real GPU, else TypeScript without measuring, for the reason in `words`. */
export async function openMeasuredWithGpu(experiment: Experiment, words: string, options: FamilyOptions): Promise<SurvivingEngine> {
  const gpu = await findGpu().catch(() => null);
  if (gpu && !gpu.isEmulated) {
    const { networkWork } = await import('./network-work');
    const work = await networkWork(experiment);
    if (work) return openMeasured(work, options);
  }
  return new SurvivingEngine(await (options.open ?? openEngine)('ts', options), words, options);
}
