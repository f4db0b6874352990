import { ddof, epsilon, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupValues, scoreLines } from '../math/group-explanation';
import { groupScores, membersOf, type Buffer } from '../math/group-statistics';
import { mergedPrefixes, stepsThrough } from '../math/merged-prefixes';
import { childrenOf, passingThrough, prefixTree, siblingMoments, type PrefixTree } from '../math/prefix-tree';

const needs = { outcome: 'trajectory', group: 'group', action: 'step-id', format: 'step?' } as const;

interface Settings {
  readonly decay: number;
  readonly formatWeight: number;
}

/** v of every node, [nodes]: decayed outcomes and format scores of those who pass through, averaged. */
function nodeValuesOf(columns: Columns<typeof needs>, tree: PrefixTree, { decay, formatWeight }: Settings): Float64Array {
  const { nTraj, maxLen, length, outcome, format } = columns;
  const value = new Float64Array(tree.nodes);
  for (let i = 0; i < nTraj; i++) {
    let credit = outcome[i];
    for (let t = length[i] - 1; t >= 0; t--, credit *= decay) {
      value[tree.nodeOf[i * (maxLen + 1) + t + 1]] += credit + formatWeight * (format ? format[i * maxLen + t] : 0);
    }
  }
  for (let node = 0; node < tree.nodes; node++) if (tree.visits[node] > 0) value[node] /= tree.visits[node];
  return value;
}

/** Mean node value along each trajectory, [nTraj]; 0 for an empty one. */
function trajectoryValues({ nTraj, maxLen, length }: Columns<typeof needs>, tree: PrefixTree, value: Float64Array, buffer: Buffer): Float64Array {
  const mean = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) {
    let sum = 0;
    for (let t = 0; t < length[i]; t++) sum += value[tree.nodeOf[i * (maxLen + 1) + t + 1]];
    mean[i] = length[i] > 0 ? sum / length[i] : 0;
  }
  return mean;
}

/**
 * PORTool: steps shared by several attempts get one value; forks are compared with their siblings and whole attempts with
 * the group.
 *
 *     v(node) = mean of decay^(T_k − 1 − t)·outcome_k + f·(mean format of the step)   over the attempts that pass through
 *     Â_t = w_f·(v − mean siblings)/(σ + ε) + w_t·z-score of the attempt's mean v
 *
 * An only child has no fork part. The constants and both normalisations are this project's reading of a summary. `format` is the
 * step's own format score (0 where a log has none). A group of one gets 0 from the second part.
 */
export default defineEstimator({
  id: 'portool',
  title: 'PORTool',
  summary: 'Values shared steps of a tree of tool calls and blends fork and trajectory comparisons.',
  formula: String.raw`\hat A_t = w_f\,\frac{v - \bar v_{sib}}{\sigma_{sib} + \varepsilon} + w_t\,\frac{\bar v_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'tree',
  provenance: 'recalled',
  cite: [{ title: 'PORTool: Tool-Use LLM Training with Rewarded Tree', source: 'arXiv:2510.26020' }],
  useWhen: 'Tool-calling attempts fork from shared steps and the format of each call is scored too.',
  breaksWhen: 'Forks are rare: only the trajectory comparison is left.',
  params: {
    forkWeight: weight(1, 'Weight of the comparison with siblings.', { title: 'Fork weight' }),
    trajectoryWeight: weight(1, 'Weight of the comparison of whole attempts.', { title: 'Trajectory weight' }),
    decay: { kind: 'number', default: 0.95, min: 0, max: 1, step: 0.01, help: 'Factor per step of distance to the end of the attempt.' },
    formatWeight: weight(0.1, 'Weight of the step’s own format score.', { title: 'Format weight', max: 1 }),
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'decay ½, no format: node [1] has (½·4 + ½·0)/2 = 1, its leaves 4 and 0; node [2] has 3. Forks at the root 1, 3: σ + ε = 2: ∓½; leaves ±2/(2.8284 + 0.5858). Trajectory part off.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], outcome: 4, actions: [1, 1], extra: { format: [1, 1] } },
          { group: 0, rewards: [0, 0], outcome: 0, actions: [1, 2], extra: { format: [1, 0] } },
          { group: 0, rewards: [3], outcome: 3, actions: [2], extra: { format: [0] } },
        ],
      },
      params: { decay: 0.5, formatWeight: 0, trajectoryWeight: 0, epsilon: 0.5857864376269049 },
      expect: [[-0.5, 0.5857864376], [-0.5, -0.5857864376], [0.5]],
    },
    {
      why: 'Trajectory part alone, with format weight 1: nodes [1]: 1 + 1 = 2, leaves 5, 0, [2]: 3. Means 3.5, 1, 3 with mean 2.5, σ = 1.3229; ε = 0.6771 makes 2.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], outcome: 4, actions: [1, 1], extra: { format: [1, 1] } },
          { group: 0, rewards: [0, 0], outcome: 0, actions: [1, 2], extra: { format: [1, 0] } },
          { group: 0, rewards: [3], outcome: 3, actions: [2], extra: { format: [0] } },
        ],
      },
      params: { decay: 0.5, formatWeight: 1, forkWeight: 0, epsilon: 0.6771243444677046 },
      expect: [[0.5, 0.5], [-0.75, -0.75], [0.25]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, action } = columns;
    const tree = prefixTree(columns, group, action);
    const value = nodeValuesOf(columns, tree, params);
    const siblings = siblingMoments(tree, value, params.ddof);
    const score = groupScores(trajectoryValues(columns, tree, value, buffer), group, { normByStd: true, ddof: params.ddof, epsilon: params.epsilon, singleton: 'zero' }, buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) {
        const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
        const parent = tree.parent[node];
        const fork = siblings.children[parent] > 1 ? (value[node] - siblings.mean[parent]) / (siblings.deviation[parent] + params.epsilon || 1) : 0;
        advantage[i * maxLen + t] = params.forkWeight * fork + params.trajectoryWeight * score[i];
      }
    }
    return { advantage };
  },
  explain(columns, params, { advantage }, i, t) {
    const { maxLen, length, group, action, outcome, format } = columns;
    const tree = prefixTree(columns, group, action);
    const value = nodeValuesOf(columns, tree, params);
    const node = tree.nodeOf[i * (maxLen + 1) + t + 1];
    const passing = passingThrough(tree, columns, membersOf(group, i), node, t + 1);
    let credit = 0;
    let formats = 0;
    for (const j of passing) {
      let factor = 1;
      for (let k = t; k < length[j] - 1; k++) factor *= params.decay;
      credit += factor * outcome[j];
      formats += format ? format[j * maxLen + t] : 0;
    }
    const n = passing.length;
    const siblings = childrenOf(tree, tree.parent[node]);
    const rule = { normByStd: true, ddof: params.ddof, epsilon: params.epsilon, singleton: 'zero' } as const;
    const fork = scoreLines(value[node], siblings.map((each) => value[each]), rule, { symbol: 'v', result: 'f', label: 'Fork, against the siblings', mean: 'μ_s', deviation: 'σ_s' });
    const means = trajectoryValues(columns, tree, value, (size) => new Float64Array(size));
    const whole = scoreLines(means[i], groupValues(means, group, i), rule, { symbol: 'v̄', result: 'z', label: 'Attempt, against the group' });
    const [f, z] = [fork[fork.length - 1].value, whole[whole.length - 1].value];
    return explanation(
      [
        line('Value of the step', 'v', 'Σ decay^distance × outcome / n + w × Σ format / n', fill`${credit} / ${n} + ${params.formatWeight} × ${formats} / ${n}`, value[node], 'value'),
        ...fork,
        ...whole,
        line('Advantage', 'Â', 'w_f × f + w_t × z', fill`${params.forkWeight} × ${f} + ${params.trajectoryWeight} × ${z}`, advantage[i * maxLen + t], 'advantage'),
      ],
      {
        parts: [
          { label: 'Fork', value: params.forkWeight * f },
          { label: 'Attempt', value: params.trajectoryWeight * z },
        ],
        members: { title: 'Values of the siblings', values: stepsThrough(columns, tree, siblings, t, i).map((at, k) => ({ ...at, value: value[siblings[k]] })) },
      },
    );
  },
  merged(columns, params, _result, i, t) {
    const tree = prefixTree(columns, columns.group, columns.action);
    const merged = mergedPrefixes(columns, tree, nodeValuesOf(columns, tree, params), i, t, { rootValue: false });
    return { title: 'Tree of this group', values: 'the decayed outcome and format of those who pass', unit: 'attempt', ...merged };
  },
});
