import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { Training } from '../../src/worker/training-loop';

/** Share of the maze's cells that the learners of a scheme have been in after 50 updates, and the independent figure. */
export const COVERAGE = { sparse: 0.7, count: 0.92, both: 0.97 } as const;

const ITERATIONS = 50;
/** Pays nothing and counts: where it has been is what it carries on. */
const COUNTER: ExperimentSpec['schemes'][number]['terms'][number] = {
  reward: 'count-bonus',
  label: 'Counter',
  weight: 0,
  params: { scope: 'global', update: 'after-batch', outcomeWeight: 0 },
  gated: false,
};

/** One share for each seed. */
export async function coverage(scheme: keyof typeof COVERAGE, seeds: number): Promise<readonly number[]> {
  const { spec } = (await loadPreset('exploration-maze'))!;
  const chosen = spec.schemes.find(({ name }) => name === scheme)!;
  const counting: ExperimentSpec = {
    ...spec,
    schemes: [{ ...chosen, terms: [...chosen.terms, COUNTER] }],
    training: { ...spec.training, iterations: ITERATIONS, seeds: { first: 0, count: seeds } },
  };
  const training = await Training.start(counting, { plugins: allPlugins(), now: () => 0, figures: false });
  while (await training.iterate());
  const { table } = training.experiment;
  const cells = Array.from({ length: table.S }, (_, s) => s).filter((s) => !table.absorbing[s]);
  return training.learners.map(({ rewardState }) => {
    const counts = rewardState[chosen.terms.length] as Int32Array;
    return cells.filter((s) => table.start.state.includes(s) || (counts[s + 1] ?? 0) > 0).length / cells.length;
  });
}
