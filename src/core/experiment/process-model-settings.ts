import type { TrainingSpec } from './spec';

/** How the networks behind process models are trained: labelled trajectories of the starting policy, completions of each visited state, soft or hard labels, and the chance that a completion or an outcome is judged wrongly. */
export type ProcessModelSettings = Required<NonNullable<TrainingSpec['processModel']>>;

const DEFAULTS: ProcessModelSettings = { trajectories: 1000, completions: 4, labels: 'share', flips: 0 };

/** The settings of a spec, completed. */
export function processModelSettings({ processModel }: Pick<TrainingSpec, 'processModel'>): ProcessModelSettings {
  return { ...DEFAULTS, ...processModel };
}
