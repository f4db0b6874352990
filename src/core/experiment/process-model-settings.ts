import type { PlayOn } from '../contracts/columns';
import { softmaxPolicy } from '../mdp/policy';
import { rollout, type Rollout } from '../mdp/rollout';
import { learnerStream, type Experiment } from './resolve';
import type { TrainingSpec } from './spec';

/** How the networks behind process models are trained. */
export interface ProcessModelSettings {
  /** Labelled trajectories of the starting policy, n. */
  readonly trajectories: number;
  /** Completions of each visited state, k. */
  readonly completions: number;
  /** Soft labels, the share of completions that succeed, or hard ones, whether any does. */
  readonly labels: 'share' | 'any';
  /** Chance that a completion, or an outcome, is judged wrongly. */
  readonly flips: number;
}

/** What a spec without `training.processModel`, or without one of its keys, means. */
export const PROCESS_MODEL: ProcessModelSettings = { trajectories: 1000, completions: 4, labels: 'share', flips: 0 };

/** Keeps the labelled trajectories apart from those of training, of diagnoses and of other models. */
export const PROCESS_SEED = 3;

export function processModelOf({ processModel }: Pick<TrainingSpec, 'processModel'>): ProcessModelSettings {
  return { ...PROCESS_MODEL, ...processModel };
}

/** The spec's block after a change: keys that say what is meant without them are left out, and undefined stands for no block. */
export function changedProcessModel(training: Pick<TrainingSpec, 'processModel'>, change: Partial<ProcessModelSettings>): TrainingSpec['processModel'] {
  const entries = Object.entries({ ...processModelOf(training), ...change }).filter(([key, value]) => value !== PROCESS_MODEL[key as keyof ProcessModelSettings]);
  return entries.length > 0 ? (Object.fromEntries(entries) as TrainingSpec['processModel']) : undefined;
}

/** The trajectories of the starting policy that are labelled, and the way on from their states; the same for every learner. */
export function labelledTrajectories({ table, initialLogits, spec }: Pick<Experiment, 'table' | 'initialLogits' | 'spec'>): { readonly played: Rollout; readonly from: PlayOn } {
  const { threshold } = softmaxPolicy(initialLogits, table.S, table.A);
  const stream = { ...learnerStream(spec.training, 0, 0), seed: PROCESS_SEED };
  const played = rollout(table, threshold, { ...stream, nTraj: processModelOf(spec.training).trajectories, groupSize: 1 });
  return { played, from: { table, threshold, stream, row: played.row, length: played.length } };
}
