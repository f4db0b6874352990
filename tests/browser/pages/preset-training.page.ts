import { allPlugins } from '../../../src/core/all-plugins';
import { loadPreset } from '../../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../../src/core/experiment/spec';
import type { EngineName } from '../../../src/engine/engine';
import { Training } from '../../../src/worker/training-loop';
import { expose } from './expose';

export interface PresetRun {
  readonly engine: string;
  readonly adapter: string | null;
  /** Parameters of all learners before and after. */
  readonly started: readonly number[];
  readonly parameters: readonly number[];
  /** Of the whole run; 0 where there is no GPU. */
  readonly dispatches: number;
  readonly readBacks: number;
}

/** Trains a preset's first scheme on an engine for some iterations, without the figures, which ask about every state. */
async function trainPreset(id: string, name: EngineName, training: Partial<ExperimentSpec['training']>): Promise<PresetRun> {
  const { spec } = (await loadPreset(id))!;
  const run = await Training.start(
    { ...spec, schemes: spec.schemes.slice(0, 1), training: { ...spec.training, ...training, engine: name } },
    { plugins: allPlugins(), now: () => performance.now(), figures: false },
  );
  const parametersNow = () => run.learners.flatMap(({ parameters }) => [...parameters]);
  const started = parametersNow();
  while (await run.iterate());
  await run.settle();
  const { device } = run;
  const seen = { engine: run.engine.name, adapter: device?.adapter ?? null, started, parameters: parametersNow(), dispatches: device?.dispatches ?? 0, readBacks: device?.readBacks ?? 0 };
  run.dispose();
  return seen;
}

expose({ trainPreset });
