import { discount } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { membersOf, positionMoments, rewardToGo, stepsOf, wholeBatch } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group' } as const;
const scopeOf = (columns: Columns<typeof needs>, scope: 'group' | 'batch') => (scope === 'batch' ? wholeBatch(columns.nTraj) : columns.group);

/**
 * REINFORCE with a mean baseline: reward-to-go minus what is usual.
 *
 *     Â_{i,t} = G_{i,t} − b
 *     episode-mean   b   = mean_j G_{j,0}
 *     timestep-mean  b_t = mean of G_{j,t} over the trajectories that still run at t
 *     step-mean      b   = mean of G_{j,k} over all steps
 *
 * Means are taken inside the group, or over the batch. With `finished: zero`, trajectories that have ended
 * count as 0 in the timestep mean. An empty trajectory has G_0 = 0 and counts in the episode mean.
 */
export default defineEstimator({
  id: 'reinforce-baseline',
  title: 'Reward-to-go − mean',
  summary: 'Compares what followed a step with what usually follows there.',
  formula: String.raw`\hat A_{i,t} = G_{i,t} - b,\quad b_t = \operatorname{mean}_j G_{j,t}`,
  family: 'classic',
  provenance: 'mixed',
  cite: [
    { title: 'Williams, Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning', source: 'doi:10.1007/BF00992696' },
    { title: 'OpenRLHF, get_cumulative_returns', source: 'OpenRLHF/OpenRLHF@3c3be623:openrlhf/trainer/ppo_utils/experience_maker.py' },
  ],
  useWhen: 'Rewards arrive along the way and there is no critic: credit starts at the step, not at the start of the trajectory.',
  breaksWhen: 'Trajectories reach a step index in very different situations: the mean at that index then compares the incomparable.',
  params: {
    gamma: discount(1),
    baseline: {
      kind: 'choice',
      default: 'timestep-mean',
      options: [
        { value: 'timestep-mean', title: 'Mean at the step index' },
        { value: 'episode-mean', title: 'Mean of whole returns' },
        { value: 'step-mean', title: 'Mean over all steps' },
      ],
      help: 'Which mean is subtracted from the reward-to-go.',
    },
    scope: {
      kind: 'choice',
      default: 'group',
      options: [
        { value: 'group', title: 'Group' },
        { value: 'batch', title: 'Batch' },
      ],
      help: 'Whether the mean is taken over the trajectories of the same start or over all of them.',
    },
    finished: {
      kind: 'choice',
      default: 'absent',
      advanced: true,
      options: [
        { value: 'absent', title: 'Left out' },
        { value: 'zero', title: 'Count as 0' },
      ],
      help: 'What trajectories that have already ended contribute to the mean at a step index.',
    },
  },
  needs,
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'scale-equivariant', 'linear'],
  reducesTo: [{ at: { baseline: 'timestep-mean', finished: 'zero', scope: 'group', gamma: 1 }, equals: 'igpo-code', why: 'The released IGPO code is reward-to-go minus the group mean at the position.' }],
  examples: [
    {
      why: 'γ = ½: G = [2, 2] and [5]. Mean at step 0: 3.5; step 1 has only the first trajectory left, so its mean is itself.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [5] }] },
      params: { gamma: 0.5 },
      expect: [[-1.5, 0], [1.5]],
    },
    {
      why: 'The same with ended trajectories counting as 0: the mean at step 1 is (2 + 0)/2 = 1.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [5] }] },
      params: { gamma: 0.5, finished: 'zero' },
      expect: [[-1.5, 1], [1.5]],
    },
    {
      why: 'Episode mean over the batch: b = (2 + 5 + 2)/3 = 3, whatever the group.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [5] }, { group: 1, rewards: [2] }] },
      params: { gamma: 0.5, baseline: 'episode-mean', scope: 'batch' },
      expect: [[-1, -1], [2], [-1]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, { gamma, baseline, scope, finished }, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const group = scopeOf(columns, scope);
    const returns = rewardToGo(columns.reward, columns, gamma, buffer);
    const advantage = buffer(returns.length);
    advantage.fill(0);
    if (baseline === 'timestep-mean') {
      const { mean } = positionMoments(returns, columns, group, 0, buffer, finished);
      for (let i = 0; i < nTraj; i++) {
        const row = group.id[i] * maxLen;
        for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) advantage[k] = returns[k] - mean[row + t];
      }
      return { advantage, returns };
    }
    const sum = buffer(group.count).fill(0);
    const count = buffer(group.count).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const end = baseline === 'step-mean' ? length[i] : Math.min(1, length[i]);
      count[g] += baseline === 'step-mean' ? length[i] : 1;
      for (let k = i * maxLen; k < i * maxLen + end; k++) sum[g] += returns[k];
    }
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = returns[k] - sum[g] / count[g];
    }
    return { advantage, returns };
  },
  explain(columns, { gamma, baseline, scope, finished }, { returns }, i, t) {
    const { maxLen, length, reward } = columns;
    const members = Array.from(membersOf(scopeOf(columns, scope), i));
    const at = (j: number, step: number) => (step < length[j] ? returns![j * maxLen + step] : 0);
    const compared =
      baseline === 'episode-mean'
        ? members.map((j) => ({ trajectory: j, step: 0, value: at(j, 0) }))
        : baseline === 'timestep-mean'
          ? members.filter((j) => t < length[j] || finished === 'zero').map((j) => ({ trajectory: j, step: t, value: at(j, t) }))
          : members.flatMap((j) => Array.from(stepsOf(returns!, columns, j), (value, step) => ({ trajectory: j, step, value })));
    const own = returns![i * maxLen + t];
    const base = meanLine('Baseline', 'b', `mean over the ${scope}`, compared.map(({ value }) => value));
    return explanation(
      [
        rewardToGoLine(reward, returns!, columns, gamma, i, t),
        base,
        line('Advantage', 'Â', 'G − b', fill`${own} − ${base.value}`, own - base.value, 'advantage'),
      ],
      { members: { title: 'Reward-to-go compared', baseline: base.value, values: compared } },
    );
  },
});
