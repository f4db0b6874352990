import { discount } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine, whitenLines } from '../math/group-explanation';
import { membersOf, rewardToGo, stepsOf, type Buffer } from '../math/group-statistics';
import { whiten } from '../math/statistics';

const needs = { reward: 'step', outcome: 'trajectory', group: 'group' } as const;
const { shared: _own, ...ownDiscount } = discount(1);
const meanOf = (steps: Float64Array) => (steps.length > 0 ? steps.reduce((a, b) => a + b, 0) / steps.length : 0);

/** n/(n − 1) and 1/(n − 1); 1 and 0 for a group of one, which has no others. */
const factors = (n: number) => (n > 1 ? { own: n / (n - 1), others: 1 / (n - 1) } : { own: 1, others: 0 });

function centred(columns: Columns<typeof needs>, buffer: Buffer) {
  const { nTraj, maxLen, length, group, reward, outcome } = columns;
  const process = buffer(nTraj * maxLen).fill(0);
  const verified = buffer(nTraj * maxLen).fill(0);
  const means = buffer(group.count).fill(0);
  const outcomes = buffer(group.count).fill(0);
  for (let i = 0; i < nTraj; i++) {
    means[group.id[i]] += meanOf(stepsOf(reward, columns, i));
    outcomes[group.id[i]] += outcome[i];
  }
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    const { own, others } = factors(group.start[g + 1] - group.start[g]);
    const start = i * maxLen;
    for (let k = start; k < start + length[i]; k++) process[k] = own * reward[k] - others * means[g];
    if (length[i] > 0) verified[start + length[i] - 1] = own * outcome[i] - others * outcomes[g];
  }
  return { process, verified, means, outcomes };
}

/**
 * PRIME: implicit process rewards and the verified outcome, each against the group, added as returns.
 *
 *     r̃_t = n/(n−1)·r_t − 1/(n−1)·Σ_j mean_t r_j          (the sum includes i)
 *     õ   = n/(n−1)·o_i − 1/(n−1)·Σ_j o_j  on the last step   (exact RLOO)
 *     Â = W(returns),  returns = rtg(r̃, γ_rm) + rtg(õ, γ_v)
 *
 * Rewards are the implicit step rewards, `outcome` is o. W is whitening over the batch. A group of one keeps its own rewards.
 */
export default defineEstimator({
  id: 'prime',
  title: 'PRIME',
  summary: 'Adds implicit process rewards and the verified outcome, each compared with the group.',
  formula: String.raw`\hat A = W\bigl(\mathrm{rtg}(\tilde r, \gamma_{rm}) + \mathrm{rtg}(\tilde o, \gamma_v)\bigr)`,
  family: 'process',
  provenance: 'code',
  cite: [
    { title: 'Cui et al., Process Reinforcement through Implicit Rewards', source: 'arXiv:2502.01456' },
    { title: 'PRIME, core_algos.py', source: 'PRIME-RL/PRIME@18ad596f:training/verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'Dense rewards come from a model trained on outcomes, and outcomes are verified too.',
  breaksWhen: 'The implicit rewards drift in scale during training: whitening follows the louder of the two sources.',
  params: {
    rewardModelGamma: { ...ownDiscount, symbol: 'γ_rm', title: 'γ of process rewards', help: 'Discount of the implicit process rewards.' },
    verifierGamma: { ...ownDiscount, symbol: 'γ_v', title: 'γ of the outcome', help: 'Discount of the verified outcome.' },
  },
  needs,
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'n = 2. Means 1.5 and 1: r̃ = 2·(1, 2) − 2.5 = (−0.5, 1.5) and −0.5. õ = 2·1 − 1 = 1 and −1. With γ_rm = ½, γ_v = ½: returns (0.25 + 0.5, 1.5 + 1) and −1.5. m = 7/12, v = 4.0208333: Â = (x − m)/2.0052.',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], outcome: 1 },
          { group: 0, rewards: [1], outcome: 0 },
        ],
      },
      params: { rewardModelGamma: 0.5, verifierGamma: 0.5 },
      expect: [[0.083117163, 0.955847380], [-1.038964544]],
    },
  ],
  estimate(columns, { rewardModelGamma, verifierGamma }, { buffer }) {
    const { process, verified } = centred(columns, buffer);
    const returns = rewardToGo(process, columns, rewardModelGamma, buffer);
    const fromOutcome = rewardToGo(verified, columns, verifierGamma, buffer);
    for (let k = 0; k < returns.length; k++) returns[k] += fromOutcome[k];
    return { advantage: whiten(returns, columns.length, columns.maxLen, buffer(returns.length)), returns };
  },
  explain(columns, { rewardModelGamma, verifierGamma }, { returns }, i, t) {
    const { reward, outcome, group, maxLen, length } = columns;
    const fresh = (size: number) => new Float64Array(size);
    const { process, verified, means, outcomes } = centred(columns, fresh);
    const n = membersOf(group, i).length;
    const { own, others } = factors(n);
    const g = group.id[i];
    const k = i * maxLen + t;
    const last = i * maxLen + length[i] - 1;
    const fromProcess = rewardToGo(process, columns, rewardModelGamma, fresh);
    const fromOutcome = rewardToGo(verified, columns, verifierGamma, fresh);
    return explanation([
      line('Process reward against the group', 'r̃', 'n / (n − 1) × r − Σ mean(r_j) / (n − 1)', fill`${own} × ${reward[k]} − ${others} × ${means[g]}`, process[k], 'reward'),
      { ...rewardToGoLine(process, fromProcess, columns, rewardModelGamma, i, t), symbol: 'G_r' },
      line('Outcome against the group', 'õ', 'n / (n − 1) × o − Σ o_j / (n − 1)', fill`${own} × ${outcome[i]} − ${others} × ${outcomes[g]}`, verified[last], 'reward'),
      { ...rewardToGoLine(verified, fromOutcome, columns, verifierGamma, i, t), symbol: 'G_o' },
      line('Return', 'x', 'G_r + G_o', fill`${fromProcess[k]} + ${fromOutcome[k]}`, returns![k], 'return'),
      ...whitenLines(returns!, columns, k, 'x'),
    ]);
  },
});
