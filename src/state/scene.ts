/**
 * The scene: one batch on screen, the policy that made it, and the truth about it. Everything here is
 * the same for all schemes, so an edit of a reward or an estimator leaves it alone.
 */
import { ClosedFormBatch } from '../core/batch/closed-form-batch';
import type { LearnedColumns } from '../core/batch/learned-columns';
import { TableBatch } from '../core/batch/table-batch';
import type { ClosedForm } from '../core/contracts/closed-form';
import { noTable, type ContinuousScenario, type Table, type TableScenario } from '../core/contracts/scenario';
import { learnerStream, type ClosedFormExperiment, type Experiment, type Resolved } from '../core/experiment/resolve';
import { largest } from '../core/diagnostics/batch-figures';
import { normalDraws } from '../core/math/normal';
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

/** Steps that the page plays on from visited states while a slider moves. */
const PLAYED_ON = 200_000;

export const STARTING_POLICY: Behaviour = { iteration: 0, snapshot: null };

/** What every scene holds, whatever its world is made of. */
interface SceneOf {
  readonly scenarioParams: Record<string, unknown>;
  readonly behaviour: Behaviour;
  /** Numbers of the behaviour policy: [S·A] logits on a table, the entries of a Gaussian one in closed form. */
  readonly logits: Float64Array;
  /** [nTraj × maxLen] exact A_t(s, a) of the true objective at every step: the action's worth, without the luck of where it led. */
  readonly exact: Float64Array;
  /** Largest |exact| of the batch; 1 % of it is the threshold of a wrong sign. */
  readonly largestExact: number;
  /** [nTraj × (maxLen + 1)] exact V of the true objective at every visited state. */
  readonly value: Float64Array;
  /** Name of the metric that is the true objective. */
  readonly truth: string;
  /** J of the true objective under the behaviour policy. */
  readonly objective: number;
  /** Exact gradient of J with respect to `logits`. */
  readonly gradient: Float64Array;
  /** [nTraj] what the true objective paid, and whether the task ended. */
  readonly outcome: Float64Array;
  readonly terminated: Float64Array;
}

export interface TableScene extends SceneOf {
  readonly scenario: TableScenario;
  readonly table: Table;
  readonly policy: TablePolicy;
  readonly batch: TableBatch;
  readonly values: ExactValues;
  /** What models learned of every table row; null until they have. */
  readonly learned: LearnedColumns | null;
}

export interface ClosedFormScene extends SceneOf {
  readonly scenario: ContinuousScenario;
  readonly table: null;
  readonly world: ClosedForm;
  readonly batch: ClosedFormBatch;
  /** What is learned is a number per table row, and here is none. */
  readonly learned: null;
}

export type Scene = TableScene | ClosedFormScene;

/** Rolls out the batch of the view under its behaviour policy and evaluates it exactly. */
export function makeScene(resolved: Resolved, behaviour: Behaviour, learned: LearnedColumns | null = null): Scene {
  return resolved.table === null ? closedFormScene(resolved, behaviour) : tableScene(resolved, behaviour, learned);
}

/** The scene, where only one on a table will do. Throws a sentence in closed form. */
export function onTable(scene: Scene): TableScene {
  if (scene.table === null) throw new Error(noTable(scene.scenario, 'table to show'));
  return scene;
}

/** Numbers of the starting policy of the first seed's learner. */
export function startingPolicy(resolved: Resolved): Float64Array {
  return resolved.table === null ? resolved.worlds.of(resolved.spec.training.seeds.first).start : resolved.initialLogits;
}

function tableScene(resolved: Experiment, behaviour: Behaviour, learned: LearnedColumns | null): TableScene {
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
    playOn: { threshold: policy.threshold, stream, mostSteps: PLAYED_ON },
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
    learned,
    truth: table.truth,
    objective: startValue(table, values.value),
    gradient: policyGradient(table, policy.probability, values, visits),
    outcome: batch.column('outcome', 'trajectory') as Float64Array,
    terminated: batch.column('terminated', 'trajectory') as Float64Array,
  };
}

function closedFormScene(resolved: ClosedFormExperiment, behaviour: Behaviour): ClosedFormScene {
  const { scenario, scenarioParams, worlds, spec } = resolved;
  const world = worlds.of(spec.training.seeds.first);
  const logits = behaviour.snapshot?.logits ?? world.start;
  const stream = learnerStream(spec.training, 0, behaviour.iteration);
  const play = world.play(logits, normalDraws(stream, spec.view.trajectories, world.draws));
  const batch = new ClosedFormBatch(scenario, world, play, spec.training.groupSize);
  const gradient = new Float64Array(logits.length);
  world.gradient(logits, gradient);
  return {
    table: null,
    world,
    scenario,
    scenarioParams,
    behaviour,
    logits,
    batch,
    exact: play.advantage,
    largestExact: largest(play.advantage, batch),
    value: play.value,
    learned: null,
    truth: scenario.truth,
    objective: world.metrics(logits)[scenario.truth],
    gradient,
    outcome: play.outcome,
    terminated: batch.column('terminated', 'trajectory') as Float64Array,
  };
}
