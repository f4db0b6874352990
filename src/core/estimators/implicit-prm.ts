import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { rewardToGo, type Buffer } from '../math/group-statistics';

const needs = { logProbs: 'step', refLogProbs: 'step' } as const;

/** β(log π − log π_ref), and what batch normalisation divides it by. */
function implicitRewards(columns: Columns<typeof needs>, beta: number, batchNorm: boolean, buffer: Buffer) {
  const { nTraj, maxLen, length, logProbs, refLogProbs } = columns;
  const stepRewards = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) stepRewards[k] = beta * (logProbs[k] - refLogProbs[k]);
  }
  if (!batchNorm) return { stepRewards, divisor: 1 };
  const returns = rewardToGo(stepRewards, columns, 1, buffer);
  let largest = 0;
  for (let k = 0; k < returns.length; k++) largest = Math.max(largest, Math.abs(returns[k]));
  const divisor = largest + 1e-6;
  for (let k = 0; k < stepRewards.length; k++) stepRewards[k] /= divisor;
  return { stepRewards, divisor };
}

/**
 * Implicit PRM: a reward model parametrised as a log-ratio of two policies pays every step, without step labels.
 *
 *     r_t = β log(π / π_ref),   Â_t = Σ_{k ≥ t} r_k
 *
 * `batchNorm` divides by the largest |reward-to-go| of the batch + 1e-6, as PRIME does. `stepRewards` = r, `cumulative` its running sum.
 */
export default defineEstimator({
  id: 'implicit-prm',
  title: 'Implicit PRM',
  summary: 'Reads step rewards off the log-ratio of two policies and adds up what is still to come.',
  formula: String.raw`r_t = \beta \log\frac{\pi(a_t)}{\pi_{ref}(a_t)},\quad \hat A_t = \sum_{k \ge t} r_k`,
  family: 'process',
  provenance: 'read',
  cite: [
    { title: 'Yuan et al., Free Process Rewards without Process Labels', source: 'arXiv:2412.01981' },
    { title: 'PRIME, dp_prime.py', source: 'PRIME-RL/PRIME' },
  ],
  useWhen: 'Only outcomes are labelled, and a model trained on them is at hand.',
  breaksWhen: 'The policy leaves the region where the two models were trained: the ratio is then extrapolation.',
  params: {
    beta: { kind: 'number', default: 0.05, min: 0, max: 1, step: 0.01, symbol: 'β', help: 'Scale of the log-ratio.' },
    batchNorm: { kind: 'boolean', default: false, title: 'Normalise by the batch', help: 'Divide by the largest reward-to-go of the batch.' },
  },
  needs,
  outputs: { stepRewards: 'step', cumulative: 'step' },
  flavours: {
    prime: { title: 'PRIME', params: { beta: 0.05, batchNorm: true }, help: 'Divided by the largest reward-to-go of the batch.' },
    evaluation: { title: 'ImplicitPRM, evaluation', params: { beta: 0.001, batchNorm: false }, help: 'A much smaller scale, which a ranking does not see.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'β = ½: r = ½·(2, −1) = (1, −½), so Â = (½, −½).',
      input: { trajectories: [{ group: 0, rewards: [0, 0], extra: { logProbs: [-1, -3], refLogProbs: [-3, -2] } }] },
      params: { beta: 0.5 },
      expect: [[0.5, -0.5]],
    },
    {
      why: 'Normalised by the largest |reward-to-go|, ½ (+ 1e-6).',
      input: { trajectories: [{ group: 0, rewards: [0, 0], extra: { logProbs: [-1, -3], refLogProbs: [-3, -2] } }] },
      params: { beta: 0.5, batchNorm: true },
      expect: [[0.999998, -0.999998]],
    },
  ],
  estimate(columns, { beta, batchNorm }, { buffer, detail }) {
    const { stepRewards } = implicitRewards(columns, beta, batchNorm, buffer);
    const advantage = rewardToGo(stepRewards, columns, 1, buffer);
    if (!detail) return { advantage };
    const { nTraj, maxLen, length } = columns;
    const cumulative = buffer(stepRewards.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      let sum = 0;
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) cumulative[k] = sum += stepRewards[k];
    }
    return { advantage, stepRewards, cumulative };
  },
  explain(columns, { beta, batchNorm }, { advantage }, i, t) {
    const { logProbs, refLogProbs, maxLen } = columns;
    const { stepRewards, divisor } = implicitRewards(columns, beta, batchNorm, (size) => new Float64Array(size));
    const k = i * maxLen + t;
    const ratio = fill`${beta} × (${logProbs[k]} − ${refLogProbs[k]})`;
    const reward = batchNorm
      ? line('Implicit reward', 'r', 'β × (log π − log π_ref) / max|G|', ratio + fill` / ${divisor}`, stepRewards[k], 'reward')
      : line('Implicit reward', 'r', 'β × (log π − log π_ref)', ratio, stepRewards[k], 'reward');
    return explanation([reward, { ...rewardToGoLine(stepRewards, advantage, columns, 1, i, t), label: 'Advantage', symbol: 'Â', quantity: 'advantage' }]);
  },
});
