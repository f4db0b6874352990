import type { Frame, GroupLayout } from '../contracts/columns';
import type { Buffer } from './group-statistics';

/** Trajectories of each group merged where they begin alike. Built in one pass, O(steps). */
export interface PrefixTree {
  /** Number of nodes; roots come before their descendants, parents before children. */
  readonly nodes: number;
  /** [nTraj × (maxLen + 1)] node of the prefix of t steps, t = 0 … length; the root at t = 0. */
  readonly nodeOf: Int32Array;
  /** [nodes] parent, −1 at a root (one per group). */
  readonly parent: Int32Array;
  /** [nodes] trajectories that pass through the node or end in it. */
  readonly visits: Int32Array;
  /** [nodes] trajectories that end in the node. */
  readonly ends: Int32Array;
}

/**
 * Merges equal prefixes of a group. A step is told apart by its action and, when `state` is given, by
 * the state it leads to.
 */
export function prefixTree({ nTraj, maxLen, length }: Frame, group: GroupLayout, action: Int32Array, state?: Int32Array): PrefixTree {
  let steps = 0;
  for (let i = 0; i < nTraj; i++) steps += length[i];
  const capacity = group.count + steps;
  const parent = new Int32Array(capacity).fill(-1, 0, group.count);
  const visits = new Int32Array(capacity);
  const ends = new Int32Array(capacity);
  const nodeOf = new Int32Array(nTraj * (maxLen + 1));
  const labels = state ? pairLabels({ nTraj, maxLen, length }, action, state) : denseLabels({ nTraj, maxLen, length }, action);
  const children = new Map<number, number>();
  let nodes = group.count;
  for (let i = 0; i < nTraj; i++) {
    let node = group.id[i];
    const row = i * (maxLen + 1);
    nodeOf[row] = node;
    visits[node] += 1;
    for (let t = 0; t < length[i]; t++) {
      const key = node * labels.count + labels.of[i * maxLen + t];
      let child = children.get(key);
      if (child === undefined) {
        child = nodes++;
        children.set(key, child);
        parent[child] = node;
      }
      node = child;
      visits[node] += 1;
      nodeOf[row + t + 1] = node;
    }
    ends[node] += 1;
  }
  return { nodes, nodeOf, parent: parent.subarray(0, nodes), visits: visits.subarray(0, nodes), ends: ends.subarray(0, nodes) };
}

export interface Labels {
  /** [nTraj × maxLen] number of the label, from 0. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Numbers whole numbers by first appearance. */
export function denseLabels({ nTraj, maxLen, length }: Frame, ids: Int32Array): Labels {
  const of = new Int32Array(nTraj * maxLen);
  const number = new Map<number, number>();
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      let label = number.get(ids[k]);
      if (label === undefined) number.set(ids[k], (label = number.size));
      of[k] = label;
    }
  }
  return { of, count: Math.max(1, number.size) };
}

/** Numbers pairs of a step's action and the state it leads to. */
function pairLabels(frame: Frame, action: Int32Array, state: Int32Array): Labels {
  const { nTraj, maxLen, length } = frame;
  const actions = denseLabels(frame, action);
  const following = new Int32Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) following[i * maxLen + t] = state[i * (maxLen + 1) + t + 1];
  }
  const states = denseLabels(frame, following);
  for (let k = 0; k < following.length; k++) following[k] = states.of[k] * actions.count + actions.of[k];
  return { of: following, count: states.count * actions.count };
}

/**
 * Numbers (group, id) pairs of steps from 0 by first appearance: which steps of a group share a state.
 * `of` is −1 in padding.
 */
export function groupCells({ nTraj, maxLen, length }: Frame, group: GroupLayout, ids: Int32Array, stride = maxLen): Labels {
  const of = new Int32Array(nTraj * maxLen).fill(-1);
  let low = 0;
  let high = 0;
  for (let k = 0; k < ids.length; k++) {
    if (ids[k] < low) low = ids[k];
    if (ids[k] > high) high = ids[k];
  }
  const range = high - low + 1;
  const number = new Map<number, number>();
  const table = group.count * range <= 1 << 20 ? new Int32Array(group.count * range).fill(-1) : null;
  let count = 0;
  for (let i = 0; i < nTraj; i++) {
    const offset = group.id[i] * range - low;
    for (let t = 0; t < length[i]; t++) {
      const key = offset + ids[i * stride + t];
      let cell = table ? table[key] : (number.get(key) ?? -1);
      if (cell < 0) {
        cell = count++;
        if (table) table[key] = cell;
        else number.set(key, cell);
      }
      of[i * maxLen + t] = cell;
    }
  }
  return { of, count };
}

/** Mean over the trajectories that pass through each node of one number per trajectory, [nodes]. */
export function nodeMeans(tree: PrefixTree, { nTraj, maxLen, length }: Frame, x: Float64Array): Float64Array {
  const mean = new Float64Array(tree.nodes);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * (maxLen + 1), end = k + length[i]; k <= end; k++) mean[tree.nodeOf[k]] += x[i];
  }
  for (let node = 0; node < tree.nodes; node++) if (tree.visits[node] > 0) mean[node] /= tree.visits[node];
  return mean;
}

/** Trajectories of a group whose prefix of `step` steps is this node, in batch order. */
export function passingThrough(tree: PrefixTree, { maxLen, length }: Frame, members: Iterable<number>, node: number, step: number): number[] {
  return Array.from(members).filter((j) => step <= length[j] && tree.nodeOf[j * (maxLen + 1) + step] === node);
}

/**
 * V of every prefix of every trajectory, [nTraj × (maxLen + 1)]: the mean of x over the members that share it.
 * The whole sequence is a leaf of its own, so its V averages only the members that end there.
 */
export function prefixValueColumn(tree: PrefixTree, frame: Frame, x: Float64Array, buffer: Buffer): Float64Array {
  const { nTraj, maxLen, length } = frame;
  const mean = nodeMeans(tree, frame, x);
  const leaf = new Float64Array(tree.nodes);
  const column = buffer(nTraj * (maxLen + 1)).fill(0);
  for (let i = 0; i < nTraj; i++) leaf[tree.nodeOf[i * (maxLen + 1) + length[i]]] += x[i];
  for (let i = 0; i < nTraj; i++) {
    const row = i * (maxLen + 1);
    for (let t = 0; t < length[i]; t++) column[row + t] = mean[tree.nodeOf[row + t]];
    const end = tree.nodeOf[row + length[i]];
    column[row + length[i]] = leaf[end] / tree.ends[end];
  }
  return column;
}
