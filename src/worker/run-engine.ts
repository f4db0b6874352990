/** Opens the engine that a run's networks ask for: the one that is named, or the fastest here. */
import type { TrainingSpec } from '../core/experiment/spec';
import { isSmall } from '../engine/choose-engine';
import { ENGINE_TITLE, EngineUnavailableError, type EngineName, type NetworkShape } from '../engine/engine';
import { mlpWork } from '../engine/engine-work';
import { openEngine } from '../engine/open-engine';
import { openMeasured } from './measured-engine';
import type { FamilyOptions } from './policy-family';
import { SurvivingEngine } from './surviving-engine';

/** An engine that was asked for by name, or TypeScript where it cannot start, with a notice that says `what` runs there instead. */
export async function openNamed(name: EngineName, options: FamilyOptions, what = 'Training runs'): Promise<SurvivingEngine> {
  const { open = openEngine } = options;
  try {
    return new SurvivingEngine(await open(name, options), `${ENGINE_TITLE[name]}: chosen by hand.`, options);
  } catch (error) {
    if (!(error instanceof EngineUnavailableError) || name === 'ts') throw error;
    options.notice?.('engine-fallback', `${error.message} ${what} in TypeScript instead, with the same results.`);
    return new SurvivingEngine(await open('ts', options), 'TypeScript: the engine that was asked for cannot start here.', options);
  }
}

/** The engine that is fastest for this network on that many rows here, measured unless it was before. */
export function openFastest(shape: NetworkShape, rows: number, options: FamilyOptions): Promise<SurvivingEngine> {
  return openMeasured(mlpWork(shape, rows), options);
}

/**
 * The engine on which a model beside the policy is fitted: the one that the run asks for, or, where it leaves the choice, TypeScript
 * for small networks, whose bits are the same everywhere, and the fastest for large ones. `what` begins the notice of a fallback.
 */
export async function openForModel(wanted: TrainingSpec['engine'], shape: NetworkShape, rows: number, options: FamilyOptions, what: string): Promise<SurvivingEngine> {
  if (wanted !== 'auto') return openNamed(wanted, options, what);
  if (!isSmall(shape, rows)) return openFastest(shape, rows, options);
  return new SurvivingEngine(await (options.open ?? openEngine)('ts', options), 'TypeScript: a model this small is fitted in no time here.', options);
}
