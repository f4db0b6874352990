import { ddof, epsilon, normByStd, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { deviationLine, explanation, fill, line, meanLine, memberValues } from '../contracts/explanation-lines';
import { groupValues, totalLine } from '../math/group-explanation';
import { groupMoments, membersOf, trajectoryTotals } from '../math/group-statistics';
import { mergedPrefixes } from '../math/merged-prefixes';
import { nodeMeans, passingThrough, prefixTree, prefixValueColumn, type PrefixTree } from '../math/prefix-tree';

const needs = { reward: 'step', group: 'group', action: 'step-id', state: 'state-id?' } as const;

function treeOf(columns: Columns<typeof needs>, prefix: 'actions' | 'histories'): PrefixTree {
  if (prefix === 'actions') return prefixTree(columns, columns.group, columns.action);
  if (!columns.state) throw new Error('These trajectories have no states, so TEMPO cannot compare histories. Set prefix to "actions" or give states.');
  return prefixTree(columns, columns.group, columns.action, columns.state);
}

/**
 * TEMPO: the attempts of a prompt form a prefix tree, and at every branch the step is also credited with
 * how much its branch raised the mean return.
 *
 *     V(prefix) = mean of R over the group's trajectories that share the prefix
 *     Â_{i,t} = (R_i − μ_g + V(s_{t+1}) − V(s_t)) / (σ_g + ε)
 *
 * Off branches V does not change and this is GRPO. The end of a sequence is a leaf of its own: the last
 * V is the mean over identical whole sequences. `outcomeWeight` 0 keeps the tree's TD error alone.
 * With `histories`, prefixes also differ by the states they visited. σ = 0 gives 0.
 */
export default defineEstimator({
  id: 'tempo',
  title: 'TEMPO',
  summary: 'GRPO plus credit at the branches of the tree that a group’s attempts form.',
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g + V(s_{t+1}) - V(s_t)}{\sigma_g + \varepsilon}`,
  family: 'tree',
  provenance: 'recalled',
  cite: [{ title: 'Exploiting Tree Structure for Credit Assignment in RL Training of LLMs (P2T, TEMPO)', source: 'arXiv:2509.18314' }],
  useWhen: 'Attempts share beginnings, as short programs and tool calls do, and you want to know which choice mattered.',
  breaksWhen: 'Prefixes are never shared: the tree has no branches below the root and TEMPO is GRPO.',
  params: {
    epsilon: epsilon(1e-6),
    ddof: ddof(1),
    normByStd: normByStd(true),
    outcomeWeight: weight(1, 'Weight of the return against the group mean; 0 leaves the tree alone.', { max: 1, title: 'Outcome' }),
    prefix: {
      kind: 'choice',
      default: 'actions',
      options: [
        { value: 'actions', title: 'Actions' },
        { value: 'histories', title: 'Actions and states' },
      ],
      help: 'When two beginnings count as the same: equal actions, or equal actions that led through equal states.',
    },
  },
  needs,
  outputs: { prefixValues: 'state' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant', 'shift-invariant'],
  examples: [
    {
      why: 'R = 4, 0, 2: μ = 2, σ = 2, ε = ½. The first two share action 1 (V = 2) and split: V = 4 and 0. So (2 + 0)/2.5, (2 + 2)/2.5, and so on; the third branches at the root with V = 2 = μ.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], actions: [1, 1] },
          { group: 0, rewards: [0, 0], actions: [1, 2] },
          { group: 0, rewards: [2], actions: [2] },
        ],
      },
      params: { epsilon: 0.5 },
      expect: [[0.8, 1.6], [-0.8, -1.6], [0]],
    },
    {
      why: 'The tree alone, undivided: the two steps of the first trajectory move V from 2 to 3 and from 3 to 5.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 5], actions: [1, 1] },
          { group: 0, rewards: [0, 1], actions: [1, 2] },
          { group: 0, rewards: [0], actions: [2] },
        ],
      },
      params: { outcomeWeight: 0, normByStd: false },
      expect: [[1, 2], [1, -2], [-2]],
    },
  ],
  decomposition: {
    kind: 'scaled',
    unscaled: { normByStd: false },
    divisor(columns, params) {
      const fresh = (size: number) => new Float64Array(size);
      const { deviation } = groupMoments(trajectoryTotals(columns.reward, columns, fresh), columns.group, params.ddof, fresh);
      return Float64Array.from(columns.group.id, (g) => (params.normByStd ? deviation[g] + params.epsilon : 1));
    },
  },
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const tree = treeOf(columns, params.prefix);
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const { mean, deviation } = groupMoments(total, group, params.ddof, buffer);
    const prefixValues = prefixValueColumn(tree, columns, total, buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      if (params.normByStd && deviation[g] === 0) continue;
      const divisor = params.normByStd ? deviation[g] + params.epsilon : 1;
      const outcome = params.outcomeWeight * (total[i] - mean[g]);
      for (let t = 0, k = i * (maxLen + 1); t < length[i]; t++, k++) {
        advantage[i * maxLen + t] = (outcome + prefixValues[k + 1] - prefixValues[k]) / divisor;
      }
    }
    return { advantage, prefixValues };
  },
  explain(columns, params, { advantage }, i, t) {
    const { maxLen, length, group } = columns;
    const tree = treeOf(columns, params.prefix);
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const members = membersOf(group, i);
    const nodeAt = (step: number) => tree.nodeOf[i * (maxLen + 1) + step];
    const through = (step: number) => {
      const passing = passingThrough(tree, columns, members, nodeAt(step), step);
      return step === length[i] ? passing.filter((j) => length[j] === step) : passing;
    };
    const values = groupValues(total, group, i);
    const mean = meanLine('Group mean', 'μ', 'mean(R)', values);
    const spread = deviationLine('Group standard deviation', 'σ', values, params.ddof);
    const before = meanLine('Value of the prefix before', 'V', 'mean R of those who share it', through(t).map((j) => total[j]));
    const after = meanLine('Value of the prefix after', "V'", 'mean R of those who share it', through(t + 1).map((j) => total[j]));
    const w = params.outcomeWeight;
    const value = advantage[i * maxLen + t];
    const bracket = fill`${w} × (${total[i]} − ${mean.value}) + ${after.value} − ${before.value}`;
    const divided = params.normByStd && spread.value > 0;
    const divisor = divided ? spread.value + params.epsilon : 1;
    const result = divided
      ? line('Advantage', 'Â', "(w × (R − μ) + V' − V) / (σ + ε)", `(${bracket}) / ${fill`(${spread.value} + ${params.epsilon})`}`, value, 'advantage')
      : line('Advantage', 'Â', "w × (R − μ) + V' − V", bracket, value, 'advantage');
    const lines = [totalLine(columns.reward, columns, i), mean, ...(params.normByStd ? [spread] : []), before, after, result];
    return explanation(lines, {
      parts: [
        { label: 'Return against the group', value: (w * (total[i] - mean.value)) / divisor },
        { label: 'Branch taken', value: (after.value - before.value) / divisor },
      ],
      members: { title: 'Returns of those who share the prefix', baseline: before.value, values: memberValues(through(t), (j) => total[j]) },
    });
  },
  merged(columns, params, _result, i, t) {
    const tree = treeOf(columns, params.prefix);
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const merged = mergedPrefixes(columns, tree, nodeMeans(tree, columns, total), i, t, { ends: total, endIsValue: true });
    return { title: 'Beginnings of this group', values: 'the mean return of those who share the beginning', unit: 'attempt', ...merged };
  },
});
