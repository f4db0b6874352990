import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { rollout, type Rollout } from '../core/mdp/rollout';
import { softmaxPolicy } from '../core/mdp/policy';
import type { Table } from '../core/contracts/scenario';
import { openEngine } from '../engine/open-engine';
import { fitRewardModel, stateActionFeatures } from '../engine/reward-model';
import { simulatePreferences } from '../engine/simulated-person';

/** Trajectories of the starting policy that the simulated person compares, and in how many pairs. */
const TRAJECTORIES = 256;
const PAIRS = 400;
/** The person wants the true outcome, sees a difference of half of it reliably, and slips now and then. */
const PERSON = { temperature: 0.2, flipRate: 0.05 };
/** Keeps the labelled trajectories apart from those of training. */
const LABEL_SEED = 2;

/** True when a scheme of the experiment reads the column `learnedReward`. */
export function readsLearnedReward({ schemes }: Pick<Experiment, 'schemes'>): boolean {
  return schemes.some((scheme) => scheme?.terms.some((term) => Object.hasOwn(term.plugin.needs, 'learnedReward')));
}

/**
 * The learned reward of every table row, [rows]: a Bradley–Terry network fitted to a simulated person's
 * preferences between trajectories of the starting policy. null when no scheme reads it.
 * The same for every learner, so that schemes and seeds compare under one reward.
 */
export async function learnReward(experiment: Experiment): Promise<Float64Array | null> {
  if (!readsLearnedReward(experiment)) return null;
  const { table, initialLogits, spec } = experiment;
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const { learner } = learnerStream(spec.training, 0, 0);
  const played = rollout(table, policy.threshold, { nTraj: TRAJECTORIES, groupSize: 1, seed: LABEL_SEED, learner, iteration: 0 });
  const train = simulatePreferences(outcomes(table, played), PAIRS, PERSON, LABEL_SEED, learner);
  const engine = await openEngine('ts');
  const { row, maxLen, length } = played;
  const features = stateActionFeatures(table.features, table.rowState, table.rowAction, table.A);
  const model = await fitRewardModel(engine, { ...features, row, maxLen, length, train }, { seed: LABEL_SEED, learner });
  return model.reward;
}

function outcomes(table: Table, { nTraj, maxLen, length, row }: Rollout): Float64Array {
  const truth = table.metrics[table.truth];
  return Float64Array.from({ length: nTraj }, (_, i) => {
    let total = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += truth[row[k]];
    return total;
  });
}
