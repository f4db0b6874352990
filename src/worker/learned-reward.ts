import type { LearnedColumns } from '../core/batch/learned-columns';
import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { rollout, type Rollout } from '../core/mdp/rollout';
import { softmaxPolicy } from '../core/mdp/policy';
import type { Table } from '../core/contracts/scenario';
import { fitRewardModel, rewardNetwork, stateActionFeatures } from '../engine/reward-model';
import { simulatePreferences } from '../engine/simulated-person';
import type { EngineLabel, FamilyOptions } from './policy-family';
import { openForModel } from './run-engine';

/** Trajectories of the starting policy that the simulated person compares, and in how many pairs. */
const TRAJECTORIES = 256;
const PAIRS = 400;
/** The person wants the true outcome, sees a difference of half of it reliably, and slips now and then. */
const PERSON = { temperature: 0.2, flipRate: 0.05 };
/** Keeps the labelled trajectories apart from those of training. */
const LABEL_SEED = 2;

export interface LearnedReward {
  /** `learnedReward` of every table row. */
  readonly columns: LearnedColumns;
  /** What it was fitted on. */
  readonly engine: EngineLabel;
}

/** True when a scheme of the experiment reads the column `learnedReward`. */
export function readsLearnedReward({ schemes }: Pick<Experiment, 'schemes'>): boolean {
  return schemes.some((scheme) => scheme?.terms.some((term) => Object.hasOwn(term.plugin.needs, 'learnedReward')));
}

/**
 * The learned reward of every table row: a Bradley–Terry network fitted to a simulated person's preferences between
 * trajectories of the starting policy, on the engine that the spec asks for. null when no scheme reads it.
 * The same for every learner, so that schemes and seeds compare under one reward.
 */
export async function learnReward(experiment: Experiment, options: FamilyOptions = {}): Promise<LearnedReward | null> {
  if (!readsLearnedReward(experiment)) return null;
  const { table, initialLogits, spec } = experiment;
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const { learner } = learnerStream(spec.training, 0, 0);
  const played = rollout(table, policy.threshold, { nTraj: TRAJECTORIES, groupSize: 1, seed: LABEL_SEED, learner, iteration: 0 });
  const train = simulatePreferences(outcomes(table, played), PAIRS, PERSON, LABEL_SEED, learner);
  const { row, maxLen, length } = played;
  const features = stateActionFeatures(table.features, table.rowState, table.rowAction, table.A);
  const data = { ...features, row, maxLen, length, train };
  const survivor = await openForModel(spec.training.engine, rewardNetwork(features.inputs, 1), table.rows, options, 'The reward model is fitted');
  try {
    const { reward } = await survivor.run((engine) => fitRewardModel(engine, data, { seed: LABEL_SEED, learner }));
    return { columns: { learnedReward: reward }, engine: survivor.label };
  } finally {
    survivor.dispose();
  }
}

function outcomes(table: Table, { nTraj, maxLen, length, row }: Rollout): Float64Array {
  const truth = table.metrics[table.truth];
  return Float64Array.from({ length: nTraj }, (_, i) => {
    let total = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += truth[row[k]];
    return total;
  });
}
