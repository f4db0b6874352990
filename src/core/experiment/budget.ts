import { LIMITS, type ExperimentSpec } from './spec';

/** Trajectories per iteration, over all learners, that one page may be asked to train. */
export const MAX_TRAJECTORIES_PER_ITERATION = 131_072;

/**
 * Brings what a foreign spec asks of the reader's machine within limits: first fewer seeds, then
 * smaller batches, both said in a notice. A spec within limits comes back as it is.
 */
export function withinBudget(spec: ExperimentSpec): { spec: ExperimentSpec; notices: string[] } {
  const { training, schemes } = spec;
  const perSeed = training.trajectories * schemes.length;
  if (perSeed * training.seeds.count <= MAX_TRAJECTORIES_PER_ITERATION) return { spec, notices: [] };
  const count = Math.max(1, Math.floor(MAX_TRAJECTORIES_PER_ITERATION / perSeed));
  const notices = [`This experiment asks for ${training.seeds.count} seeds, more than one page should train at once. It runs ${count}.`];
  let trajectories = training.trajectories;
  const most = Math.floor(MAX_TRAJECTORIES_PER_ITERATION / schemes.length);
  if (trajectories > most) {
    trajectories = Math.max(LIMITS.trajectories.min, Math.floor(most / training.groupSize)) * training.groupSize;
    notices.push(`Its batch of ${training.trajectories} trajectories is cut to ${trajectories}.`);
  }
  return { spec: { ...spec, training: { ...training, trajectories, seeds: { ...training.seeds, count } } }, notices };
}
