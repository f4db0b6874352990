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

/** V_i over the members whose prefix starts with prefix_i, [nTraj]; each prefix enters all of its beginnings once. */
function prefixValues({ group, prefix }: Columns<typeof needs>, total: Float64Array, value: Value, buffer: Buffer): Float64Array {
  const found = buffer(total.length);
  for (let g = 0; g < group.count; g++) {
    const members = group.member.subarray(group.start[g], group.start[g + 1]);
    const below = new Map<string, { sum: number; n: number; max: number; min: number }>();
    for (const j of members) {
      const own = listOf(prefix[j]);
      for (let length = 0; length <= own.length; length++) {
        const at = key(own.slice(0, length));
        const node = below.get(at) ?? { sum: 0, n: 0, max: -Infinity, min: Infinity };
        node.sum += total[j];
        node.n += 1;
        node.max = Math.max(node.max, total[j]);
        node.min = Math.min(node.min, total[j]);
        below.set(at, node);
      }
    }
    for (const j of members) {
      const { sum, n, max, min } = below.get(key(listOf(prefix[j])))!;
      found[j] = value === 'expectation' ? sum / n : value === 'optimistic' ? max : min;
    }
  }
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
  merged(columns, params, { prefixValues: values }, i) {
    const { group, prefix, reward } = columns;
    const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
    const own = key(listOf(prefix[i]));
    const nodes: MergedNode[] = [];
    const numberOf = new Map<string, number>();
    const members = Array.from(membersOf(group, i));
    // Shorter prefixes first, so that parents stand before their children; each is valued by an attempt that starts from it.
    const starts = [...new Set(members.map((j) => key(listOf(prefix[j]))))];
    const beginnings = new Set(members.flatMap((j) => listOf(prefix[j]).map((_, length, list) => key(list.slice(0, length)))));
    const all = [...new Set([...beginnings, ...starts, ''])].map((at) => (at === '' ? [] : at.split(' '))).sort((a, b) => a.length - b.length);
    for (const list of all) {
      const at = key(list);
      const from = members.find((j) => key(listOf(prefix[j])) === at);
      const below = members.filter((j) => key(listOf(prefix[j]).slice(0, list.length)) === at);
      const parent = list.length === 0 ? -1 : numberOf.get(key(list.slice(0, -1)))!;
      numberOf.set(at, nodes.length);
      const isOwn = own === at || own.startsWith(list.length === 0 ? '' : `${at} `);
      nodes.push({ parent, name: list.length === 0 ? 'root' : `a${list[list.length - 1]}`, kind: list.length === 0 ? 'root' : 'state', value: from === undefined ? null : values![from], count: below.length, isOwn, at: null });
    }
    let selected = 0;
    for (const j of members) {
      if (j === i) selected = nodes.length;
      nodes.push({ parent: numberOf.get(key(listOf(prefix[j])))!, name: `attempt ${j + 1}`, kind: 'visit', value: total[j], count: 1, isOwn: j === i, at: { trajectory: j, step: 0 } });
    }
    const word = params.value === 'expectation' ? 'mean' : params.value === 'optimistic' ? 'best' : 'worst';
    return { title: 'Prefixes that this group started from', values: `the ${word} return below the prefix, or the attempt’s own`, unit: 'attempt', nodes, selected };
  },
});
