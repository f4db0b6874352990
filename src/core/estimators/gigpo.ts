import { discount, epsilon, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine, scoreLines, totalLine } from '../math/group-explanation';
import { groupMoments, membersOf, rewardToGo, trajectoryTotals, type Buffer } from '../math/group-statistics';
import { mergedVisits } from '../math/merged-visits';
import { groupCells } from '../math/prefix-tree';

const needs = { reward: 'step', group: 'group', state: 'state-id' } as const;
const fresh = (size: number) => new Float64Array(size);
type Stats = 'trajectories' | 'steps';

/** Mean and deviation of R over a group, each trajectory counted once or once per step. */
function episodeMoments(total: Float64Array, { length, group }: Columns<typeof needs>, stats: Stats, buffer: Buffer) {
  if (stats === 'trajectories') {
    const moments = groupMoments(total, group, 1, buffer);
    const count = buffer(group.count);
    for (let g = 0; g < group.count; g++) count[g] = group.start[g + 1] - group.start[g];
    return { ...moments, count };
  }
  const count = buffer(group.count).fill(0);
  const mean = buffer(group.count).fill(0);
  const deviation = buffer(group.count).fill(0);
  for (let i = 0; i < total.length; i++) {
    count[group.id[i]] += length[i];
    mean[group.id[i]] += total[i] * length[i];
  }
  for (let g = 0; g < group.count; g++) if (count[g] > 0) mean[g] /= count[g];
  for (let i = 0; i < total.length; i++) deviation[group.id[i]] += length[i] * (total[i] - mean[group.id[i]]) * (total[i] - mean[group.id[i]]);
  for (let g = 0; g < group.count; g++) deviation[g] = count[g] > 1 ? Math.sqrt(deviation[g] / (count[g] - 1)) : 0;
  return { count, mean, deviation };
}

/**
 * GiGPO: groups inside the group. Whole attempts are compared with each other, and steps taken from the
 * same state are compared with each other.
 *
 *     E_i = R_i − μ_g,   S_{i,t} = D_{i,t} − mean of D over all visits of the same state in the group
 *     Â_{i,t} = E_i + w·S_{i,t},   D_{i,t} = Σ_{k ≥ t} γ^(k−t) r_k
 *
 * `mean_std_norm` divides both levels by their Bessel-corrected σ + ε. A state seen once gives S = 0; two visits in
 * one trajectory count twice. A group of one has mean 0 and σ 1. `episodeStats: steps` is the default of the
 * published code, which counts a trajectory once per step in μ_g and σ_g. `episodeWeight` 0 leaves the
 * comparison of steps alone. `returns` = D.
 */
export default defineEstimator({
  id: 'gigpo',
  title: 'GiGPO',
  summary: 'Compares attempts with attempts, and steps with the steps that others took from the same state.',
  formula: String.raw`\hat A_{i,t} = (R_i - \mu_g) + w\,\bigl(D_{i,t} - \bar D_{s_{i,t}}\bigr)`,
  family: 'turns',
  provenance: 'code',
  cite: [
    { title: 'Feng et al., Group-in-Group Policy Optimization for LLM Agent Training', source: 'arXiv:2505.10978' },
    { title: 'RewardFlow, copy of the verl-agent file', source: 'tmlr-group/RewardFlow@1cdead8e:gigpo/core_gigpo.py' },
  ],
  useWhen: 'Attempts revisit the same states, as in small worlds and tool menus: the comparison is then local and has little noise.',
  breaksWhen: 'States hardly ever repeat inside a group: the step part is 0 and only the trajectory score is left.',
  params: {
    gamma: discount(0.95),
    stepAdvantageWeight: weight(1, 'Weight of the comparison between steps from the same state.', { symbol: 'w', title: 'Step weight' }),
    episodeWeight: weight(1, 'Weight of the comparison between whole attempts; 0 leaves the steps alone.', { max: 1, title: 'Episode weight', advanced: true }),
    mode: {
      kind: 'choice',
      default: 'mean_norm',
      options: [
        { value: 'mean_norm', title: 'Subtract the mean' },
        { value: 'mean_std_norm', title: 'Subtract and divide' },
      ],
      help: 'Whether both levels are also divided by their standard deviation.',
    },
    episodeStats: {
      kind: 'choice',
      default: 'trajectories',
      advanced: true,
      options: [
        { value: 'trajectories', title: 'Once per trajectory' },
        { value: 'steps', title: 'Once per step' },
      ],
      help: 'How often a trajectory counts in the mean of the attempts.',
    },
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { returns: 'step' },
  flavours: {
    paper: { title: 'Paper', params: { mode: 'mean_norm', episodeStats: 'trajectories' }, help: 'Each trajectory counts once.' },
    'verl-agent': { title: 'verl-agent', params: { mode: 'mean_norm', episodeStats: 'steps' }, help: 'The default of the released code: once per step.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'γ = ½. R = 4, 2 with mean 3. D = [2, 4] and [2]. State 7 is visited with D = 2 and 2, mean 2; state 8 once. Â = ±1 + ½·0.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], states: [7, 8] },
          { group: 0, rewards: [2], states: [7] },
        ],
      },
      params: { gamma: 0.5, stepAdvantageWeight: 0.5 },
      expect: [[1, 1], [-1]],
    },
    {
      why: 'State 7 is visited three times with D = 3, 4, 1 (γ = ½), mean 8/3; state 8 once. R = 5, 3, so E = ±1, and w = 2: Â = 1 + 2·(1/3, 4/3) and −1 + 2·(−5/3). The step from state 8 keeps −1; the group of one passes its 2.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 4], states: [7, 7, 9] },
          { group: 0, rewards: [-1, 4], states: [7, 8, 9] },
          { group: 1, rewards: [2], states: [7, 9] },
        ],
      },
      params: { gamma: 0.5, stepAdvantageWeight: 2 },
      expect: [[1.6666666666666667, 3.6666666666666665], [-4.333333333333333, -1], [2]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, state } = columns;
    const { mode, epsilon: eps, stepAdvantageWeight: w, episodeWeight } = params;
    const divide = mode === 'mean_std_norm';
    const returns = rewardToGo(columns.reward, columns, params.gamma, buffer);
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const episode = episodeMoments(total, columns, params.episodeStats, buffer);
    const cells = groupCells(columns, group, state, maxLen + 1);
    const count = buffer(cells.count).fill(0);
    const mean = buffer(cells.count).fill(0);
    const deviation = buffer(cells.count).fill(0);
    for (let k = 0; k < cells.of.length; k++) {
      if (cells.of[k] < 0) continue;
      count[cells.of[k]] += 1;
      mean[cells.of[k]] += returns[k];
    }
    for (let c = 0; c < cells.count; c++) mean[c] /= count[c];
    if (divide) {
      for (let k = 0; k < cells.of.length; k++) if (cells.of[k] >= 0) deviation[cells.of[k]] += (returns[k] - mean[cells.of[k]]) * (returns[k] - mean[cells.of[k]]);
      for (let c = 0; c < cells.count; c++) deviation[c] = count[c] > 1 ? Math.sqrt(deviation[c] / (count[c] - 1)) : 1;
    }
    const advantage = buffer(returns.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const alone = episode.count[g] === 1;
      const divisor = divide ? (alone ? 1 : episode.deviation[g]) + eps || 1 : 1;
      const level = episodeWeight * ((total[i] - (alone ? 0 : episode.mean[g])) / divisor);
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
        const cell = cells.of[k];
        advantage[k] = level + (w * (returns[k] - mean[cell])) / (divide ? deviation[cell] + eps || 1 : 1);
      }
    }
    return { advantage, returns };
  },
  explain(columns, params, { advantage, returns }, i, t) {
    const { maxLen, length, group, state } = columns;
    const { mode, epsilon: eps, stepAdvantageWeight: w, episodeWeight } = params;
    const rule = { normByStd: mode === 'mean_std_norm', ddof: 1, epsilon: eps } as const;
    const total = trajectoryTotals(columns.reward, columns, fresh);
    const members = Array.from(membersOf(group, i));
    const values = members.flatMap((j) => (params.episodeStats === 'steps' ? Array<number>(length[j]).fill(total[j]) : [total[j]]));
    const here = state[i * (maxLen + 1) + t];
    const visits = members.flatMap((j) => {
      const steps = Array.from({ length: length[j] }, (_, s) => s).filter((s) => state[j * (maxLen + 1) + s] === here);
      return steps.map((s) => ({ trajectory: j, step: s, value: returns![j * maxLen + s] }));
    });
    const k = i * maxLen + t;
    const level = scoreLines(total[i], values, { ...rule, singleton: 'raw' }, { result: 'E', label: 'Attempt against the group' });
    const step = scoreLines(returns![k], visits.map(({ value }) => value), { ...rule, singleton: 'zero' }, { symbol: 'D', result: 'S', label: 'Step against visits of the same state', mean: 'μ_s', deviation: 'σ_s' });
    const E = level[level.length - 1].value;
    const S = step[step.length - 1].value;
    return explanation(
      [
        totalLine(columns.reward, columns, i),
        ...level,
        { ...rewardToGoLine(columns.reward, returns!, columns, params.gamma, i, t), symbol: 'D' },
        ...step,
        line('Advantage', 'Â', 'w_E × E + w × S', fill`${episodeWeight} × ${E} + ${w} × ${S}`, advantage[k], 'advantage'),
      ],
      {
        parts: [
          { label: 'Attempt', value: episodeWeight * E },
          { label: 'Step', value: w * S },
        ],
        members: { title: 'Returns from visits of the same state', baseline: visits.reduce((a, v) => a + v.value, 0) / visits.length, values: visits },
      },
    );
  },
  merged(columns, _params, { returns }, i, t) {
    const { maxLen, group, state } = columns;
    const cells = groupCells(columns, group, state, maxLen + 1);
    const merged = mergedVisits(columns, cells, (j, step) => returns![j * maxLen + step], i, t, 'state', (step) => `state ${state[i * (maxLen + 1) + step]}`);
    return { title: 'States that this group shares', values: 'the mean return from there on, over all visits', unit: 'visit', ...merged };
  },
});
