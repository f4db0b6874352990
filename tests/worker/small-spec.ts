import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { ExperimentSpec, TrainingSpec } from '../../src/core/experiment/spec';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';
import { Training, type TrainingDeps } from '../../src/worker/training-loop';

const plugins = allPlugins();

/** What the loop needs in a test; the clock stands still, because nothing learned may depend on it. */
export const deps: TrainingDeps = { plugins, now: () => 0 };

/** A preset with the named schemes, two seeds and 30 iterations unless told otherwise. */
export async function smallSpec(id: string, names: readonly string[], training: Partial<TrainingSpec> = {}): Promise<ExperimentSpec> {
  const preset = (await loadPreset(id))!;
  const all = [...preset.spec.schemes, ...preset.library];
  const schemes = names.map((name) => all.find((scheme) => scheme.name === name)!);
  const { spec } = preset;
  return { ...spec, schemes, training: { ...spec.training, iterations: 30, seeds: { first: 0, count: 2 }, ...training } };
}

export function withScheme(spec: ExperimentSpec, k: number, change: Partial<SchemeSpec>): ExperimentSpec {
  return { ...spec, schemes: spec.schemes.map((scheme, i) => (i === k ? ({ ...scheme, ...change } as typeof scheme) : scheme)) };
}

/** Runs until every learner has done `iterations` updates, or to the end. */
export async function advance(training: Training, iterations = Infinity): Promise<void> {
  while (training.learners.some((learner) => !learner.failure && learner.iteration < iterations)) {
    if (!(await training.iterate())) return;
  }
}

/** [S·A] or [P] parameters of every learner, copied. */
export const parametersOf = (training: Training): number[][] => training.learners.map((learner) => [...learner.parameters]);
