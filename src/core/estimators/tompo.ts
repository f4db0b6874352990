import { ddof, epsilon, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { groupLayout } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupMoments, groupScores, trajectoryTotals, wholeBatch, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', graph: 'trajectory-id?' } as const;

function levels(columns: Columns<typeof needs>, settings: { epsilon: number; ddof: number }, buffer: Buffer) {
  const rule = { normByStd: true, ddof: settings.ddof, epsilon: settings.epsilon } as const;
  const total = trajectoryTotals(columns.reward, columns, buffer);
  const sample = groupScores(total, columns.group, { ...rule, singleton: 'raw' }, buffer);
  const graphs = columns.graph ? groupLayout(columns.graph) : columns.group;
  const { mean } = groupMoments(total, graphs, 0, buffer);
  const graph = groupScores(mean, wholeBatch(graphs.count), { ...rule, singleton: 'zero' }, buffer);
  return { total, sample, graphs, mean, graph };
}

/**
 * ToMPO: an attempt is compared inside its prompt, and its prompt's graph is compared with the other graphs.
 *
 *     Â_i = (R_i − μ_g)/(σ_g + ε) + w·(M_h − mean M)/(std M + ε),   M_h = mean R over graph h
 *
 * `graph` tells which graph of decisions a trajectory belongs to; where a log has none, every group is its own graph. One graph
 * gets 0. The blend is this project's reading of a summary.
 */
export default defineEstimator({
  id: 'tompo',
  title: 'ToMPO',
  summary: 'Adds to GRPO how an attempt’s whole graph did against the other graphs.',
  formula: String.raw`\hat A_i = \frac{R_i - \mu_g}{\sigma_g + \varepsilon} + w\,\frac{M_h - \bar M}{\sigma_M + \varepsilon}`,
  family: 'group',
  provenance: 'own',
  cite: [{ title: 'ToMPO (graph level and sample level), from a summary', source: 'full-text summary' }],
  useWhen: 'Decisions of several players or prompts belong together and should be judged together.',
  breaksWhen: 'Graphs differ in difficulty: the second part then rewards easy graphs.',
  params: {
    graphWeight: weight(0.5, 'Weight of the comparison between graphs.', { symbol: 'w', title: 'Graph weight' }),
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs,
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'shift-invariant', 'scale-invariant'],
  reducesTo: [{ at: { graphWeight: 0 }, equals: 'grpo', why: 'Without the graph level it is GRPO.' }],
  examples: [
    {
      why: 'Inside: 3, 1 give ±½ (σ + ε = 2); 4, 4 give 0. Graph means 2 and 4: ∓½, weight 3.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { graph: 5 } },
          { group: 0, rewards: [1], extra: { graph: 5 } },
          { group: 1, rewards: [4], extra: { graph: 6 } },
          { group: 1, rewards: [4], extra: { graph: 6 } },
        ],
      },
      params: { graphWeight: 3, epsilon: 0.5857864376269049 },
      expect: [[-1, -1], [-2], [1.5], [1.5]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { sample, graphs, graph } = levels(columns, params, buffer);
    for (let i = 0; i < sample.length; i++) sample[i] += params.graphWeight * graph[graphs.id[i]];
    return { advantage: broadcast(sample, columns, buffer) };
  },
  explain(columns, params, { advantage }, i, t) {
    const { total, sample, graphs, mean, graph } = levels(columns, params, (size) => new Float64Array(size));
    const rule = { normByStd: true, ddof: params.ddof, epsilon: params.epsilon } as const;
    const inside = scoreLines(total[i], groupValues(total, columns.group, i), { ...rule, singleton: 'raw' }, { result: 'a', label: 'Score inside the group' });
    const own = graphs.id[i];
    const between = scoreLines(mean[own], Array.from(mean), { ...rule, singleton: 'zero' }, { symbol: 'M', result: 'b', label: 'Score of the graph', mean: 'μ_M', deviation: 'σ_M' });
    return explanation(
      [
        totalLine(columns.reward, columns, i),
        ...inside,
        meanLine('Mean of the graph', 'M', 'mean(R) over the graph', groupValues(total, graphs, i)),
        ...between,
        line('Advantage', 'Â', 'a + w × b', fill`${sample[i]} + ${params.graphWeight} × ${graph[own]}`, advantage[i * columns.maxLen + t], 'advantage'),
      ],
      {
        parts: [
          { label: 'Inside the group', value: sample[i] },
          { label: 'Between graphs', value: params.graphWeight * graph[own] },
        ],
        members: groupMembers(total, columns.group, i),
      },
    );
  },
});
