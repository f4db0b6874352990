/** The prefix tree of a group with the value that a tree estimator gave every prefix. */
import type { Batch } from '../contracts/columns';
import type { EstimatorPlugin } from '../contracts/estimator';

/** A node; the root comes first and children after their parents. */
export interface TreeNode {
  readonly parent: number;
  readonly depth: number;
  /** Row of the drawing: leaves take one each, a branching node lies between its children. */
  readonly row: number;
  /** The action that leads here; null at the root. */
  readonly action: number | null;
  /** Value of the prefix; null where the estimator gives none. */
  readonly value: number | null;
  /** Trajectories that pass, and whether one of them ends here. */
  readonly passing: number;
  readonly isEnd: boolean;
}

interface Growing {
  parent: number;
  depth: number;
  row: number;
  action: number | null;
  value: number | null;
  passing: number;
  isEnd: boolean;
  children: Map<number, number>;
}

/** The tree of the first group; null unless the estimator returns `prefixValues` per state or `nodeValues` per step. */
export function prefixPicture(plugin: EstimatorPlugin, batch: Batch, result: Readonly<Record<string, unknown>>): readonly TreeNode[] | null {
  const byState = plugin.outputs['prefixValues'] === 'state' ? (result['prefixValues'] as Float64Array | undefined) : undefined;
  const byStep = plugin.outputs['nodeValues'] === 'step' ? (result['nodeValues'] as Float64Array | undefined) : undefined;
  const action = batch.column('action', 'step-id');
  if ((!byState && !byStep) || typeof action === 'string') return null;
  const { nTraj, maxLen, length, group } = batch;
  const nodes: Growing[] = [grown(-1, 0, null)];
  for (let i = 0; i < nTraj && group.id[i] === group.id[0]; i++) {
    let at = 0;
    nodes[0].passing += 1;
    if (byState) nodes[0].value = byState[i * (maxLen + 1)];
    for (let t = 0; t < length[i]; t++) {
      const taken = (action as Int32Array)[i * maxLen + t];
      let next = nodes[at].children.get(taken);
      if (next === undefined) {
        next = nodes.length;
        nodes.push(grown(at, t + 1, taken));
        nodes[at].children.set(taken, next);
      }
      at = next;
      const node = nodes[at];
      node.passing += 1;
      const isLast = t === length[i] - 1;
      if (byStep) node.value = byStep[i * maxLen + t];
      // The end of a sequence is a leaf of its own; where others go on, the node keeps the value of the prefix.
      if (byState && (!isLast || node.value === null)) node.value = byState[i * (maxLen + 1) + t + 1];
      if (isLast) node.isEnd = true;
    }
  }
  place(nodes, 0, { next: 0 });
  return nodes.map(({ children: _, ...node }) => node);
}

function grown(parent: number, depth: number, action: number | null): Growing {
  return { parent, depth, row: 0, action, value: null, passing: 0, isEnd: false, children: new Map() };
}

function place(nodes: Growing[], at: number, rows: { next: number }): void {
  const node = nodes[at];
  const children = [...node.children.values()];
  for (const child of children) place(nodes, child, rows);
  node.row = children.length === 0 ? rows.next++ : (nodes[children[0]].row + nodes[children[children.length - 1]].row) / 2;
}
