import { epsilon, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, leaveOneOutLines, otherValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupMoments, groupScores, groupStepMoments, leaveOneOut, membersOf, stepsOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', logProbs: 'step', refLogProbs: 'step' } as const;

interface Settings {
  readonly variant: 'rloo' | 'grpo';
  readonly mode: 'mean_norm' | 'mean_std_norm';
  readonly norm: 'batch_norm' | 'none';
  readonly stepBaseline: 'first-step-of-each-trajectory' | 'all-steps';
  readonly beta: number;
  readonly epsilon: number;
}

function stepRewardsOf(columns: Columns<typeof needs>, { beta, norm }: Settings, buffer: Buffer) {
  const { nTraj, maxLen, length, logProbs, refLogProbs } = columns;
  const stepRewards = buffer(nTraj * maxLen).fill(0);
  let largest = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      stepRewards[k] = beta * (logProbs[k] - refLogProbs[k]);
      largest = Math.max(largest, Math.abs(stepRewards[k]));
    }
  }
  const divisor = norm === 'batch_norm' ? largest + 1e-6 : 1;
  for (let k = 0; k < stepRewards.length; k++) stepRewards[k] /= divisor;
  return { stepRewards, divisor };
}

/** Step rewards that the baseline is taken over, for one group. */
function baselineSteps(stepRewards: Float64Array, columns: Columns<typeof needs>, i: number, which: Settings['stepBaseline']): number[] {
  return Array.from(membersOf(columns.group, i)).flatMap((j) => {
    const steps = stepsOf(stepRewards, columns, j);
    return which === 'all-steps' ? Array.from(steps) : [steps.length > 0 ? steps[0] : 0];
  });
}

function stepMoments(stepRewards: Float64Array, columns: Columns<typeof needs>, which: Settings['stepBaseline'], buffer: Buffer) {
  if (which === 'all-steps') return groupStepMoments(stepRewards, columns, columns.group, 1, buffer);
  const first = buffer(columns.nTraj);
  for (let i = 0; i < columns.nTraj; i++) first[i] = columns.length[i] > 0 ? stepRewards[i * columns.maxLen] : 0;
  return groupMoments(first, columns.group, 1, buffer);
}

/**
 * OPRL (iStar): a trajectory's score plus the score of each step's implicit reward.
 *
 *     rloo  Â = n/(n−1)·(R − mean R) + w·n/(n−1)·(r_t − m)
 *     grpo  Â = (R − mean R)[/(σ_R + ε)] + w·(r_t − m)[/(σ_r + ε)]
 *     r_t = β (log π_prm − log π_old), divided by max|r| over the batch + 1e-6 unless `norm` is none
 *
 * n is the number of trajectories. m is the mean of the FIRST step of each trajectory: the released loop skips trajectories it has
 * seen, although it documents "all other steps", which `all-steps` computes. `mean_std_norm` divides both levels. A group of one
 * keeps R and r_t. `processOnly` drops the trajectory score. `stepRewards` = r.
 */
export default defineEstimator({
  id: 'oprl',
  title: 'OPRL (iStar)',
  summary: 'Adds to a trajectory’s score the score of each step’s implicit reward.',
  formula: String.raw`\hat A_{i,t} = A^{traj}_i + w\,A^{step}_{i,t}`,
  family: 'process',
  provenance: 'code',
  cite: [
    { title: 'Online Process Reward Learning for Agentic Reinforcement Learning', source: 'arXiv:2509.19199' },
    { title: 'iStar, released code', source: 'Tongyi-ConvAI/Qwen-Character@1de87a22:CharacterRL-iStar/istar/core_istar.py' },
  ],
  useWhen: 'An implicit reward model is trained along with the policy and steps should count beside outcomes.',
  breaksWhen: 'First steps are unlike later ones: the released baseline compares all steps with first steps.',
  params: {
    variant: {
      kind: 'choice',
      default: 'rloo',
      options: [
        { value: 'rloo', title: 'RLOO' },
        { value: 'grpo', title: 'GRPO' },
      ],
      help: 'How both levels are compared with the group.',
    },
    mode: {
      kind: 'choice',
      default: 'mean_norm',
      options: [
        { value: 'mean_norm', title: 'Subtract the mean' },
        { value: 'mean_std_norm', title: 'Subtract and divide' },
      ],
      help: 'For the GRPO variant, whether both levels are divided by their standard deviation.',
    },
    stepWeight: weight(1, 'Weight of the step level.', { symbol: 'w', title: 'Step weight' }),
    processOnly: { kind: 'boolean', default: false, title: 'Steps only', help: 'Leave the trajectory’s score out.' },
    beta: { kind: 'number', default: 0.05, min: 0, max: 1, step: 0.01, symbol: 'β', help: 'Scale of the log-ratio.' },
    norm: {
      kind: 'choice',
      default: 'batch_norm',
      advanced: true,
      options: [
        { value: 'batch_norm', title: 'By the batch' },
        { value: 'none', title: 'Not at all' },
      ],
      help: 'Whether step rewards are divided by the largest of the batch.',
    },
    stepBaseline: {
      kind: 'choice',
      default: 'first-step-of-each-trajectory',
      advanced: true,
      options: [
        { value: 'first-step-of-each-trajectory', title: 'First steps (released code)' },
        { value: 'all-steps', title: 'All steps (as documented)' },
      ],
      help: 'Which steps the mean of the step level is taken over.',
    },
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { stepRewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'shift-invariant'],
  examples: [
    {
      why: 'R = 3, 1: n/(n−1)·(R − 2) = ±2. r = ½·(4, 2) and ½·0; first steps 2 and 0, m = 1. Steps: 2·(2 − 1), 2·(1 − 1) and 2·(0 − 1), with weight ½.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { logProbs: [-1, -1], refLogProbs: [-5, -3] } },
          { group: 0, rewards: [1], extra: { logProbs: [-1], refLogProbs: [-1] } },
        ],
      },
      params: { beta: 0.5, norm: 'none', stepWeight: 0.5 },
      expect: [[3, 2], [-3]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const { stepRewards } = stepRewardsOf(columns, params, buffer);
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const divide = params.variant === 'grpo' && params.mode === 'mean_std_norm';
    const score =
      params.variant === 'rloo'
        ? leaveOneOut(total, group, 'raw', buffer)
        : groupScores(total, group, { normByStd: divide, ddof: 1, epsilon: params.epsilon, singleton: 'raw' }, buffer);
    const { mean, deviation } = stepMoments(stepRewards, columns, params.stepBaseline, buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const n = group.start[g + 1] - group.start[g];
      const factor = params.variant === 'rloo' && n > 1 ? n / (n - 1) : 1;
      const divisor = divide ? (n > 1 ? deviation[g] : 1) + params.epsilon || 1 : 1;
      const centre = n > 1 ? mean[g] : 0;
      const level = params.processOnly ? 0 : score[i];
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = level + params.stepWeight * factor * ((stepRewards[k] - centre) / divisor);
    }
    return { advantage, stepRewards };
  },
  explain(columns, params, { stepRewards, advantage }, i, t) {
    const { group, maxLen, logProbs, refLogProbs, reward } = columns;
    const fresh = (size: number) => new Float64Array(size);
    const k = i * maxLen + t;
    const { divisor } = stepRewardsOf(columns, params, fresh);
    const total = trajectoryTotals(reward, columns, fresh);
    const n = membersOf(group, i).length;
    const divide = params.variant === 'grpo' && params.mode === 'mean_std_norm';
    const rule = { normByStd: divide, ddof: 1, epsilon: params.epsilon, singleton: 'raw' } as const;
    const level =
      params.variant === 'rloo'
        ? leaveOneOutLines(total[i], otherValues(total, group, i), 'raw').map((each) => (each.symbol === 'Â' ? { ...each, symbol: 'a', label: 'Score of the trajectory' } : each))
        : scoreLines(total[i], groupValues(total, group, i), rule, { result: 'a', label: 'Score of the trajectory' });
    const a = level[level.length - 1].value;
    const own = line('Implicit reward', 'r', 'β × (log π − log π_old) / c', fill`${params.beta} × (${logProbs[k]} − ${refLogProbs[k]}) / ${divisor}`, stepRewards![k], 'reward');
    // A group of one is compared with nothing, however many steps it has.
    const compared = n > 1 ? baselineSteps(stepRewards!, columns, i, params.stepBaseline) : [stepRewards![k]];
    const steps = scoreLines(stepRewards![k], compared, rule, { symbol: 'r', result: 's', label: 'Score of the step', mean: 'm', deviation: 'σ_r' });
    const s = steps[steps.length - 1].value;
    const factor = params.variant === 'rloo' && n > 1 ? n / (n - 1) : 1;
    const kept = params.processOnly ? 0 : a;
    const scaled = factor === 1 ? fill`${kept} + ${params.stepWeight} × ${s}` : fill`${kept} + ${params.stepWeight} × ${n} / (${n} − 1) × ${s}`;
    return explanation(
      [...(params.processOnly ? [] : [totalLine(reward, columns, i), ...level]), own, ...steps, line('Advantage', 'Â', factor === 1 ? 'a + w × s' : 'a + w × n / (n − 1) × s', scaled, advantage[k], 'advantage')],
      {
        parts: [
          { label: 'Trajectory', value: kept },
          { label: 'Step', value: params.stepWeight * factor * s },
        ],
        members: groupMembers(total, group, i),
      },
    );
  },
});
