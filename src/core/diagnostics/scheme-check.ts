import type { LearnedColumns } from '../batch/learned-columns';
import { printed } from '../contracts/explanation';
import type { Table } from '../contracts/scenario';
import type { Experiment } from '../experiment/resolve';
import { startValue } from '../mdp/exact';
import { optimalPolicy } from '../mdp/optimal';
import { softmaxPolicy } from '../mdp/policy';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { isScheduled } from '../scheme/scheme-at';
import { cycleInWords, farming, type Farming } from './farming';
import { withLearnedRows } from './learned-rows';
import { compareOptima, invarianceInWords, type PolicyInvariance } from './policy-invariance';
import { returnDistance, type ReturnDistance } from './return-distance';
import { rewardDistance, type RewardDistance } from './reward-distance';
import { MAX_NODES, solveSchemeSteps } from './scheme-optimum';
import { batchPricer } from './seeded-batch';
import { paysAsPriced, solvable, type Solvable } from './solvable';
import { termScales, type TermScales } from './term-scales';
import { updateAgreement, type UpdateAgreement } from './update-agreement';

/** Trajectories of the batch in which terms are weighed. */
const WEIGHED = 512;

/** Solved, or measured with the reason why it is not solved. */
export type InvarianceCheck =
  | ({
      readonly kind: 'decided';
      readonly words: string;
      /** (step, state), times what terms remember and what a gate holds back, that were solved. */
      readonly situations: number;
      /** Labels of the terms whose memory is part of a situation. */
      readonly remembering: readonly string[];
    } & PolicyInvariance)
  | { readonly kind: 'measured, not decided'; readonly reason: string; readonly updates: readonly UpdateAgreement[] };

export interface SchemeCheck {
  /** Iteration whose scheduled weights and thresholds were looked at; null where nothing is scheduled. */
  readonly iteration: number | null;
  readonly invariance: InvarianceCheck;
  readonly farming: Farming & {
    readonly words: string;
    /** What the cycle's states are, in order. */
    readonly places: readonly string[];
  };
  readonly distance: RewardDistance | { readonly reason: string };
  readonly returns: ReturnDistance;
  readonly terms: TermScales;
}

/** What a check is doing, and the share of its work that is done. */
export interface CheckProgress {
  readonly stage: 'solving both' | 'looking for circles' | 'measuring distances' | 'weighing terms' | 'measuring updates';
  readonly share: number;
}

export interface CheckOptions {
  /** Iteration whose scheduled weights and thresholds are looked at, 0 unless given. */
  readonly iteration?: number;
  /** What models learned of every table row, where a scheme reads it. */
  readonly learned?: LearnedColumns | null;
}

/** Runs every check on one scheme of an experiment. Throws an Error with the reason where the scheme could not be compiled. */
export function checkScheme(experiment: Experiment, k: number, options: CheckOptions = {}): SchemeCheck {
  const steps = checkSchemeSteps(experiment, k, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same in steps, so that a caller can let others work, show how far it is, and stop. */
export function* checkSchemeSteps(experiment: Experiment, k: number, { iteration = 0, learned = null }: CheckOptions = {}): Generator<CheckProgress, SchemeCheck> {
  const { initialLogits, scenario, scenarioParams, spec } = experiment;
  const compiled = experiment.schemes[k];
  if (!compiled) throw new Error(experiment.failures.find((failure) => failure.scheme === k)?.message ?? 'This scheme could not be compiled.');
  const describe = { state: (s: number) => scenario.describeState(s, scenarioParams as never), action: (a: number) => scenario.actionNames[a] };
  const { groupSize } = spec.training;
  const { table, scheme } = learned ? withLearnedRows(experiment.table, compiled, learned) : { table: experiment.table, scheme: compiled };

  yield { stage: 'solving both', share: 0 };
  const found = trusted(scheme, table, initialLogits, groupSize, iteration);
  const solved = typeof found === 'string' ? null : found;
  const optimum = solved && (yield* mapped(solveSchemeSteps(solved.table, solved.pay, scheme.spec.gamma), (share) => ({ stage: 'solving both', share: 0.5 * share })));
  const compared = optimum && compareOptima(optimum);

  yield { stage: 'looking for circles', share: 0.5 };
  const best = compared?.best ?? startValue(table, optimalPolicy(table, table.metrics[table.truth]).value);
  const farmed = farming(scheme, table, solved, compared, best, iteration);
  const words = farmed.cycle ? cycleInWords(farmed.cycle, describe.state, printed) : 'No way to go in circles pays.';

  yield { stage: 'measuring distances', share: 0.65 };
  const distance = solved ? rewardDistance(scheme, table, iteration) : (found as string);
  const returns = yield* mapped(returnDistance(scheme, table, initialLogits, groupSize, iteration), () => ({ stage: 'measuring distances', share: 0.7 }));

  yield { stage: 'weighing terms', share: 0.8 };
  const price = batchPricer(scheme, table, softmaxPolicy(initialLogits, table.S, table.A), iteration);
  const terms = termScales(price({ nTraj: Math.ceil(WEIGHED / groupSize) * groupSize, groupSize }, 0));

  const place = (pair: number) => describe.state(solved?.product ? solved.product.baseState[pair] : pair);
  const invariance: InvarianceCheck = compared
    ? { kind: 'decided', words: invarianceInWords(compared, { ...describe, state: place }), situations: optimum.nodes, remembering: solved.remembering, ...compared }
    : {
        kind: 'measured, not decided',
        reason: solved ? `The scheme makes more than ${MAX_NODES.toLocaleString('en')} situations.` : (found as string),
        updates: yield* mapped(updateAgreement(scheme, table, initialLogits, groupSize, iteration), () => ({ stage: 'measuring updates', share: 0.85 })),
      };
  return {
    iteration: isScheduled(scheme.spec) ? iteration : null,
    invariance,
    farming: { ...farmed, words, places: farmed.cycle?.states.map(describe.state) ?? [] },
    distance: typeof distance === 'string' ? { reason: distance } : distance,
    returns,
    terms,
  };
}

/** The scheme as a table, if what the table pays is what pricing pays. */
function trusted(scheme: CompiledScheme, table: Table, initialLogits: Float64Array, groupSize: number, iteration: number): Solvable | string {
  const found = solvable(scheme, table, iteration);
  if (typeof found === 'string' || paysAsPriced(scheme, table, found, initialLogits, groupSize, iteration)) return found;
  return 'On seeded trajectories the scheme pays otherwise than transition by transition.';
}

/** Hands on what a generator answers, with its steps told in another way. */
function* mapped<T, R>(steps: Generator<T, R>, tell: (step: T) => CheckProgress): Generator<CheckProgress, R> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield tell(step.value);
  }
}
