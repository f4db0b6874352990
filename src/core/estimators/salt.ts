import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, meanLine } from '../contracts/explanation-lines';
import { groupValues, leaveOneOutLines, otherValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, leaveOneOut, trajectoryTotals, type Buffer } from '../math/group-statistics';
import { mergedVisits } from '../math/merged-visits';
import { edgeCells } from '../math/prefix-tree';

const needs = { reward: 'step', group: 'group', state: 'state-id', action: 'step-id' } as const;
const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

function baseScores(columns: Columns<typeof needs>, base: 'grpo' | 'rloo', eps: number, buffer: Buffer): Float64Array {
  const total = trajectoryTotals(columns.reward, columns, buffer);
  return base === 'rloo' ? leaveOneOut(total, columns.group, 'raw', buffer) : groupScores(total, columns.group, rule(eps), buffer);
}

/**
 * SALT: attempts of a prompt are merged into a graph; steps that good and bad attempts share get the mean of their scores,
 * steps of their own keep theirs.
 *
 *     edge = (states and actions of the last h steps and this one, next state),   Â_t = mean of the base score over all traversals of the edge
 *
 * The base is GRPO or RLOO. Edges are matched inside the group, whatever their position; a history cut at the start matches
 * only histories cut alike. A step walked twice counts twice.
 */
export default defineEstimator({
  id: 'salt',
  title: 'SALT',
  summary: 'Neutralises steps that good and bad attempts share, and keeps the score of those that differ.',
  formula: String.raw`\hat A_{i,t} = \operatorname{mean}_{(j,k) \in e(i,t)} A_j`,
  family: 'tree',
  provenance: 'recalled',
  cite: [{ title: 'SALT: Step-level Advantage Assignment for Long-horizon Agents via Trajectory Graph', source: 'arXiv:2510.20022' }],
  useWhen: 'Long attempts share most of their steps and differ in a few decisive ones.',
  breaksWhen: 'A shared step is decisive in one context and harmless in another that looks the same.',
  params: {
    base: {
      kind: 'choice',
      default: 'grpo',
      options: [
        { value: 'grpo', title: 'GRPO' },
        { value: 'rloo', title: 'RLOO' },
      ],
      help: 'The trajectory score that is averaged over shared steps.',
    },
    history: { kind: 'integer', default: 1, min: 0, max: 16, symbol: 'h', help: 'How many earlier steps must agree for two steps to be the same.' },
    epsilon: epsilon(1e-6),
  },
  needs,
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant'],
  examples: [
    {
      why: 'RLOO scores 3 and −3. The first step (state 0, action 1, to state 1) is shared: 0. The second differs. The way back to state 1 at the end of the second attempt is its own.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], states: [0, 1, 2], actions: [1, 1] },
          { group: 0, rewards: [0, 0, 1], states: [0, 1, 0, 1], actions: [1, 0, 1] },
        ],
      },
      params: { base: 'rloo', history: 1 },
      expect: [[0, 3], [0, -3, -3]],
    },
    {
      why: 'Without history the last step of the second attempt is the shared one as well: mean of 3, −3, −3.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], states: [0, 1, 2], actions: [1, 1] },
          { group: 0, rewards: [0, 0, 1], states: [0, 1, 0, 1], actions: [1, 0, 1] },
        ],
      },
      params: { base: 'rloo', history: 0 },
      expect: [[-1, 3], [-1, -3, -1]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, state, action } = columns;
    const score = baseScores(columns, params.base, params.epsilon, buffer);
    const edges = edgeCells(columns, group, state, action, params.history);
    const sum = buffer(edges.count).fill(0);
    const count = buffer(edges.count).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
        sum[edges.of[k]] += score[i];
        count[edges.of[k]] += 1;
      }
    }
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let k = 0; k < advantage.length; k++) if (edges.of[k] >= 0) advantage[k] = sum[edges.of[k]] / count[edges.of[k]];
    return { advantage };
  },
  explain(columns, params, _result, i, t) {
    const { maxLen, group, state, action, reward } = columns;
    const fresh = (size: number) => new Float64Array(size);
    const score = baseScores(columns, params.base, params.epsilon, fresh);
    const total = trajectoryTotals(reward, columns, fresh);
    const { of } = edgeCells(columns, group, state, action, params.history);
    const traversals: { trajectory: number; step: number; value: number }[] = [];
    for (let k = 0; k < of.length; k++) {
      const trajectory = Math.floor(k / maxLen);
      if (of[k] === of[i * maxLen + t]) traversals.push({ trajectory, step: k - trajectory * maxLen, value: score[trajectory] });
    }
    const base =
      params.base === 'rloo'
        ? leaveOneOutLines(total[i], otherValues(total, group, i), 'raw').map((each) => (each.symbol === 'Â' ? { ...each, symbol: 'a', label: 'Score of the attempt' } : each))
        : scoreLines(total[i], groupValues(total, group, i), rule(params.epsilon), { result: 'a', label: 'Score of the attempt' });
    const mean = meanLine('Advantage', 'Â', 'mean(a) over all traversals', traversals.map(({ value }) => value));
    return explanation([totalLine(reward, columns, i), ...base, { ...mean, quantity: 'advantage' }], {
      members: { title: 'Scores of those who took this step', baseline: mean.value, values: traversals },
    });
  },
  merged(columns, params, _result, i, t) {
    const { maxLen, group, state, action } = columns;
    const score = baseScores(columns, params.base, params.epsilon, (size) => new Float64Array(size));
    const edges = edgeCells(columns, group, state, action, params.history);
    const merged = mergedVisits(columns, edges, (j) => score[j], i, t, 'action', (step) => `a${action[i * maxLen + step]}`);
    return { title: 'Steps that this group shares', values: 'the mean score of those who took the step', unit: 'visit', ...merged };
  },
});
