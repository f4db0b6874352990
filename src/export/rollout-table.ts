/** Rollouts as they leave the playground: what is known of each trajectory, and of each step. */
import type { Batch, Frame } from '../core/contracts/columns';

export interface RolloutTable extends Frame {
  /** [nTraj] label of each trajectory's group. */
  readonly group: readonly (number | string)[];
  /** One entry per trajectory, by field; undefined entries are left out. */
  readonly trajectories: Readonly<Record<string, ArrayLike<unknown>>>;
  /** [nTraj × maxLen] by field. */
  readonly steps: Readonly<Record<string, ArrayLike<number>>>;
  /** One entry per visited state, [nTraj × (maxLen + 1)], by field. */
  readonly states: Readonly<Record<string, ArrayLike<number>>>;
}

/** The label of every trajectory's group. */
export function groupLabels({ group, nTraj }: Pick<Batch, 'group' | 'nTraj'>): (number | string)[] {
  return Array.from({ length: nTraj }, (_, i) => group.label[group.id[i]]);
}
