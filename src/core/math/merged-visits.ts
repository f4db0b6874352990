/** Steps of a group that fall into one cell, as a picture's nodes: the own way from cell to cell, and who else passes the chosen one. */
import type { Frame, GroupLayout } from '../contracts/columns';
import type { MergedNode } from '../contracts/merged-steps';
import { membersOf } from './group-statistics';
import type { Cells } from './prefix-tree';

/**
 * The way of trajectory i: a node per step, worth the mean of `x` ([nTraj × maxLen]) over all visits of its cell; below the
 * one of step t stand the visits themselves, each worth its own x. `nameOf` names a step's cell.
 */
export function mergedVisits(
  { maxLen, length, group }: Frame & { readonly group: GroupLayout },
  { of }: Cells,
  x: (trajectory: number, step: number) => number,
  i: number,
  t: number,
  kind: 'state' | 'action',
  nameOf: (step: number) => string,
): { nodes: MergedNode[]; selected: number } {
  const visits = new Map<number, { trajectory: number; step: number }[]>();
  for (let step = 0; step < length[i]; step++) visits.set(of[i * maxLen + step], []);
  for (const trajectory of membersOf(group, i)) {
    for (let step = 0; step < length[trajectory]; step++) visits.get(of[trajectory * maxLen + step])?.push({ trajectory, step });
  }
  const nodes: MergedNode[] = [{ parent: -1, name: 'start', kind: 'root', value: null, count: 1, isOwn: true, at: null }];
  let parent = 0;
  let selected = 0;
  for (let step = 0; step < length[i]; step++) {
    const here = visits.get(of[i * maxLen + step])!;
    const mean = here.reduce((sum, at) => sum + x(at.trajectory, at.step), 0) / here.length;
    const node = nodes.length;
    nodes.push({ parent, name: nameOf(step), kind, value: mean, count: here.length, isOwn: true, at: { trajectory: i, step } });
    parent = node;
    if (step !== t) continue;
    for (const at of here) {
      const isOwn = at.trajectory === i && at.step === t;
      if (isOwn) parent = selected = nodes.length;
      nodes.push({ parent: node, name: isOwn ? 'this step' : `attempt ${at.trajectory + 1}, step ${at.step}`, kind: 'visit', value: x(at.trajectory, at.step), count: 1, isOwn, at });
    }
  }
  return { nodes, selected };
}
