/**
 * The picture of steps that an estimator treats as one: from the root at the left to the ends at the right. Runs without
 * a branch are one node; a large group is reduced to the own way, the siblings beside it and counts of what is folded.
 */
import type { MergedNode, MergedSteps, StepOf } from '../../core/contracts/merged-steps';

export const NODE = { width: 46, lastWidth: 88, height: 18, rowHeight: 33, top: 17, pad: 2, leastStep: 62, mostStep: 128 } as const;

/** One drawn node: a node of the tree, the last of a run without a branch, or a fold of several. */
export interface DrawnNode {
  /** Place in `nodes` of the drawing of the node above, −1 at the root. */
  readonly parent: number;
  /** Left edge and middle line. */
  readonly x: number;
  readonly y: number;
  readonly form: 'node' | 'run' | 'fold';
  /** The node of the tree; for a fold the one above it. */
  readonly node: number;
  /** Steps of a run; attempts in a fold; 1 otherwise. */
  readonly size: number;
  readonly value: number | null;
  /** Least and greatest value in a fold. */
  readonly between: readonly [number, number] | null;
  /** Attempts that share the node, or that were folded. */
  readonly count: number;
  /** Sign and size of the change from the node above, −1 … 1, for its colour. */
  readonly change: number;
  readonly isOwn: boolean;
  readonly isSelected: boolean;
  /** True where what follows is left out. */
  readonly hasMore: boolean;
  readonly at: StepOf | null;
}

export interface MergedDrawing {
  readonly nodes: readonly DrawnNode[];
  /** Lines to the node above, by drawn node; empty at the root. */
  readonly edges: readonly string[];
  readonly width: number;
  readonly height: number;
  /** Room for a name above a node. */
  readonly step: number;
  /** Nodes of the tree that stand in no drawn node. */
  readonly folded: number;
}

interface Item {
  node: number;
  form: 'node' | 'run' | 'fold';
  size: number;
  members: number[];
  hasMore: boolean;
  children: Item[];
}

export interface MergedOptions {
  readonly width: number;
  /** Rows from which on the picture is reduced. */
  readonly mostRows?: number;
  /** Siblings of one branch that are drawn in a reduced picture, the own one apart. */
  readonly mostSiblings?: number;
}

export function mergedDrawing({ nodes, selected }: Pick<MergedSteps, 'nodes' | 'selected'>, { width, mostRows = 9, mostSiblings = 4 }: MergedOptions): MergedDrawing {
  const columns = Math.max(3, Math.floor((width - NODE.lastWidth - 2 * NODE.pad) / NODE.leastStep) + 1);
  const children = childrenOf(nodes);
  const whole = itemAt(0, nodes, children, selected);
  const fits = leaves(whole) <= mostRows && depthOf(whole) <= columns;
  const root = fits ? whole : reduced(whole, nodes, selected, columns, mostRows, mostSiblings);
  return placed(root, nodes, selected, width);
}

function childrenOf(nodes: readonly MergedNode[]): number[][] {
  const children: number[][] = nodes.map(() => []);
  nodes.forEach(({ parent }, k) => {
    if (parent >= 0) children[parent]!.push(k);
  });
  return children;
}

/** The node with all below it; nodes that follow each other without a branch, the selected step apart, are one run. */
function itemAt(first: number, nodes: readonly MergedNode[], children: readonly number[][], selected: number): Item {
  const before = nodes[selected]?.parent ?? -1;
  let node = first;
  const members = [first];
  while (first > 0 && node !== selected && node !== before && children[node]!.length === 1 && nodes[children[node]![0]!]!.count === nodes[node]!.count) {
    node = children[node]![0]!;
    members.push(node);
  }
  // A tree is as deep as its longest trajectory, far less than the stack.
  const below = children[node]!.map((child) => itemAt(child, nodes, children, selected));
  return { node, form: members.length > 1 ? 'run' : 'node', size: members.length, members, hasMore: false, children: below };
}

function leaves({ children }: Item): number {
  return children.length === 0 ? 1 : children.reduce((sum, child) => sum + leaves(child), 0);
}

function depthOf({ children }: Item): number {
  return 1 + children.reduce((most, child) => Math.max(most, depthOf(child)), 0);
}

/** The own way with the siblings beside it, as many columns around the selected step as there is room for. */
function reduced(root: Item, nodes: readonly MergedNode[], selected: number, columns: number, mostRows: number, mostSiblings: number): Item {
  const way: Item[] = [root];
  for (let at = root; ; ) {
    const next = at.children.find((child) => nodes[child.node]!.isOwn);
    if (!next) break;
    way.push((at = next));
  }
  const here = Math.max(0, way.findIndex((item) => item.node === selected));
  const [from, to] = windowAround(here, way.length, columns);
  const kept = way.slice(from, to);
  const stubs = (item: Item) => item.children.filter((child) => !nodes[child.node]!.isOwn).map(stub);
  const most = (k: number) => (from + k + 1 === here ? mostSiblings : 1);
  let shown = kept.map((item, k) => folded(stubs(item), nodes, item.node, most(k)));
  // Where the branches off the own way are still too many, only those of the selected step stay.
  if (shown.reduce((sum, list) => sum + list.length, 1) > mostRows) shown = shown.map((list, k) => (from + k + 1 === here || from + k === here ? list : []));
  // What stands beside the last column would need one more.
  if (kept.length + (from > 0 ? 2 : 0) >= columns) shown[kept.length - 1] = [];
  let below: Item[] = [];
  for (let k = kept.length - 1; k >= 0; k--) {
    const own = kept[k]!;
    const hasMore = own.children.some((child) => (nodes[child.node]!.isOwn ? below.length === 0 : shown[k]!.length === 0));
    below = [{ ...own, children: ordered(below, shown[k]!, own, nodes), hasMore }];
  }
  const [first] = below;
  if (from === 0 || !first) return first ?? root;
  const skipped = way.slice(1, from).flatMap(({ members }) => members);
  const gap: Item = { node: skipped[skipped.length - 1]!, form: skipped.length > 1 ? 'run' : 'node', size: skipped.length, members: skipped, hasMore: false, children: [first] };
  return { ...root, children: [gap], hasMore: root.children.length > 1 };
}

/** First and last of the own way that is drawn: its beginning while that holds the selected step, else the root, what was skipped, and a window. */
function windowAround(here: number, length: number, columns: number): [number, number] {
  if (length <= columns || here < columns - 1) return [0, Math.min(length, columns)];
  const room = columns - 2;
  const from = Math.min(here - Math.floor(room / 2), length - room);
  return [from, from + room];
}

/** A branch off the own way, without what follows it. */
function stub(item: Item): Item {
  return { ...item, children: [], hasMore: item.children.length > 0 };
}

/** The branches that most attempts took, and one fold for the others. */
function folded(items: Item[], nodes: readonly MergedNode[], above: number, most: number): Item[] {
  if (items.length <= most + 1) return items;
  const byCount = [...items].sort((a, b) => nodes[b.node]!.count - nodes[a.node]!.count);
  const keep = new Set(most <= 1 ? [] : byCount.slice(0, most));
  const rest = items.filter((item) => !keep.has(item));
  return [...items.filter((item) => keep.has(item)), { node: above, form: 'fold', size: rest.length, members: rest.map(({ node }) => node), hasMore: false, children: [] }];
}

/** Children in the order in which the group took them; the own way keeps its place among them. */
function ordered(own: readonly Item[], others: readonly Item[], parent: Item, nodes: readonly MergedNode[]): Item[] {
  const place = new Map(parent.children.map((child, k) => [child.node, k]));
  const of = (item: Item) => (item.form === 'fold' ? parent.children.length : (place.get(item.node) ?? place.get(nodes[item.node]!.parent) ?? 0));
  return [...own, ...others].sort((a, b) => of(a) - of(b));
}

function placed(root: Item, nodes: readonly MergedNode[], selected: number, width: number): MergedDrawing {
  const depth = depthOf(root);
  const room = depth > 1 ? (width - NODE.lastWidth - 2 * NODE.pad) / (depth - 1) : NODE.mostStep;
  const step = Math.max(NODE.leastStep, Math.min(NODE.mostStep, room));
  const drawn: DrawnNode[] = [];
  const row: number[] = [];
  let rows = 0;
  let shown = 0;
  const walk = (item: Item, parent: number, level: number): number => {
    const place = drawn.length;
    const node = nodes[item.node]!;
    const values = item.members.map((k) => nodes[k]!.value).filter((x): x is number => x !== null);
    const isFold = item.form === 'fold';
    drawn.push({
      parent,
      x: NODE.pad + level * step,
      y: 0,
      form: item.form,
      node: item.node,
      size: item.size,
      value: isFold ? null : node.value,
      between: isFold && values.length > 0 ? [Math.min(...values), Math.max(...values)] : null,
      count: isFold ? item.members.reduce((sum, k) => sum + nodes[k]!.count, 0) : node.count,
      change: 0,
      isOwn: !isFold && node.isOwn,
      isSelected: !isFold && item.members.includes(selected),
      hasMore: item.hasMore,
      at: isFold ? (nodes[item.members[0]!]?.at ?? null) : node.at,
    });
    shown += item.members.length;
    row.push(0);
    const below = item.children.map((child) => walk(child, place, level + 1));
    row[place] = below.length === 0 ? rows++ : (row[below[0]!]! + row[below[below.length - 1]!]!) / 2;
    return place;
  };
  walk(root, -1, 0);
  const change = drawn.map(({ value, parent }) => (value === null || parent < 0 || drawn[parent]!.value === null ? 0 : value - drawn[parent]!.value!));
  const largest = change.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const result = drawn.map((node, k) => ({ ...node, y: NODE.top + row[k]! * NODE.rowHeight + NODE.height / 2, change: largest > 1e-12 ? change[k]! / largest : 0 }));
  return {
    nodes: result,
    edges: result.map((node) => (node.parent < 0 ? '' : edge(result[node.parent]!, node))),
    width: 2 * NODE.pad + (depth - 1) * step + NODE.lastWidth,
    height: NODE.top + (rows - 1) * NODE.rowHeight + NODE.height + 3,
    step,
    folded: nodes.length - shown,
  };
}

function edge(from: DrawnNode, to: DrawnNode): string {
  const [x0, x1] = [from.x + NODE.width, to.x];
  if (from.y === to.y) return `M${n(x0)} ${n(from.y)}H${n(x1)}`;
  const middle = (x0 + x1) / 2;
  return `M${n(x0)} ${n(from.y)}C${n(middle)} ${n(from.y)} ${n(middle)} ${n(to.y)} ${n(x1)} ${n(to.y)}`;
}

function n(x: number): string {
  return String(Math.round(x * 100) / 100);
}

/** The node that an arrow key leads to from node k; null where there is none. */
export function nextByKey({ nodes }: MergedDrawing, k: number, key: string): number | null {
  const here = nodes[k];
  if (!here) return null;
  if (key === 'ArrowLeft') return here.parent >= 0 ? here.parent : null;
  if (key === 'Home') return 0;
  if (key === 'End') return found(nodes.findIndex(({ isSelected }) => isSelected));
  const all = nodes.map((_, j) => j);
  if (key === 'ArrowRight') {
    const below = all.filter((j) => nodes[j]!.parent === k);
    return below.find((j) => nodes[j]!.isOwn) ?? below[0] ?? null;
  }
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return null;
  const side = key === 'ArrowUp' ? -1 : 1;
  const beside = all.filter((j) => nodes[j]!.x === here.x && (nodes[j]!.y - here.y) * side > 0);
  return beside.sort((a, b) => Math.abs(nodes[a]!.y - here.y) - Math.abs(nodes[b]!.y - here.y))[0] ?? null;
}

const found = (k: number) => (k < 0 ? null : k);
