/** The selected trajectory and step, with the columns that panels slice out of the batch. */
import type { PricedScheme } from './priced-scheme';
import type { Scene } from './scene';
import type { StepRef } from './selection.svelte';

export interface SelectedTrajectory {
  readonly trajectory: number;
  readonly step: number;
  readonly length: number;
  /** [length + 1]; empty in closed form, where the scene's world knows the points. */
  readonly state: Int32Array;
  /** [length]; empty in closed form. */
  readonly action: Int32Array;
  readonly outcome: number;
  readonly terminated: boolean;
}

/** Null where the batch has no such trajectory: a new batch arrives a moment before the selection follows it. */
export function selectedTrajectory(scene: Scene, at: StepRef): SelectedTrajectory | null {
  const { batch } = scene;
  const { maxLen } = batch;
  if (!(batch.length[at.trajectory] > 0)) return null;
  const length = batch.length[at.trajectory];
  const [states, actions] = scene.table
    ? [batch.column('state', 'state-id') as Int32Array, batch.column('action', 'step-id') as Int32Array]
    : [new Int32Array(0), new Int32Array(0)];
  const start = at.trajectory * (maxLen + 1);
  return {
    trajectory: at.trajectory,
    step: Math.min(at.step, length - 1),
    length,
    state: states.slice(start, start + length + 1),
    action: actions.slice(at.trajectory * maxLen, at.trajectory * maxLen + length),
    outcome: scene.outcome[at.trajectory],
    terminated: scene.terminated[at.trajectory] === 1,
  };
}

/** One trajectory's row of a [nTraj × maxLen] column. */
export function rowOf(column: Float64Array, scene: Scene, trajectory: number): Float64Array {
  const start = trajectory * scene.batch.maxLen;
  return column.subarray(start, start + scene.batch.length[trajectory]);
}

/** Discounted return to go of one trajectory under a scheme, [length]. */
export function returnRow(scheme: PricedScheme, scene: Scene, trajectory: number): Float64Array {
  const { gamma } = scheme.compiled.spec;
  const reward = rowOf(scheme.priced.reward, scene, trajectory);
  const returns = new Float64Array(reward.length);
  let total = 0;
  for (let t = reward.length - 1; t >= 0; t--) returns[t] = total = reward[t] + gamma * total;
  return returns;
}

/** What the true objective paid for a step. */
function paidAt(scene: Scene, trajectory: number, step: number): number {
  if (scene.table === null) return step === scene.batch.maxLen - 1 ? scene.outcome[trajectory] : 0;
  return scene.table.metrics[scene.truth][scene.batch.row[trajectory * scene.batch.maxLen + step]];
}

/** The chance of the true objective before and after a step: exact V at the state it left and the one it led to. */
export function objectiveAround(scene: Scene, trajectory: number, step: number): { before: number; after: number; paid: number } {
  const start = trajectory * (scene.batch.maxLen + 1) + step;
  return { before: scene.value[start], after: scene.value[start + 1], paid: paidAt(scene, trajectory, step) };
}

