import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine, runningAt } from '../math/group-explanation';
import { membersOf, rewardToGo, type Buffer } from '../math/group-statistics';
import { exp } from '../math/elementary';

const needs = { reward: 'step', group: 'group', logProbs: 'step', sumPiSquared: 'step' } as const;

/** W_t, the running sum of w_t = 1 − 2π_t + Σπ², [nTraj × maxLen]. */
function cumulativeWeights({ nTraj, maxLen, length, logProbs, sumPiSquared }: Columns<typeof needs>, buffer: Buffer): Float64Array {
  const cumulative = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    let sum = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) cumulative[k] = sum += 1 - 2 * exp(logProbs[k]) + sumPiSquared[k];
  }
  return cumulative;
}

/** Second largest length of trajectory i's group; the group's only length when alone. */
function secondLongest({ length, group }: Columns<typeof needs>, i: number): number {
  const sorted = Array.from(membersOf(group, i), (j) => length[j]).sort((a, b) => b - a);
  return sorted[Math.min(1, sorted.length - 1)];
}

/**
 * Optimal token baseline: at every position the group's returns are averaged by how large the gradient up to
 * there is.
 *
 *     w_t = 1 − 2π_t + Σ_a π(a)²,   W_t = Σ_{k ≤ t} w_k
 *     b_t = Σ_i G_{i,t} W_{i,t} / (Σ_i W_{i,t} + ε),   Â = G − b
 *
 * over the members that still run at t. G is undiscounted. `handleZeroTail` sets b = 0 on the part of the unique longest
 * member beyond the second longest, where it would be compared with itself. A group of one has b = 0. `returns` = G.
 */
export default defineEstimator({
  id: 'optimal-token-baseline',
  title: 'Optimal token baseline',
  summary: 'Weights the group’s returns by gradient size, position by position.',
  formula: String.raw`\hat A_{i,t} = G_{i,t} - \frac{\sum_j W_{j,t} G_{j,t}}{\sum_j W_{j,t} + \varepsilon}`,
  family: 'group',
  provenance: 'code',
  cite: [{ title: 'verl, optimal token baseline', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' }],
  useWhen: 'Confident and unsure tokens mix, and the baseline should listen to those that move the policy.',
  breaksWhen: 'Only one member is left at a position: its baseline is its own return and it learns nothing there.',
  params: {
    handleZeroTail: { kind: 'boolean', default: false, title: 'Free the tail', help: 'Use no baseline where only the longest member is left.' },
    epsilon: { kind: 'number', default: 1e-8, min: 0, max: 0.1, step: 1e-8, symbol: 'ε', advanced: true, help: 'Added to the sum of weights.' },
  },
  needs,
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'π = 1/e^0.6931 = ½ and Σπ² = ½ give w = ½; W = ½, 1. The other has π = 1/4, Σπ² = 1: w = 1.5. b_0 = (3·½ + 1·1.5)/(2 + ε) with ε = 1: 1; b_1 = 2·1/(1 + 1).',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { logProbs: [-0.6931471805599453, -0.6931471805599453], sumPiSquared: [0.5, 0.5] } },
          { group: 0, rewards: [1], extra: { logProbs: [-1.3862943611198906], sumPiSquared: [1] } },
        ],
      },
      params: { epsilon: 1 },
      expect: [[2, 1], [0]],
    },
    {
      why: 'The same with the tail freed: step 1 keeps its return 2.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { logProbs: [-0.6931471805599453, -0.6931471805599453], sumPiSquared: [0.5, 0.5] } },
          { group: 0, rewards: [1], extra: { logProbs: [-1.3862943611198906], sumPiSquared: [1] } },
        ],
      },
      params: { epsilon: 1, handleZeroTail: true },
      expect: [[2, 2], [0]],
    },
  ],
  estimate(columns, { handleZeroTail, epsilon: eps }, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const returns = rewardToGo(columns.reward, columns, 1, buffer);
    const weights = cumulativeWeights(columns, buffer);
    const top = buffer(group.count * maxLen).fill(0);
    const bottom = buffer(group.count * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const row = group.id[i] * maxLen;
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        top[row + t] += returns[k] * weights[k];
        bottom[row + t] += weights[k];
      }
    }
    const advantage = buffer(returns.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const alone = group.start[g + 1] - group.start[g] === 1;
      const free = alone ? 0 : handleZeroTail ? secondLongest(columns, i) : maxLen;
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        const weight = bottom[g * maxLen + t] + eps;
        advantage[k] = returns[k] - (t < free && weight !== 0 ? top[g * maxLen + t] / weight : 0);
      }
    }
    return { advantage, returns };
  },
  explain(columns, { handleZeroTail, epsilon: eps }, { returns, advantage }, i, t) {
    const { maxLen, group } = columns;
    const weights = cumulativeWeights(columns, (size) => new Float64Array(size));
    const members = runningAt(columns, group, i, t);
    const at = (column: Float64Array, j: number) => column[j * maxLen + t];
    const top = members.reduce((sum, j) => sum + at(returns!, j) * at(weights, j), 0);
    const bottom = members.reduce((sum, j) => sum + at(weights, j), 0);
    const k = i * maxLen + t;
    const without = membersOf(group, i).length === 1 || (handleZeroTail && t >= secondLongest(columns, i)) || bottom + eps === 0;
    const baseline = without ? 0 : top / (bottom + eps);
    return explanation(
      [
        rewardToGoLine(columns.reward, returns!, columns, 1, i, t),
        line('Baseline', 'b', without ? '0' : 'Σ G × W / (Σ W + ε)', without ? '0' : fill`${top} / (${bottom} + ${eps})`, baseline),
        line('Advantage', 'Â', 'G − b', fill`${returns![k]} − ${baseline}`, advantage[k], 'advantage'),
      ],
      { members: { title: 'Returns at this position', baseline, values: members.map((j) => ({ trajectory: j, step: t, value: at(returns!, j) })) } },
    );
  },
});
