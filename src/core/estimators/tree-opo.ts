import { weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import type { MergedNode } from '../contracts/merged-steps';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, membersOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', prefix: 'json' } as const;
const rule = { normByStd: false, ddof: 1, epsilon: 0, singleton: 'zero' } as const;
type Value = 'expectation' | 'optimistic' | 'pessimistic';

const key = (prefix: readonly unknown[]) => prefix.join(' ');
const listOf = (prefix: unknown) => (Array.isArray(prefix) ? (prefix as readonly unknown[]) : []);

/** The beginnings of all prefixes of a batch: one tree per group, whose root has the group's number. */
interface Beginnings {
  /** Node above, −1 at a root; the action that leads to the node. */
  readonly parent: number[];
  readonly action: unknown[];
  /** Members whose prefix passes the node, and the sum, greatest and least of their returns. */
  readonly count: number[];
  readonly sum: number[];
  readonly max: number[];
  readonly min: number[];
  /** [nTraj] node of the whole prefix. */
  readonly end: Int32Array;
}

/** Enters every prefix once, O(actions in prefixes): children are found in one map by node and number of the action. */
function beginnings({ group, prefix }: Columns<typeof needs>, total: Float64Array): Beginnings {
  const lists = prefix.map(listOf);
  const numbers = new Map<unknown, number>();
  for (const list of lists) for (const action of list) if (!numbers.has(action)) numbers.set(action, numbers.size);
  const found: Beginnings = { parent: [], action: [], count: [], sum: [], max: [], min: [], end: new Int32Array(lists.length) };
  const add = (parent: number, action: unknown) => {
    found.action.push(action);
    found.count.push(0);
    found.sum.push(0);
    found.max.push(-Infinity);
    found.min.push(Infinity);
    return found.parent.push(parent) - 1;
  };
  const pass = (node: number, R: number) => {
    found.count[node] += 1;
    found.sum[node] += R;
    if (R > found.max[node]) found.max[node] = R;
    if (R < found.min[node]) found.min[node] = R;
  };
  for (let g = 0; g < group.count; g++) add(-1, null);
  const child = new Map<number, number>();
  for (let g = 0; g < group.count; g++) {
    child.clear();
    for (let m = group.start[g]; m < group.start[g + 1]; m++) {
      const i = group.member[m];
      let node = g;
      pass(node, total[i]);
      for (const action of lists[i]) {
        const key = node * numbers.size + numbers.get(action)!;
        let next = child.get(key);
        if (next === undefined) child.set(key, (next = add(node, action)));
        pass((node = next), total[i]);
      }
      found.end[i] = node;
    }
  }
  return found;
}

const promiseOf = ({ sum, count, max, min }: Beginnings, node: number, value: Value) =>
  value === 'expectation' ? sum[node] / count[node] : value === 'optimistic' ? max[node] : min[node];

/** V_i over the members whose prefix starts with prefix_i, [nTraj]. */
function prefixValues(columns: Columns<typeof needs>, total: Float64Array, value: Value, buffer: Buffer): Float64Array {
  const all = beginnings(columns, total);
  const found = buffer(total.length);
  for (let i = 0; i < total.length; i++) found[i] = promiseOf(all, all.end[i], value);
  return found;
}

/**
 * Tree-OPO: attempts continue from different prefixes of a tree, and each is compared with what its prefix
 * promised.
 *
 *     a_i = R_i − α V(prefix_i),   Â_i = a_i − mean of a over the group
 *
 * V is the mean, the best or the worst return of all members whose prefix starts with prefix_i (itself included).
 * `prefix` is the list of actions each attempt was started from; [] is the root. No standard deviation. The paper's constrained
 * projection is not part of this. `prefixValues` = V.
 */
export default defineEstimator({
  id: 'tree-opo',
  title: 'Tree-OPO',
  summary: 'Compares each attempt with what the prefix it started from promised.',
  formula: String.raw`\hat A_i = a_i - \bar a,\quad a_i = R_i - \alpha\, V(\mathrm{prefix}_i)`,
  family: 'tree',
  provenance: 'read',
  cite: [{ title: 'Tree-OPO: Off-policy Monte Carlo Tree-Guided Advantage Optimization for Multistep Reasoning', source: 'arXiv:2509.09284' }],
  useWhen: 'Attempts start from given prefixes of unequal difficulty, from a teacher’s search tree for example.',
  breaksWhen: 'Each prefix has one attempt: V is then the attempt itself and its success is discounted by α.',
  params: {
    alpha: weight(0.5, 'How much of the prefix’s value is taken off.', { max: 1, symbol: 'α' }),
    value: {
      kind: 'choice',
      default: 'expectation',
      options: [
        { value: 'expectation', title: 'Mean' },
        { value: 'optimistic', title: 'Best' },
        { value: 'pessimistic', title: 'Worst' },
      ],
      help: 'What the prefix promises: the mean, the best or the worst return below it.',
    },
  },
  needs,
  outputs: { prefixValues: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-equivariant', 'shift-invariant', 'sums-to-zero'],
  examples: [
    {
      why: 'R = 3 from the root, 1 and 2 from [1]. V(root) = 2, V([1]) = 1.5; α = ½: a = 2, 0.25, 1.25 with mean 3.5/3.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { prefix: [] } },
          { group: 0, rewards: [1], extra: { prefix: [1] } },
          { group: 0, rewards: [2], extra: { prefix: [1] } },
        ],
      },
      params: { alpha: 0.5 },
      expect: [[0.8333333333, 0.8333333333], [-0.9166666667], [0.0833333333]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const values = prefixValues(columns, total, params.value, buffer);
    for (let i = 0; i < total.length; i++) total[i] -= params.alpha * values[i];
    return { advantage: broadcast(groupScores(total, columns.group, rule, buffer), columns, buffer), prefixValues: values };
  },
  explain(columns, params, { prefixValues: values }, i) {
    const { group, prefix } = columns;
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const own = listOf(prefix[i]);
    const below = Array.from(membersOf(group, i)).filter((j) => key(listOf(prefix[j]).slice(0, own.length)) === key(own));
    const returns = below.map((j) => total[j]);
    const label = 'Value of the prefix';
    const promise =
      params.value === 'expectation'
        ? meanLine(label, 'V', 'mean R below the prefix', returns)
        : line(label, 'V', params.value === 'optimistic' ? 'max R below the prefix' : 'min R below the prefix', params.value === 'optimistic' ? fill`max(${returns})` : fill`min(${returns})`, values![i]);
    const staged = total.map((R, j) => R - params.alpha * values![j]);
    const a = line('Return beyond the promise', 'a', 'R − α × V', fill`${total[i]} − ${params.alpha} × ${values![i]}`, staged[i]);
    return explanation([totalLine(columns.reward, columns, i), promise, a, ...scoreLines(staged[i], groupValues(staged, group, i), rule, { symbol: 'a' })], {
      members: groupMembers(staged, group, i, 'Returns beyond the promise'),
    });
  },
  merged(columns, params, _result, i) {
    const { group } = columns;
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const all = beginnings(columns, total);
    const root = group.id[i];
    const way = new Set<number>();
    for (let node = all.end[i]; node >= 0; node = all.parent[node]) way.add(node);
    const nodes: MergedNode[] = [];
    // Parents are entered before their children, and a child belongs to the group of its parent.
    const numberOf = new Map<number, number>();
    for (let node = root; node < all.parent.length; node++) {
      if (node !== root && !numberOf.has(all.parent[node])) continue;
      const isRoot = node === root;
      numberOf.set(node, nodes.length);
      nodes.push({ parent: isRoot ? -1 : numberOf.get(all.parent[node])!, name: isRoot ? 'start' : `a${String(all.action[node])}`, kind: isRoot ? 'root' : 'state', value: promiseOf(all, node, params.value), count: all.count[node], isOwn: way.has(node), at: null });
    }
    let selected = 0;
    for (const j of membersOf(group, i)) {
      if (j === i) selected = nodes.length;
      nodes.push({ parent: numberOf.get(all.end[j])!, name: `attempt ${j + 1}`, kind: 'visit', value: total[j], count: 1, isOwn: j === i, at: { trajectory: j, step: 0 } });
    }
    const word = params.value === 'expectation' ? 'mean' : params.value === 'optimistic' ? 'best' : 'worst';
    return { title: 'Prefixes that this group started from', values: `the ${word} return below the prefix, or the attempt’s own`, unit: 'attempt', nodes, selected };
  },
});
