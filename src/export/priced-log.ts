/** A priced log as it leaves the playground: what was read, the reward that was priced, and every advantage. */
import type { ImportedLog } from '../core/batch/log-import';
import { groupLabels, type RolloutTable } from './rollout-table';

export interface NamedAdvantage {
  readonly name: string;
  /** [nTraj × maxLen] */
  readonly advantage: Float64Array;
}

/**
 * Columns of a log by the names under which it is read again; those it lacks are left out. `priced` is the reward that the
 * estimators got where constructions were added to the logged one, `terms` what each of them paid before its weight.
 */
export function pricedLog(
  { batch, trajectories, completion, prompt }: Pick<ImportedLog, 'batch' | 'trajectories' | 'completion' | 'prompt'>,
  advantages: readonly NamedAdvantage[],
  priced: { readonly reward: Float64Array } | null = null,
  terms: readonly { readonly name: string; readonly reward: Float64Array }[] = [],
): RolloutTable {
  const { nTraj, maxLen, length } = batch;
  const steps: Record<string, ArrayLike<number>> = { reward: priced?.reward ?? (batch.column('reward', 'step') as Float64Array) };
  const states: Record<string, ArrayLike<number>> = {};
  for (const name of ['logProbs', 'oldLogProbs', 'refLogProbs']) addColumn(steps, name, batch.column(name, 'step'));
  addColumn(steps, 'action', batch.column('action', 'step-id'));
  addColumn(states, 'value', batch.column('value', 'state'));
  addColumn(states, 'state', batch.column('state', 'state-id'));
  terms.forEach(({ name, reward }, k) => (steps[`term.${k + 1} ${name}`] = reward));
  for (const { name, advantage } of advantages) steps[`advantage.${name}`] = advantage;
  const whole: Record<string, ArrayLike<unknown>> = {
    outcome: batch.column('outcome', 'trajectory') as Float64Array,
    terminated: Array.from(batch.column('terminated', 'trajectory') as Float64Array, (x) => x === 1),
  };
  if (prompt.some((text) => text !== null)) whole['prompt'] = prompt.map((text) => text ?? undefined);
  if (completion.some((text) => text !== null)) whole['completion'] = completion.map((text) => text ?? undefined);
  const bags = trajectories.map((trajectory) => trajectory['rewardDims'] as Readonly<Record<string, number>>);
  if (Object.keys(bags[0] ?? {}).length > 1) whole['rewardDims'] = bags;
  return { nTraj, maxLen, length, group: groupLabels(batch), trajectories: whole, steps, states };
}

function addColumn(into: Record<string, ArrayLike<number>>, name: string, column: unknown): void {
  if (typeof column !== 'string') into[name] = column as ArrayLike<number>;
}
