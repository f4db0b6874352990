/** Every model that schemes read, fitted beside the policy. */
import { learnedByTerms, type LearnedColumns } from '../core/batch/learned-columns';
import type { Experiment } from '../core/experiment/resolve';
import { learnProcess } from './learned-process';
import { learnReward, type FitOptions } from './learned-reward';
import type { RewardModelReport } from './protocol';

export interface Learned {
  /** By seed, or one for all seeds. */
  readonly columns: readonly LearnedColumns[];
  /** Of the reward model; null where only process models are read. */
  readonly report: RewardModelReport | null;
}

/** Fits the reward model and the process models that the schemes of an experiment read; null when they read none. */
export async function learnColumns(experiment: Experiment, options: FitOptions = {}): Promise<Learned | null> {
  const reward = await learnReward(experiment, options);
  const process = await learnProcess(experiment, options);
  if (!process) return reward;
  return { columns: (reward?.columns ?? [{}]).map((columns) => ({ ...columns, ...process })), report: reward?.report ?? null };
}

/** True when a scheme reads a column that is not among those that were learned. */
export function readsMore({ schemes }: Pick<Experiment, 'schemes'>, learned: Learned | null): boolean {
  return schemes.some((scheme) => scheme && learnedByTerms(scheme).some((name) => !learned || !Object.hasOwn(learned.columns[0], name)));
}
