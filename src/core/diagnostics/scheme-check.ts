import type { MeasurePlugin } from '../contracts/measure';
import { printed } from '../contracts/explanation';
import type { Experiment } from '../experiment/resolve';
import { startValue } from '../mdp/exact';
import { optimalPolicy } from '../mdp/optimal';
import { softmaxPolicy } from '../mdp/policy';
import { cycleInWords, farming, type Farming } from './farming';
import { invarianceInWords, policyInvariance, type PolicyInvariance } from './policy-invariance';
import { rewardDistance, type RewardDistance } from './reward-distance';
import { batchPricer } from './seeded-batch';
import { termScales, type TermScales } from './term-scales';
import { updateAgreement, type UpdateAgreement } from './update-agreement';

/** Trajectories of the batch in which terms are weighed. */
const WEIGHED = 512;

/** Solved, or measured with the reason why it is not solved. */
export type InvarianceCheck =
  | ({ readonly kind: 'decided'; readonly words: string } & PolicyInvariance)
  | { readonly kind: 'measured, not decided'; readonly reason: string; readonly updates: readonly UpdateAgreement[] };

export interface SchemeCheck {
  readonly invariance: InvarianceCheck;
  readonly farming: Farming & { readonly words: string };
  readonly distance: RewardDistance | { readonly reason: string };
  readonly terms: TermScales;
}

/** Runs every check on one scheme of an experiment. Throws an Error with the reason where the scheme could not be compiled. */
export function checkScheme(experiment: Experiment, k: number, measures: ReadonlyMap<string, MeasurePlugin>): SchemeCheck {
  const { table, initialLogits, scenario, scenarioParams, spec } = experiment;
  const scheme = experiment.schemes[k];
  if (!scheme) throw new Error(experiment.failures.find((failure) => failure.scheme === k)?.message ?? 'This scheme could not be compiled.');
  const describe = { state: (s: number) => scenario.describeState(s, scenarioParams as never), action: (a: number) => scenario.actionNames[a] };
  const { groupSize } = spec.training;
  const found = policyInvariance(scheme, table);
  const solved = typeof found === 'string' ? null : found;
  const invariance: InvarianceCheck = typeof found === 'string'
    ? { kind: 'measured, not decided', reason: found, updates: updateAgreement(scheme, table, initialLogits, groupSize) }
    : { kind: 'decided', words: invarianceInWords(found, describe), ...found };
  const best = solved?.best ?? startValue(table, optimalPolicy(table, table.metrics[table.truth]).value);
  const farmed = farming(scheme, table, solved, best);
  const words = farmed.cycle ? cycleInWords(farmed.cycle, describe.state, printed) : 'No way to go in circles pays.';
  const distance = rewardDistance(scheme, table, measures);
  const price = batchPricer(scheme, table, softmaxPolicy(initialLogits, table.S, table.A));
  return {
    invariance,
    farming: { ...farmed, words },
    distance: typeof distance === 'string' ? { reason: distance } : distance,
    terms: termScales(price({ nTraj: Math.ceil(WEIGHED / groupSize) * groupSize, groupSize }, 0)),
  };
}
