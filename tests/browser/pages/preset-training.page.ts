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
  /** Where a reward was learned: what fitted it, and what it pays by seed and table row. */
  readonly learned: { readonly engine: string; readonly reward: readonly number[] } | null;
}

/** Trains one scheme of a preset on an engine for some iterations, without the figures, which ask about every state. */
async function trainPreset(id: string, name: EngineName, training: Partial<ExperimentSpec['training']>, scheme = 0): Promise<PresetRun> {
  const { spec } = (await loadPreset(id))!;
  const run = await Training.start(
    { ...spec, schemes: [spec.schemes[scheme]], training: { ...spec.training, ...training, engine: name } },
    { plugins: allPlugins(), now: () => performance.now(), figures: false },
  );
  const parametersNow = () => run.learners.flatMap(({ parameters }) => [...parameters]);
  const started = parametersNow();
  while (await run.iterate());
  await run.settle();
  const { device, learnedReward } = run;
  const seen = { engine: run.engine.name, adapter: device?.adapter ?? null, started, parameters: parametersNow(), dispatches: device?.dispatches ?? 0, readBacks: device?.readBacks ?? 0, learned: learnedReward && { engine: learnedReward.report.engine.name, reward: learnedReward.columns.flatMap(({ learnedReward: reward }) => [...reward]) } };
  run.dispose();
  return seen;
}

expose({ trainPreset });
