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
 * Children by (node, label): an open-addressed table in one typed array, because a Map of 65,536 wide keys costs as much
 * as everything else together, and entries whose parts lie apart miss the cache once for each. Returns the child, or
 * enters and returns `fresh`.
 */
function childTable(entries: number): (node: number, label: number, fresh: number) => number {
  let size = 16;
  while (size < 2 * entries) size *= 2;
  // Four numbers an entry: the child plus one, so that 0 is "none"; the node; the label; nothing.
  const table = new Int32Array(4 * size);
  const last = 4 * (size - 1);
  return (node, label, fresh) => {
    let at = Math.imul(node, 0x9e3779b1) ^ Math.imul(label, 0x85ebca6b);
    for (at = ((at ^ (at >>> 15)) << 2) & last; table[at] !== 0; at = (at + 4) & last) {
      if (table[at + 1] === node && table[at + 2] === label) return table[at] - 1;
    }
    table[at] = fresh + 1;
    table[at + 1] = node;
    table[at + 2] = label;
    return fresh;
  };
}

/** Steps that share something. */
export interface Cells {
  /** [nTraj × maxLen] number of the cell, −1 in padding. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Numbers pairs of step columns from 0 by first appearance; `first` holds no negative numbers. */
function pairCells({ nTraj, maxLen, length }: Frame, first: Int32Array, second: Int32Array): Cells {
  const of = new Int32Array(nTraj * maxLen).fill(-1);
  let top = 0;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      if (first[k] > top) top = first[k];
      if (second[k] < low) low = second[k];
      if (second[k] > high) high = second[k];
    }
  }
  if (high < low) return { of, count: 0 };
  const range = high - low + 1;
  // Cell numbers plus one by both numbers, where that is not much larger than the batch.
  const direct = (top + 1) * range <= 4 * of.length + 4096 ? new Int32Array((top + 1) * range) : null;
  const table = direct ? null : childTable(of.length);
  let count = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const at = first[k] * range + second[k] - low;
      let cell = direct ? direct[at] - 1 : table!(first[k], second[k], count);
      if (cell < 0) {
        cell = count;
        direct![at] = cell + 1;
      }
      if (cell === count) count += 1;
      of[k] = cell;
    }
  }
  return { of, count };
}

/** One number per step out of a column of another row width, `offset` entries later. */
function stepsOfColumn({ nTraj, maxLen, length }: Frame, column: Int32Array, stride: number, offset = 0): Int32Array {
  const steps = new Int32Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) for (let t = 0; t < length[i]; t++) steps[i * maxLen + t] = column[i * stride + t + offset];
  return steps;
}

/** Numbers pairs of a step's action and the state it leads to, [nTraj × maxLen]. */
function pairLabels(frame: Frame, action: Int32Array, state: Int32Array): Int32Array {
  const low = state.reduce((a, b) => Math.min(a, b), 0);
  const following = stepsOfColumn(frame, state, frame.maxLen + 1, 1);
  for (let k = 0; k < following.length; k++) following[k] -= low;
  return pairCells(frame, following, action).of;
}

/**
 * Numbers (group, id) pairs of steps from 0 by first appearance: which steps of a group share a state.
 * `stride` is the row width of `ids`: maxLen for step columns, maxLen + 1 for state columns.
 */
export function groupCells(frame: Frame, group: GroupLayout, ids: Int32Array, stride = frame.maxLen): Cells {
  const groups = new Int32Array(frame.nTraj * frame.maxLen);
  for (let i = 0; i < frame.nTraj; i++) groups.fill(group.id[i], i * frame.maxLen, i * frame.maxLen + frame.length[i]);
  return pairCells(frame, groups, stepsOfColumn(frame, ids, stride));
}

/**
 * Numbers the steps of each group by what surrounds them: the states and actions of the last `history` steps and of
 * this one, and the state that follows. Windows cut at the start of a trajectory match only windows cut alike.
 */
export function edgeCells(frame: Frame, group: GroupLayout, state: Int32Array, action: Int32Array, history: number): Cells {
  const { nTraj, maxLen, length } = frame;
  const own = pairCells(frame, groupCells(frame, group, state, maxLen + 1).of, action);
  let window = own;
  for (let h = 0; h < Math.min(history, maxLen); h++) {
    // The window one step earlier, counted from 1; 0 where the trajectory starts.
    const before = new Int32Array(nTraj * maxLen);
    for (let i = 0; i < nTraj; i++) for (let k = i * maxLen + 1, end = k - 1 + length[i]; k < end; k++) before[k] = window.of[k - 1] + 1;
    window = pairCells(frame, before, own.of);
  }
  return pairCells(frame, window.of, stepsOfColumn(frame, state, maxLen + 1, 1));
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
