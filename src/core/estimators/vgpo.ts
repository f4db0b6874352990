import { discount, epsilon, weight } from '../contracts/common-parameters';
import type { Frame } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { positionLines, positionMembers, rewardToGoLine } from '../math/group-explanation';
import { positionScores, rewardToGo, stepsOf, type Buffer } from '../math/group-statistics';

/** Q_t over the trajectory's mean Q; 1 where that mean is 0. */
function weightsOf(returns: Float64Array, frame: Frame, buffer: Buffer): Float64Array {
  const { nTraj, maxLen, length } = frame;
  const weights = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    const mean = meanReturn(returns, frame, i);
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) weights[k] = mean !== 0 ? returns[k] / mean : 1;
  }
  return weights;
}

const meanReturn = (returns: Float64Array, frame: Frame, i: number) => stepsOf(returns, frame, i).reduce((a, b) => a + b, 0) / frame.length[i];

/**
 * VGPO: denoising steps are weighted by their share of the value, and early steps keep an absolute term so that
 * the signal survives when the group agrees.
 *
 *     Q_t = Σ_{k ≥ t} γ^(k−t) r_k,   ω_t = Q_t / mean_t Q,   z_t = (Q_t − μ_t)/(σ_t + ε)
 *     Â_t = ω_t (z_t + k Q_t [t < alphaSteps])
 *
 * σ is the population deviation over the group at step t. A trajectory whose mean Q is 0 has ω = 1. `returns` = Q, `timeWeights` = ω.
 */
export default defineEstimator({
  id: 'vgpo',
  title: 'VGPO',
  summary: 'Weights denoising steps by their value and keeps an absolute term at the start.',
  formula: String.raw`\hat A_t = \omega_t \left(\frac{Q_t - \mu_t}{\sigma_t + \varepsilon} + k\,Q_t\,[t < t_\alpha]\right)`,
  family: 'denoising',
  provenance: 'read',
  cite: [{ title: 'Anchoring Values in Temporal and Group Dimensions for Flow Matching Model Alignment', source: 'arXiv:2512.12387' }],
  useWhen: 'Groups of pictures converge and plain group scores fade.',
  breaksWhen: 'Values change sign along a trajectory: the weight Q / mean Q is then unstable.',
  params: {
    gamma: discount(0.99),
    k: weight(0.1, 'Weight of the absolute value.', { symbol: 'k' }),
    alphaSteps: { kind: 'integer', default: 5, min: 0, max: 64, title: 'Early steps', help: 'Number of steps that keep the absolute term.' },
    epsilon: epsilon(1e-4),
  },
  needs: { reward: 'step', group: 'group' },
  outputs: { returns: 'step', timeWeights: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'γ = ½: Q = [2, 2] and [4, 0]. ω = [1, 1] and [2, 0]. μ = 3, 1, σ = 1, 1, ε = 1: z = ∓½, ±½. k = ½ on the first step only: [−½ + 1, ½] and [2·(½ + 2), 0].',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [4, 0] }] },
      params: { gamma: 0.5, k: 0.5, alphaSteps: 1, epsilon: 1 },
      expect: [[0.5, 0.5], [5, 0]],
    },
  ],
  estimate(columns, { gamma, k: factor, alphaSteps, epsilon: eps }, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const returns = rewardToGo(columns.reward, columns, gamma, buffer);
    const timeWeights = weightsOf(returns, columns, buffer);
    const advantage = positionScores(returns, columns, columns.group, eps, buffer);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) advantage[k] = timeWeights[k] * (advantage[k] + (t < alphaSteps ? factor * returns[k] : 0));
    }
    return { advantage, returns, timeWeights };
  },
  explain(columns, { gamma, k: factor, alphaSteps, epsilon: eps }, { advantage, returns, timeWeights }, i, t) {
    const k = i * columns.maxLen + t;
    const mean = meanReturn(returns!, columns, i);
    const score = positionLines(returns!, columns, columns.group, i, t, eps, 'Q', { result: 'z', label: 'Score at this step', mean: 'μ_t', deviation: 'σ_t' });
    const z = score[score.length - 1].value;
    const early = t < alphaSteps;
    return explanation(
      [
        { ...rewardToGoLine(columns.reward, returns!, columns, gamma, i, t), symbol: 'Q' },
        line('Weight of the step', 'ω', mean !== 0 ? 'Q / mean(Q)' : '1, because mean Q is 0', mean !== 0 ? fill`${returns![k]} / ${mean}` : '1', timeWeights![k]),
        ...score,
        line('Advantage', 'Â', early ? 'ω × (z + k × Q)' : 'ω × z', early ? fill`${timeWeights![k]} × (${z} + ${factor} × ${returns![k]})` : fill`${timeWeights![k]} × ${z}`, advantage[k], 'advantage'),
      ],
      { members: positionMembers(returns!, columns, columns.group, i, t, 'Values of the group at this step') },
    );
  },
});
