import { epsilon, normByStd } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals, type Buffer } from '../math/group-statistics';

/** 1 − ρ₀ − ρ₁; 1 where the verifier is no better than chance and nothing can be corrected. */
const slope = (rho0: number, rho1: number) => (rho0 + rho1 < 1 ? 1 - rho0 - rho1 : 1);

function corrected(total: Float64Array, rho0: number, rho1: number, buffer: Buffer): Float64Array {
  const out = buffer(total.length);
  for (let i = 0; i < out.length; i++) out[i] = (total[i] - rho0) / slope(rho0, rho1);
  return out;
}

/**
 * Backward correction of a noisy verifier: rewards are made unbiased before GRPO compares them.
 *
 *     r̂ = (r̃ − ρ₀) / (1 − ρ₀ − ρ₁),   Â = GRPO of r̂
 *
 * ρ₀ is the verifier's false-positive and ρ₁ its false-negative rate. The correction is affine, so GRPO's division by σ
 * cancels it up to ε; it matters only without that division. With ρ₀ + ρ₁ ≥ 1 there is nothing to divide by and only the
 * shift is made. `correctedRewards` = r̂.
 */
export default defineEstimator({
  id: 'noise-backward',
  title: 'Backward noise correction',
  summary: 'Undoes a verifier’s known error rates before comparing with the group.',
  formula: String.raw`\hat r = \frac{\tilde r - \rho_0}{1 - \rho_0 - \rho_1},\quad \hat A_i = \frac{\hat r_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'reweighting',
  provenance: 'read',
  cite: [{ title: 'Reinforcement Learning with Verifiable yet Noisy Rewards under Imperfect Verifiers', source: 'arXiv:2510.00915' }],
  useWhen: 'Error rates of the verifier were measured and advantages are not divided by their spread.',
  breaksWhen: 'Rates are guessed: near ρ₀ + ρ₁ = 1 the correction explodes.',
  params: {
    rho0: { kind: 'number', default: 0.1, min: 0, max: 0.95, step: 0.01, symbol: 'ρ₀', title: 'False positives', help: 'Share of wrong answers that the verifier accepts.' },
    rho1: { kind: 'number', default: 0.2, min: 0, max: 0.95, step: 0.01, symbol: 'ρ₁', title: 'False negatives', help: 'Share of right answers that the verifier rejects.' },
    normByStd: normByStd(false),
    epsilon: epsilon(1e-6),
  },
  needs: { reward: 'step', group: 'group' },
  outputs: { correctedRewards: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: { rho0: 0, rho1: 0, normByStd: true }, equals: 'grpo', why: 'A perfect verifier needs no correction.' }],
  examples: [
    {
      why: 'Slope 1 − 0.1 − 0.4 = ½: r̂ = 1.8 and −0.2, mean 0.8. The group of one passes its corrected 1.8.',
      input: { trajectories: [{ group: 0, rewards: [0, 1] }, { group: 0, rewards: [0] }, { group: 1, rewards: [1] }] },
      params: { rho0: 0.1, rho1: 0.4 },
      expect: [[1, 1], [-1], [1.8]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const correctedRewards = corrected(total, params.rho0, params.rho1, buffer);
    const rule = { normByStd: params.normByStd, ddof: 1, epsilon: params.epsilon, singleton: 'raw' } as const;
    return { advantage: broadcast(groupScores(correctedRewards, columns.group, rule, buffer), columns, buffer), correctedRewards };
  },
  explain(columns, params, { correctedRewards }, i) {
    const { group, reward } = columns;
    const rule = { normByStd: params.normByStd, ddof: 1, epsilon: params.epsilon, singleton: 'raw' } as const;
    const observed = totalLine(reward, columns, i);
    const { rho0, rho1 } = params;
    const formula = rho0 + rho1 < 1 ? fill`(${observed.value} − ${rho0}) / (1 − ${rho0} − ${rho1})` : fill`${observed.value} − ${rho0}`;
    const own = line('Corrected reward', 'r̂', rho0 + rho1 < 1 ? '(R − ρ₀) / (1 − ρ₀ − ρ₁)' : 'R − ρ₀', formula, correctedRewards![i], 'reward');
    return explanation([observed, own, ...scoreLines(correctedRewards![i], groupValues(correctedRewards!, group, i), rule, { symbol: 'r̂' })], {
      members: groupMembers(correctedRewards!, group, i, 'Corrected rewards of the group'),
    });
  },
});
