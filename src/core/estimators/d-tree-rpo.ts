import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { trajectoryTotals } from '../math/group-statistics';
import { mergedPrefixes, stepsThrough } from '../math/merged-prefixes';
import { backedUpValues, childrenOf, prefixTree, siblingMoments } from '../math/prefix-tree';

/**
 * d-TreeRPO: each choice in a tree of attempts against the mean of its siblings, without a standard deviation.
 *
 *     Â(c) = V(c) − mean of V over the other siblings          (released code)
 *     Â(c) = V(c) − V(parent)                                  (paper note; n/(n − 1) times smaller in a complete tree)
 *
 * V is backed up as the mean of children. An only child keeps V(c) under the code. `paperAdvantages` gives the second form.
 */
export default defineEstimator({
  id: 'd-tree-rpo',
  title: 'd-TreeRPO',
  summary: 'Compares each choice with the mean of its siblings, with no division.',
  formula: String.raw`\hat A(c) = V(c) - \frac{1}{n-1} \sum_{c' \ne c} V(c')`,
  family: 'tree',
  provenance: 'read',
  cite: [{ title: 'd-TreeRPO, released code', source: 'THU-BPM/d-TreeRPO@3eb6f215:dtreerpo/dtreerpo_trainer.py' }],
  useWhen: 'Complete trees are sampled, as in diffusion language models, and rewards are already on one scale.',
  breaksWhen: 'Nodes have a single child: the released rule then credits the raw value.',
  params: {
    form: {
      kind: 'choice',
      default: 'code',
      options: [
        { value: 'code', title: 'Against the siblings' },
        { value: 'paper', title: 'Against the parent' },
      ],
      help: 'What a choice is compared with: the other children (released code) or the node it was made in (paper).',
    },
    branching: { kind: 'integer', default: 2, min: 1, max: 64, advanced: true, informative: true, help: 'Children per node of the tree that was sampled.' },
    depth: { kind: 'integer', default: 2, min: 1, max: 64, advanced: true, informative: true, help: 'Steps of the tree that was sampled.' },
  },
  needs: { reward: 'step', group: 'group', action: 'step-id' },
  outputs: { paperAdvantages: 'step' },
  flavours: {
    code: { title: 'Released code', params: { form: 'code' }, help: 'Against the mean of the other siblings; an only child keeps its value.' },
    paper: { title: 'Paper note', params: { form: 'paper' }, help: 'Against the parent: n/(n − 1) times smaller in a complete tree.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-equivariant', 'linear'],
  examples: [
    {
      why: 'Leaves 4, 2 under action 1 and 1 under action 2: V = 3 and 1, root 2. Against siblings: ±2 and ±2.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], actions: [1, 1] },
          { group: 0, rewards: [0, 2], actions: [1, 2] },
          { group: 0, rewards: [1], actions: [2] },
        ],
      },
      params: {},
      expect: [[2, 2], [2, -2], [-2]],
    },
    {
      why: 'Against the parent the same choices are worth half.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], actions: [1, 1] },
          { group: 0, rewards: [0, 2], actions: [1, 2] },
          { group: 0, rewards: [1], actions: [2] },
        ],
      },
      params: { form: 'paper' },
      expect: [[1, 1], [1, -1], [-1]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, { form }, { buffer }) {
    const { nTraj, maxLen, length, group, action } = columns;
    const tree = prefixTree(columns, group, action);
    const value = backedUpValues(tree, columns, trajectoryTotals(columns.reward, columns, buffer));
    const { children, mean } = siblingMoments(tree, value, 0);
    const fromSiblings = buffer(nTraj * maxLen).fill(0);
    const paperAdvantages = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
        const parent = tree.parent[node];
        const n = children[parent];
        fromSiblings[k] = n > 1 ? (n * (value[node] - mean[parent])) / (n - 1) : value[node];
        paperAdvantages[k] = value[node] - value[parent];
      }
    }
    return { advantage: form === 'code' ? fromSiblings : paperAdvantages, paperAdvantages };
  },
  explain(columns, { form }, { advantage }, i, t) {
    const { maxLen, group, action } = columns;
    const tree = prefixTree(columns, group, action);
    const value = backedUpValues(tree, columns, trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size)));
    const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
    const parent = tree.parent[node];
    const others = childrenOf(tree, parent).filter((each) => each !== node);
    const shown = advantage[i * maxLen + t];
    const own = line('Value of this choice', 'V', 'mean over its children', fill`${value[node]}`, value[node], 'value');
    const members = { title: 'Values of the siblings', values: stepsThrough(columns, tree, [node, ...others], t, i).map((at, k) => ({ ...at, value: value[k === 0 ? node : others[k - 1]] })) };
    if (form === 'paper') return explanation([own, line('Advantage', 'Â', 'V − V(parent)', fill`${value[node]} − ${value[parent]}`, shown, 'advantage')], { members });
    if (others.length === 0) return explanation([own, line('Advantage', 'Â', 'V', fill`${value[node]}`, shown, 'advantage')], { members, note: 'An only child keeps its value.' });
    const mean = meanLine('Mean of the other siblings', 'b', "mean V(c'), c' ≠ c", others.map((each) => value[each]));
    return explanation([own, mean, line('Advantage', 'Â', 'V − b', fill`${value[node]} − ${mean.value}`, shown, 'advantage')], { members: { ...members, baseline: mean.value } });
  },
  merged(columns, _params, _result, i, t) {
    const tree = prefixTree(columns, columns.group, columns.action);
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const merged = mergedPrefixes(columns, tree, backedUpValues(tree, columns, total), i, t, { ends: total });
    return { title: 'Tree of this group', values: 'the mean over the node’s children', unit: 'attempt', ...merged };
  },
});
