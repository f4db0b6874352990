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

/** Children of a node that are searched one by one; further ones go to a hash table. */
const LISTED = 16;

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
  const label = state ? pairLabels({ nTraj, maxLen, length }, action, state) : action;
  // Node numbers plus one, so that 0 is "none" and new arrays need no filling.
  const firstChild = new Int32Array(capacity);
  const nextSibling = new Int32Array(capacity);
  const labelOf = new Int32Array(capacity);
  let overflow: ReturnType<typeof childTable> | null = null;
  let nodes = group.count;
  for (let i = 0; i < nTraj; i++) {
    let node = group.id[i];
    const row = i * (maxLen + 1);
    nodeOf[row] = node;
    visits[node] += 1;
    for (let t = 0; t < length[i]; t++) {
      const wanted = label[i * maxLen + t];
      let child = firstChild[node] - 1;
      let last = -1;
      let listed = 0;
      while (child >= 0 && labelOf[child] !== wanted) {
        last = child;
        child = nextSibling[child] - 1;
        listed += 1;
      }
      if (child < 0 && listed === LISTED) {
        overflow ??= childTable(steps);
        child = overflow(node, wanted, nodes);
      } else if (child < 0) {
        child = nodes;
        if (last < 0) firstChild[node] = child + 1;
        else nextSibling[last] = child + 1;
      }
      if (child === nodes) {
        parent[child] = node;
        labelOf[child] = wanted;
        nodes += 1;
      }
      node = child;
      visits[node] += 1;
      nodeOf[row + t + 1] = node;
    }
    ends[node] += 1;
  }
  return { nodes, nodeOf, parent: parent.subarray(0, nodes), visits: visits.subarray(0, nodes), ends: ends.subarray(0, nodes) };
}

/**
 * Children by (node, label): an open-addressed table in typed arrays, because a Map of 65,536 wide keys costs as
 * much as everything else together. Returns the child, or enters and returns `fresh`.
 */
function childTable(entries: number): (node: number, label: number, fresh: number) => number {
  let size = 16;
  while (size < 2 * entries) size *= 2;
  const nodes = new Int32Array(size).fill(-1);
  const labels = new Int32Array(size);
  const child = new Int32Array(size);
  return (node, label, fresh) => {
    let at = (Math.imul(node, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b)) >>> 0;
    for (at = (at ^ (at >>> 15)) & (size - 1); nodes[at] >= 0; at = (at + 1) & (size - 1)) {
      if (nodes[at] === node && labels[at] === label) return child[at];
    }
    nodes[at] = node;
    labels[at] = label;
    child[at] = fresh;
    return fresh;
  };
}

/** Numbers pairs of a step's action and the state it leads to, [nTraj × maxLen]. */
function pairLabels({ nTraj, maxLen, length }: Frame, action: Int32Array, state: Int32Array): Int32Array {
  const label = new Int32Array(nTraj * maxLen);
  const pairs = childTable(label.length);
  const low = state.reduce((a, b) => Math.min(a, b), 0);
  let count = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) {
      const k = i * maxLen + t;
      label[k] = pairs(state[i * (maxLen + 1) + t + 1] - low, action[k], count);
      if (label[k] === count) count++;
    }
  }
  return label;
}

/** Steps of a group that share an id. */
export interface Cells {
  /** [nTraj × maxLen] number of the cell, −1 in padding. */
  readonly of: Int32Array;
  readonly count: number;
}

/**
 * Numbers (group, id) pairs of steps from 0 by first appearance: which steps of a group share a state.
 * `stride` is the row width of `ids`: maxLen for step columns, maxLen + 1 for state columns.
 */
export function groupCells({ nTraj, maxLen, length }: Frame, group: GroupLayout, ids: Int32Array, stride = maxLen): Cells {
  const of = new Int32Array(nTraj * maxLen).fill(-1);
  let low = 0;
  let high = 0;
  for (let k = 0; k < ids.length; k++) {
    if (ids[k] < low) low = ids[k];
    if (ids[k] > high) high = ids[k];
  }
  const range = high - low + 1;
  // Cell numbers plus one by group and id, where that is not much larger than the batch.
  const direct = group.count * range <= 4 * of.length + 4096 ? new Int32Array(group.count * range) : null;
  const cells = direct ? null : childTable(of.length);
  let count = 0;
  for (let i = 0; i < nTraj; i++) {
    const offset = group.id[i] * range - low;
    for (let t = 0; t < length[i]; t++) {
      const id = ids[i * stride + t];
      let cell = direct ? direct[offset + id] - 1 : cells!(group.id[i], id, count);
      if (cell < 0) {
        cell = count;
        direct![offset + id] = cell + 1;
      }
      if (cell === count) count += 1;
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

/**
 * Numbers the steps of each group by what surrounds them: the states and actions of the last `history` steps and of
 * this one, and the state that follows. Windows cut at the start of a trajectory match only windows cut alike.
 */
export function edgeCells(frame: Frame, group: GroupLayout, state: Int32Array, action: Int32Array, history: number): Cells {
  const { nTraj, maxLen, length } = frame;
  const of = new Int32Array(nTraj * maxLen).fill(-1);
  const steps = length.reduce((a, b) => a + b, 0);
  const windows = childTable(2 * steps * (Math.min(history, maxLen) + 1));
  const edges = childTable(steps);
  let entered = group.count;
  let count = 0;
  const extend = (window: number, label: number) => {
    const longer = windows(window, label, entered);
    if (longer === entered) entered++;
    return longer;
  };
  for (let i = 0; i < nTraj; i++) {
    const row = i * (maxLen + 1);
    for (let t = 0; t < length[i]; t++) {
      let window = group.id[i];
      for (let k = Math.max(0, t - history); k <= t; k++) window = extend(extend(window, state[row + k]), action[i * maxLen + k]);
      const edge = edges(window, state[row + t + 1], count);
      if (edge === count) count++;
      of[i * maxLen + t] = edge;
    }
  }
  return { of, count };
}

/**
 * Value of every node as the mean of its children, [nodes]; a leaf is the mean x of the identical sequences that end there,
 * and sequences that end at an inner node are one more child of it.
 */
export function backedUpValues(tree: PrefixTree, { maxLen, length }: Frame, x: Float64Array): Float64Array {
  const value = new Float64Array(tree.nodes);
  const children = new Float64Array(tree.nodes);
  for (let i = 0; i < x.length; i++) {
    const end = tree.nodeOf[i * (maxLen + 1) + length[i]];
    value[end] += x[i] / tree.ends[end];
  }
  for (let node = tree.nodes - 1; node >= 0; node--) {
    value[node] /= Math.max(1, children[node] + (tree.ends[node] > 0 ? 1 : 0));
    const parent = tree.parent[node];
    if (parent < 0) continue;
    value[parent] += value[node];
    children[parent] += 1;
  }
  return value;
}

export interface SiblingMoments {
  /** [nodes] number of children of each node. */
  readonly children: Float64Array;
  /** [nodes] mean and standard deviation of the children's values; 0 where children ≤ ddof. */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Statistics of the values of each node's children, every distinct child counted once. */
export function siblingMoments(tree: PrefixTree, value: Float64Array, ddof: number): SiblingMoments {
  const children = new Float64Array(tree.nodes);
  const mean = new Float64Array(tree.nodes);
  const deviation = new Float64Array(tree.nodes);
  const first = new Float64Array(tree.nodes);
  for (let node = 0; node < tree.nodes; node++) {
    const parent = tree.parent[node];
    if (parent < 0) continue;
    // Counted from the first child, so that equal values have exactly that mean and deviation 0.
    if (children[parent] === 0) first[parent] = value[node];
    children[parent] += 1;
    mean[parent] += value[node] - first[parent];
  }
  for (let node = 0; node < tree.nodes; node++) if (children[node] > 0) mean[node] = first[node] + mean[node] / children[node];
  for (let node = 0; node < tree.nodes; node++) {
    const parent = tree.parent[node];
    if (parent >= 0) deviation[parent] += (value[node] - mean[parent]) * (value[node] - mean[parent]);
  }
  for (let node = 0; node < tree.nodes; node++) deviation[node] = children[node] > ddof ? Math.sqrt(deviation[node] / (children[node] - ddof)) : 0;
  return { children, mean, deviation };
}

/** Distinct children of a node. */
export function childrenOf(tree: PrefixTree, node: number): number[] {
  return Array.from(tree.parent.keys()).filter((child) => tree.parent[child] === node);
}
