/** Steps that an estimator treats as one, placed for the drawing of a reference page. */
import type { MergedNode, MergedSteps } from '../contracts/merged-steps';

/** A node with its place; the root comes first and children after their parents. */
export interface PlacedNode extends MergedNode {
  readonly depth: number;
  /** Row of the drawing: leaves take one each, a branching node lies between its children. */
  readonly row: number;
  readonly isLeaf: boolean;
}

export interface MergedPicture extends Omit<MergedSteps, 'nodes'> {
  readonly nodes: readonly PlacedNode[];
}

export function mergedPicture(merged: MergedSteps): MergedPicture {
  const { nodes } = merged;
  const children: number[][] = nodes.map(() => []);
  nodes.forEach(({ parent }, k) => {
    if (parent >= 0) children[parent].push(k);
  });
  const depth = nodes.map(() => 0);
  nodes.forEach(({ parent }, k) => (depth[k] = parent < 0 ? 0 : depth[parent] + 1));
  const row = nodes.map(() => 0);
  let rows = 0;
  const place = (k: number): void => {
    for (const child of children[k]) place(child);
    const below = children[k];
    row[k] = below.length === 0 ? rows++ : (row[below[0]] + row[below[below.length - 1]]) / 2;
  };
  if (nodes.length > 0) place(0);
  return { ...merged, nodes: nodes.map((node, k) => ({ ...node, depth: depth[k], row: row[k], isLeaf: children[k].length === 0 })) };
}
