import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, trajectoryTotals } from '../math/group-statistics';

const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

/** 1 + p·sign(h) where |h| > τ, else 0. */
const factorOf = (hidden: number, tau: number, p: number) => (Math.abs(hidden) > tau ? 1 + p * Math.sign(hidden) : 0);

/**
 * Token hidden reward: GRPO on the tokens that move the likelihood of right answers, stronger on one sign of it.
 *
 *     Â_{i,t} = GRPO_i · [|h_t| > τ] · (1 + p·sign h_t)
 *
 * `hiddenReward` h_t says how far a token's update raises the likelihood of right answers; it is given from outside. p > 0 favours tokens
 * that do (exploit), p < 0 those that do not (explore). Multiplier and threshold are this project's reading of reviews.
 */
export default defineEstimator({
  id: 'thr',
  title: 'Token hidden reward',
  summary: 'Keeps GRPO on influential tokens and leans towards exploiting or exploring.',
  formula: String.raw`\hat A_{i,t} = A_i\,[\,|h_t| > \tau\,]\,\bigl(1 + p\,\mathrm{sign}(h_t)\bigr)`,
  family: 'reweighting',
  provenance: 'own',
  cite: [{ title: 'Token Hidden Reward, from public reviews', source: 'reviews of the submission' }],
  useWhen: 'The influence of single tokens on right answers is estimated elsewhere and exploration is to be steered.',
  breaksWhen: 'The threshold is high: hardly any token is left to learn from.',
  params: {
    tau: { kind: 'number', default: 0.1, min: 0, max: 10, step: 0.05, symbol: 'τ', help: 'Influence below which a token is left out.' },
    p: { kind: 'number', default: 0.2, min: -1, max: 1, step: 0.05, symbol: 'p', help: 'Above 0 exploits, below 0 explores.' },
    epsilon: epsilon(1e-6),
  },
  needs: { reward: 'step', group: 'group', hiddenReward: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant'],
  examples: [
    {
      why: 'GRPO gives ±½ (σ + ε = 2). Influence 3 counts 1.25, −3 counts 0.75, 0.5 is below τ = 1.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0, 3], extra: { hiddenReward: [3, -3, 0.5] } },
          { group: 0, rewards: [1], extra: { hiddenReward: [3] } },
        ],
      },
      params: { tau: 1, p: 0.25, epsilon: 0.5857864376269049 },
      expect: [[0.625, 0.375, 0], [-0.625]],
    },
  ],
  estimate(columns, { tau, p, epsilon: eps }, { buffer }) {
    const { nTraj, maxLen, length, hiddenReward } = columns;
    const score = groupScores(trajectoryTotals(columns.reward, columns, buffer), columns.group, rule(eps), buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = score[i] * factorOf(hiddenReward[k], tau, p);
    }
    return { advantage };
  },
  explain(columns, { tau, p, epsilon: eps }, { advantage }, i, t) {
    const { group, maxLen, hiddenReward } = columns;
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const base = scoreLines(total[i], groupValues(total, group, i), rule(eps), { result: 'a', label: 'Score of the trajectory' });
    const a = base[base.length - 1].value;
    const k = i * maxLen + t;
    const h = hiddenReward[k];
    const factor = factorOf(h, tau, p);
    const weight =
      Math.abs(h) > tau
        ? line('Weight of the token', 'w', h > 0 ? '1 + p' : '1 − p', h > 0 ? fill`1 + ${p}` : fill`1 − ${p}`, factor)
        : line('Weight of the token', 'w', '0, because |h| ≤ τ', '0', 0);
    return explanation([totalLine(columns.reward, columns, i), ...base, weight, line('Advantage', 'Â', 'a × w', fill`${a} × ${factor}`, advantage[k], 'advantage')], {
      members: groupMembers(total, group, i),
    });
  },
});
