/**
 * The scene: one batch on screen, the policy that made it, and the truth about it. Everything here is
 * the same for all schemes, so an edit of a reward or an estimator leaves it alone.
 */
import { TableBatch } from '../core/batch/table-batch';
import type { ScenarioPlugin, Table } from '../core/contracts/scenario';
import { learnerStream, type Experiment as Resolved } from '../core/experiment/resolve';
import { largest } from '../core/diagnostics/batch-figures';
import { evaluatePolicy, startValue, type ExactValues } from '../core/mdp/exact';
import { occupancy, policyGradient } from '../core/mdp/occupancy';
import { softmaxPolicy, type TablePolicy } from '../core/mdp/policy';
import { rollout } from '../core/mdp/rollout';
import type { Snapshot } from '../worker/protocol';

/** Whose rollouts are on screen. */
export interface Behaviour {
  /** Update number of the batch, from 0; picks its random streams. */
  readonly iteration: number;
  /** null: the starting policy. */
  readonly snapshot: Snapshot | null;
}

export const STARTING_POLICY: Behaviour = { iteration: 0, snapshot: null };

export interface Scene {
  readonly table: Table;
  readonly scenario: ScenarioPlugin;
  readonly scenarioParams: Record<string, unknown>;
  readonly behaviour: Behaviour;
  readonly logits: Float64Array;
  readonly policy: TablePolicy;
  readonly batch: TableBatch;
  /** [nTraj × maxLen] exact A_t(s, a) of the true objective at every step: the action's worth, without the luck of where it led. */
  readonly exact: Float64Array;
  /** Largest |exact| of the batch; 1 % of it is the threshold of a wrong sign. */
  readonly largestExact: number;
  /** [nTraj × (maxLen + 1)] exact V of the true objective at every visited state. */
  readonly value: Float64Array;
  readonly values: ExactValues;
  /** J of the true objective under the behaviour policy. */
  readonly objective: number;
  /** [rows] score of every table row by the learned reward; null until it has been learned. */
  readonly learnedReward: Float64Array | null;
  /** Exact gradient of J with respect to the logits, [S·A]. */
  readonly gradient: Float64Array;
  /** [nTraj] what the true objective paid, and whether the task ended. */
  readonly outcome: Float64Array;
  readonly terminated: Float64Array;
}

/** Rolls out the batch of the view under its behaviour policy and evaluates it exactly. */
export function makeScene(resolved: Resolved, behaviour: Behaviour, learnedReward: Float64Array | null = null): Scene {
  const { table, scenario, scenarioParams, spec } = resolved;
  const logits = behaviour.snapshot?.logits ?? resolved.initialLogits;
  const policy = softmaxPolicy(logits, table.S, table.A);
  const stream = learnerStream(spec.training, 0, behaviour.iteration);
  const options = { ...stream, nTraj: spec.view.trajectories, groupSize: spec.training.groupSize };
  const values = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
  const batch = new TableBatch(table, rollout(table, policy.threshold, options), {
    behaviour: policy.logProbability,
    reference: softmaxPolicy(resolved.initialLogits, table.S, table.A).logProbability,
    belief: values.value,
  });
  const visits = occupancy(table, policy.probability);
  const exact = batch.gatherExact(values.advantage);
  return {
    table,
    scenario,
    scenarioParams,
    behaviour,
    logits,
    policy,
    batch,
    exact,
    largestExact: largest(exact, batch),
    value: batch.column('belief', 'state') as Float64Array,
    values,
    learnedReward,
    objective: startValue(table, values.value),
    gradient: policyGradient(table, policy.probability, values, visits),
    outcome: batch.column('outcome', 'trajectory') as Float64Array,
    terminated: batch.column('terminated', 'trajectory') as Float64Array,
  };
}
