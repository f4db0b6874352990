/** The prefix tree of one group as a picture's nodes. */
import type { Frame, GroupLayout } from '../contracts/columns';
import type { MergedNode, StepOf } from '../contracts/merged-steps';
import type { PrefixTree } from './prefix-tree';
import { membersOf } from './group-statistics';

interface Seen {
  /** Number of the tree's node in the picture. */
  readonly nodes: MergedNode[];
  readonly selected: number;
}

/**
 * Nodes of the group of trajectory i, in order of first appearance, each with its value. `ends` (one number per trajectory)
 * adds a leaf of its own where sequences end that others continue, worth the mean over those that end there; `endIsValue`
 * says that such a leaf is what the last step leads to.
 */
export function mergedPrefixes(
  columns: Frame & { readonly group: GroupLayout; readonly action: Int32Array },
  tree: PrefixTree,
  value: Float64Array,
  i: number,
  t: number,
  { ends, endIsValue = false, rootValue = true }: { ends?: Float64Array; endIsValue?: boolean; rootValue?: boolean } = {},
): Seen {
  const { maxLen, length, group, action } = columns;
  const nodeAt = (j: number, step: number) => tree.nodeOf[j * (maxLen + 1) + step];
  const own = new Set(Array.from({ length: length[i] + 1 }, (_, step) => nodeAt(i, step)));
  const nodes: MergedNode[] = [];
  const numberOf = new Map<number, number>();
  const ending = new Map<number, { sum: number; at: StepOf; isOwn: boolean }>();
  for (const j of membersOf(group, i)) {
    for (let step = 0; step <= length[j]; step++) {
      const node = nodeAt(j, step);
      if (numberOf.has(node)) continue;
      const parent = step === 0 ? -1 : numberOf.get(nodeAt(j, step - 1))!;
      const at = step === 0 ? null : own.has(node) ? { trajectory: i, step: step - 1 } : { trajectory: j, step: step - 1 };
      numberOf.set(node, nodes.length);
      nodes.push({
        parent,
        name: step === 0 ? 'start' : `a${action[j * maxLen + step - 1]}`,
        kind: step === 0 ? 'root' : 'action',
        value: step > 0 || rootValue ? value[node] : null,
        count: tree.visits[node],
        isOwn: own.has(node),
        at,
      });
    }
    const last = nodeAt(j, length[j]);
    if (ends && length[j] > 0 && tree.visits[last] > tree.ends[last]) {
      const found = ending.get(last);
      const isOwn = j === i;
      if (!found) ending.set(last, { sum: ends[j], at: { trajectory: j, step: length[j] - 1 }, isOwn });
      else ending.set(last, { sum: found.sum + ends[j], at: isOwn ? { trajectory: i, step: length[i] - 1 } : found.at, isOwn: found.isOwn || isOwn });
    }
  }
  let selected = numberOf.get(nodeAt(i, t + 1))!;
  for (const [node, { sum, at, isOwn }] of ending) {
    if (endIsValue && t === length[i] - 1 && node === nodeAt(i, t + 1)) selected = nodes.length;
    nodes.push({ parent: numberOf.get(node)!, name: 'end', kind: 'end', value: sum / tree.ends[node], count: tree.ends[node], isOwn, at });
  }
  return { nodes, selected };
}

/** A step that stands for each of some nodes: trajectory i's own where it passes, else that of the first that does. */
export function stepsThrough({ maxLen, length, group }: Frame & { readonly group: GroupLayout }, tree: PrefixTree, nodes: readonly number[], step: number, i: number): StepOf[] {
  const members = Array.from(membersOf(group, i));
  return nodes.map((node) => {
    const passes = (j: number) => step < length[j] && tree.nodeOf[j * (maxLen + 1) + step + 1] === node;
    return { trajectory: passes(i) ? i : (members.find(passes) ?? i), step };
  });
}
