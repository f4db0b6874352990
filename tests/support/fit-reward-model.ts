import type { Engine } from '../../src/engine/engine';
import { fitRewardModels, type LabelledTrajectories, type RewardModel, type RewardModelOptions, type RowFeatures } from '../../src/engine/reward-model';

export type RewardModelData = RowFeatures & LabelledTrajectories;

/** The reward model of one person, whose random streams are those of `learner`. */
export async function fitRewardModel(engine: Engine, data: RewardModelData, { learner = 0, ...options }: RewardModelOptions & { readonly learner?: number }): Promise<RewardModel> {
  return (await fitRewardModels(engine, data, [data], [learner], options))[0]!;
}
