import { ddof, epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { deviationLine, explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { trajectoryTotals } from '../math/group-statistics';
import { mergedPrefixes, stepsThrough } from '../math/merged-prefixes';
import { backedUpValues, childrenOf, prefixTree, siblingMoments } from '../math/prefix-tree';

/** sqrt(μ(1 − μ)), 0 where μ lies outside [0, 1]. */
const bernoulli = (mean: number) => Math.sqrt(Math.max(0, mean * (1 - mean)));

/**
 * TreeRPO: the group's attempts form a tree; every node is worth the mean of its children, and siblings are compared.
 *
 *     V(leaf) = mean R,  V(node) = mean of V over its children,   Â(c) = (V(c) − μ) / (σ + ε) over the siblings of c
 *
 * A node is an action prefix of the group. A sequence that ends at an inner node is one more child in its mean, but no sibling.
 * `bernoulli` divides by sqrt(μ(1 − μ)) + ε instead, for rewards in [0, 1]. An only child, and siblings without spread, get 0.
 * `nodeValues` = V after each step.
 */
export default defineEstimator({
  id: 'tree-rpo',
  title: 'TreeRPO',
  summary: 'Backs returns up a tree of attempts and compares each choice with its siblings.',
  formula: String.raw`\hat A(c) = \frac{V(c) - \mu}{\sigma + \varepsilon},\quad V(\mathrm{node}) = \operatorname{mean}_{c} V(c)`,
  family: 'tree',
  provenance: 'recalled',
  cite: [{ title: 'Yang et al., TreeRPO: Tree Relative Policy Optimization', source: 'arXiv:2506.05183' }],
  useWhen: 'Attempts are sampled as a tree, so that every choice has siblings to compare with.',
  breaksWhen: 'Trees are ragged: a mean of children weighs a rare branch as much as a common one.',
  params: {
    norm: {
      kind: 'choice',
      default: 'std',
      title: 'Divide by',
      options: [
        { value: 'std', title: 'Standard deviation' },
        { value: 'bernoulli', title: 'sqrt(μ(1 − μ))' },
      ],
      help: 'What the distance to the siblings’ mean is divided by.',
    },
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs: { reward: 'step', group: 'group', action: 'step-id' },
  outputs: { nodeValues: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Under action 1 the leaves are 4 and 0, so V = 2; action 2 has V = 0. Siblings 2, 0: σ + ε = 2: ±½. Leaves 4, 0: μ = 2, σ = sqrt(8), divisor 3.4142.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], actions: [1, 1] },
          { group: 0, rewards: [0, 0], actions: [1, 2] },
          { group: 0, rewards: [0], actions: [2] },
        ],
      },
      params: { epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5857864376], [0.5, -0.5857864376], [-0.5]],
    },
    {
      why: 'Bernoulli: V = ½ and 0 with μ = ¼: sqrt(3/16) = 0.4330, ε = 0.5670 makes 1. Leaves 1, 0: μ = ½, ½ + ε = 1.0670.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 1], actions: [1, 1] },
          { group: 0, rewards: [0, 0], actions: [1, 2] },
          { group: 0, rewards: [0], actions: [2] },
        ],
      },
      params: { norm: 'bernoulli', epsilon: 0.5669872981077807 },
      expect: [[0.25, 0.468609140], [0.25, -0.468609140], [-0.25]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, action } = columns;
    const tree = prefixTree(columns, group, action);
    const value = backedUpValues(tree, columns, trajectoryTotals(columns.reward, columns, buffer));
    const siblings = siblingMoments(tree, value, params.ddof);
    const advantage = buffer(nTraj * maxLen).fill(0);
    const nodeValues = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
        const parent = tree.parent[node];
        nodeValues[k] = value[node];
        if (siblings.children[parent] < 2 || siblings.deviation[parent] === 0) continue;
        const spread = params.norm === 'std' ? siblings.deviation[parent] : bernoulli(siblings.mean[parent]);
        advantage[k] = (value[node] - siblings.mean[parent]) / (spread + params.epsilon || 1);
      }
    }
    return { advantage, nodeValues };
  },
  explain(columns, params, { advantage }, i, t) {
    const { maxLen, group, action } = columns;
    const tree = prefixTree(columns, group, action);
    const value = backedUpValues(tree, columns, trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size)));
    const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
    const siblings = childrenOf(tree, tree.parent[node]);
    const values = siblings.map((each) => value[each]);
    const members = { title: 'Values of the siblings', values: stepsThrough(columns, tree, siblings, t, i).map((at, k) => ({ ...at, value: values[k] })) };
    const own = line('Value of this choice', 'V', 'mean over its children', fill`${value[node]}`, value[node], 'value');
    const flat = values.every((x) => x === values[0]);
    if (flat) return explanation([own, line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note: values.length === 1 ? 'An only child has no siblings to compare with.' : 'All siblings are worth the same.' });
    const mean = meanLine('Mean of the siblings', 'μ', 'mean(V)', values);
    const spread =
      params.norm === 'std'
        ? deviationLine('Spread of the siblings', 'σ', values, params.ddof)
        : line('Spread of a coin with that mean', 'σ', 'sqrt(max(0, μ × (1 − μ)))', fill`sqrt(max(0, ${mean.value} × (1 − ${mean.value})))`, bernoulli(mean.value));
    return explanation(
      [own, mean, spread, line('Advantage', 'Â', '(V − μ) / (σ + ε)', fill`(${value[node]} − ${mean.value}) / (${spread.value} + ${params.epsilon})`, advantage[i * maxLen + t], 'advantage')],
      { members: { ...members, baseline: mean.value } },
    );
  },
  merged(columns, _params, _result, i, t) {
    const tree = prefixTree(columns, columns.group, columns.action);
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const merged = mergedPrefixes(columns, tree, backedUpValues(tree, columns, total), i, t, { ends: total });
    return { title: 'Tree of this group', values: 'the mean over the node’s children', unit: 'attempt', ...merged };
  },
});
