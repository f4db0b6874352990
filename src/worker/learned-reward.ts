import type { LearnedColumns } from '../core/batch/learned-columns';
import type { Table } from '../core/contracts/scenario';
import { learnerStream, type Experiment } from '../core/experiment/resolve';
import { rewardModelOf, type RewardModelSettings } from '../core/experiment/reward-model-settings';
import { softmaxPolicy } from '../core/mdp/policy';
import { rollout, type Rollout } from '../core/mdp/rollout';
import { fitRewardModels, networksOf, orderedAsLabelled, rewardNetwork, stateActionFeatures, type LabelledTrajectories } from '../engine/reward-model';
import { simulatePreferences } from '../engine/simulated-person';
import type { FamilyOptions } from './policy-family';
import type { RewardModelReport } from './protocol';
import { openForModel } from './run-engine';

/** Trajectories of the starting policy that a simulated person compares. */
const TRAJECTORIES = 256;
/** Pairs of other trajectories, labelled by the same person, that a model is tested on. */
const HELD_OUT_PAIRS = 400;
/** Keeps the labelled trajectories apart from those of training. */
const LABEL_SEED = 2;
const EPOCHS = 150;

export interface LearnedReward {
  /** By seed, or one for all seeds. */
  readonly columns: readonly LearnedColumns[];
  readonly report: RewardModelReport;
}

export interface FitOptions extends FamilyOptions {
  /** Milliseconds of a clock, for the report alone. */
  readonly now?: () => number;
  /** Hears of the share of the fit that is done. */
  readonly fitting?: (share: number) => void;
}

/** True when a scheme of the experiment reads the column `learnedReward`. */
function readsLearnedReward({ schemes }: Pick<Experiment, 'schemes'>): boolean {
  return schemes.some((scheme) => scheme?.terms.some((term) => Object.hasOwn(term.plugin.needs, 'learnedReward')));
}

/**
 * The learned reward of every table row: Bradley–Terry networks fitted to a simulated person's preferences between
 * trajectories of the starting policy, on the engine that the spec asks for. null when no scheme reads it.
 * The same for every scheme, so that schemes compare under one reward, and for every seed unless each has a person of its own.
 * Throws an Error that names the field where the spec wants what the scenario lacks.
 */
export async function learnReward(experiment: Experiment, options: FitOptions = {}): Promise<LearnedReward | null> {
  if (!readsLearnedReward(experiment)) return null;
  const { table, spec } = experiment;
  const { now = () => 0 } = options;
  const settings = rewardModelOf(spec.training);
  const began = now();
  const people = Array.from({ length: settings.perSeed ? spec.training.seeds.count : 1 }, (_, index) => label(experiment, settings, index));
  const features = stateActionFeatures(table.features, table.rowState, table.rowAction, table.A);
  const networks = people.length * networksOf(settings.members);
  const survivor = await openForModel(spec.training.engine, rewardNetwork(features.inputs, networks), table.rows, options, 'The reward model is fitted');
  try {
    let dispatches = 0;
    const models = await survivor.run(async (engine) => {
      const before = engine.use?.().dispatches ?? 0;
      const fitted = await fitRewardModels(engine, features, people.map(({ shown }) => shown), people.map(({ learner }) => learner), {
        seed: LABEL_SEED,
        epochs: EPOCHS,
        members: settings.members,
        ...(options.fitting && { progress: options.fitting }),
      });
      dispatches = ((engine.use?.().dispatches ?? 0) - before) / EPOCHS;
      return fitted;
    });
    return {
      columns: models.map(({ reward, spread, single }) => ({ learnedReward: reward, learnedSpread: spread, learnedSingle: single })),
      report: {
        engine: survivor.label,
        adapter: survivor.current.adapter,
        milliseconds: now() - began,
        dispatches,
        networks,
        people: people.length,
        loss: models[0].loss,
        heldOut: Float64Array.from(models, ({ reward }, k) => orderedAsLabelled(reward, people[k].heldOut)),
        utility: people[0].utility,
        learned: models[0].returns.mean,
        spread: models[0].returns.spread,
      },
    };
  } finally {
    survivor.dispose();
  }
}

/** What one person saw and preferred. */
interface Labelled {
  readonly learner: number;
  readonly shown: LabelledTrajectories;
  readonly heldOut: LabelledTrajectories;
  /** [nTraj] U of the trajectories that were shown. */
  readonly utility: Float64Array;
}

function label({ table, initialLogits, spec }: Experiment, settings: RewardModelSettings, seedIndex: number): Labelled {
  const { threshold } = softmaxPolicy(initialLogits, table.S, table.A);
  const { learner } = learnerStream(spec.training, seedIndex, 0);
  const play = (iteration: number, pairs: number, seed: number) => {
    const played = clipped(rollout(table, threshold, { nTraj: TRAJECTORIES, groupSize: 1, seed: LABEL_SEED, learner, iteration }), settings);
    const utility = utilities(table, played, settings);
    return { utility, labelled: { ...asScored(played, settings), train: simulatePreferences(utility, pairs, settings, seed, learner) } };
  };
  const { utility, labelled: shown } = play(0, settings.pairs, LABEL_SEED);
  return { learner, shown, utility, heldOut: play(1, HELD_OUT_PAIRS, LABEL_SEED + 1).labelled };
}

/** The first steps, where the person is shown no more. */
function clipped(played: Rollout, { clip }: RewardModelSettings): Rollout {
  return clip === null ? played : { ...played, length: played.length.map((steps) => Math.min(steps, clip)) };
}

/** U of every trajectory. */
function utilities(table: Table, { nTraj, maxLen, length, row }: Rollout, { wants, stepCost }: RewardModelSettings): Float64Array {
  const name = wants || table.truth;
  if (!Object.hasOwn(table.metrics, name)) {
    throw new Error(`training.rewardModel.wants: the scenario has no metric “${name}”. Use one of: ${Object.keys(table.metrics).join(', ')}.`);
  }
  const metric = table.metrics[name];
  return Float64Array.from({ length: nTraj }, (_, i) => {
    let total = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += metric[row[k]] - stepCost;
    return total;
  });
}

/** The rows that a trajectory's learned return is the sum of. */
function asScored({ nTraj, maxLen, length, row }: Rollout, { scores }: RewardModelSettings): Pick<LabelledTrajectories, 'row' | 'maxLen' | 'length'> {
  if (scores === 'steps') return { row, maxLen, length };
  return {
    row: Uint32Array.from({ length: nTraj }, (_, i) => row[i * maxLen + Math.max(0, length[i] - 1)]),
    maxLen: 1,
    length: length.map((steps) => Math.min(steps, 1)),
  };
}
