import type { TrainingSpec } from './spec';

/** How a simulated person labels pairs of the starting policy's trajectories, and what is fitted to the labels. */
export interface RewardModelSettings {
  /** Labelled pairs, n. */
  readonly pairs: number;
  /** Share of labels that come out reversed. */
  readonly flipRate: number;
  /** β: the person prefers τ₁ to τ₂ with probability σ((U₁ − U₂) / β). */
  readonly temperature: number;
  /** What a step costs the person: U = what is wanted − stepCost · steps. */
  readonly stepCost: number;
  /** Metric of the scenario that the person wants; empty for the true objective. */
  readonly wants: string;
  /** Steps from the start that the person is shown and the model reads; null for whole trajectories. */
  readonly clip: number | null;
  /** Whether a trajectory's return is the sum of its steps' scores or the score of its last step. */
  readonly scores: 'steps' | 'last';
  /** Networks; two or more see a bootstrap sample of the pairs each. */
  readonly members: number;
  /** Whether each seed has pairs, labels and a model of its own, or all seeds share those of the first. */
  readonly perSeed: boolean;
}

/** What a spec without `training.rewardModel`, or without one of its keys, means. */
export const REWARD_MODEL: RewardModelSettings = {
  pairs: 400,
  flipRate: 0.05,
  temperature: 0.2,
  stepCost: 0,
  wants: '',
  clip: null,
  scores: 'steps',
  members: 1,
  perSeed: false,
};

export function rewardModelOf({ rewardModel }: Pick<TrainingSpec, 'rewardModel'>): RewardModelSettings {
  return { ...REWARD_MODEL, ...rewardModel };
}

/** The spec's block after a change: keys that say what is meant without them are left out, and undefined stands for no block. */
export function changedRewardModel(training: Pick<TrainingSpec, 'rewardModel'>, change: Partial<RewardModelSettings>): TrainingSpec['rewardModel'] {
  const entries = Object.entries({ ...rewardModelOf(training), ...change }).filter(([key, value]) => value !== REWARD_MODEL[key as keyof RewardModelSettings]);
  return entries.length > 0 ? (Object.fromEntries(entries) as TrainingSpec['rewardModel']) : undefined;
}
