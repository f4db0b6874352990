import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { exp } from '../math/elementary';
import { nextValue } from '../math/td-errors';

const ratio = (logRho: number, clip: number | null) => (clip === null ? exp(logRho) : Math.min(clip, exp(logRho)));

/**
 * V-trace: returns of another policy's trajectories, corrected by clipped importance ratios.
 *
 *     ρ_t = min(ρ̄, π/μ),  c_t = min(1, π/μ)
 *     v_t = V_t + ρ_t (r_t + γ V_{t+1} − V_t) + γ c_t (v_{t+1} − V_{t+1})
 *     Â_t = min(ρ̄_pg, π/μ) (r_t + γ v_{t+1} − V_t)
 *
 * `logRhos` is log π/μ of each taken action. c is clipped at 1 whatever ρ̄ is. v_T is V(s_T) where time ran
 * out and 0 where the task ended. `returns` = v.
 */
export default defineEstimator({
  id: 'v-trace',
  title: 'V-trace',
  summary: 'Learns from stale rollouts by clipping how much each step may be re-weighted.',
  formula: String.raw`\hat A_t = \min(\bar\rho, \tfrac{\pi}{\mu})\,\bigl(r_t + \gamma v_{t+1} - V(s_t)\bigr)`,
  family: 'classic',
  provenance: 'code',
  cite: [
    { title: 'Espeholt et al., IMPALA: Scalable Distributed Deep-RL with Importance Weighted Actor-Learner Architectures', source: 'arXiv:1802.01561' },
    { title: 'TorchBeast, vtrace.py', source: 'facebookresearch/torchbeast@0af07b05:torchbeast/core/vtrace.py' },
  ],
  useWhen: 'Rollouts come from an older policy than the one being updated.',
  breaksWhen: 'Policies differ so much that most ratios are clipped: the value being learned is then that of neither policy.',
  params: {
    gamma: discount(0.99),
    clipRho: { kind: 'number', default: 1, min: 0.05, max: 10, step: 0.05, nullable: true, symbol: 'ρ̄', help: 'Largest ratio inside the value target; off means none.' },
    clipPgRho: { kind: 'number', default: 1, min: 0.05, max: 10, step: 0.05, nullable: true, symbol: 'ρ̄_pg', help: 'Largest ratio in front of the advantage; off means none.' },
  },
  needs: { reward: 'step', value: 'state', terminated: 'trajectory', logRhos: 'step' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'linear'],
  examples: [
    {
      why: 'Ratios ½ and 2 (log ∓0.6931), γ = ½, cut with V(s_2) = 4. v_1 = 2 + 1·(1 + 2 − 2) + 0 = 3. Â_1 = 1·(1 + ½·4 − 2) = 1. Â_0 = ½·(3 + ½·3 − 1) = 1.75.',
      input: {
        trajectories: [{ group: 0, rewards: [3, 1], values: [1, 2, 4], terminated: false, extra: { logRhos: [-0.6931471805599453, 0.6931471805599453] } }],
      },
      params: { gamma: 0.5 },
      expect: [[1.75, 1]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate({ nTraj, maxLen, length, reward, value, terminated, logRhos }, { gamma, clipRho, clipPgRho }, { buffer }) {
    const advantage = buffer(nTraj * maxLen);
    const returns = buffer(nTraj * maxLen);
    for (let i = 0; i < nTraj; i++) {
      const start = i * maxLen;
      const values = i * (maxLen + 1);
      const T = length[i];
      advantage.fill(0, start + T, start + maxLen);
      returns.fill(0, start + T, start + maxLen);
      let next = terminated[i] !== 0 ? 0 : value[values + T];
      let target = next;
      for (let t = T - 1; t >= 0; t--) {
        const k = start + t;
        const here = value[values + t];
        const rho = exp(logRhos[k]);
        advantage[k] = (clipPgRho === null ? rho : Math.min(clipPgRho, rho)) * (reward[k] + gamma * target - here);
        const delta = (clipRho === null ? rho : Math.min(clipRho, rho)) * (reward[k] + gamma * next - here);
        returns[k] = target = here + delta + gamma * Math.min(1, rho) * (target - next);
        next = here;
      }
    }
    return { advantage, returns };
  },
  explain(columns, { gamma, clipPgRho }, { advantage, returns }, i, t) {
    const { reward, value, logRhos, maxLen, length } = columns;
    const k = i * maxLen + t;
    const target = t + 1 < length[i] ? returns![k + 1] : nextValue(columns, i, t);
    const rho = ratio(logRhos[k], clipPgRho);
    const here = value[i * (maxLen + 1) + t];
    return explanation([
      clipPgRho === null
        ? line('Importance ratio', 'ρ', 'exp(log π/μ)', fill`exp(${logRhos[k]})`, rho)
        : line('Clipped importance ratio', 'ρ', 'min(ρ̄_pg, exp(log π/μ))', fill`min(${clipPgRho}, exp(${logRhos[k]}))`, rho),
      line('Corrected return of the next state', 'v', 'v_{t+1}', fill`${target}`, target, 'value'),
      line('Advantage', 'Â', 'ρ × (r_t + γ × v_{t+1} − V(s_t))', fill`${rho} × (${reward[k]} + ${gamma} × ${target} − ${here})`, advantage[k], 'advantage'),
    ]);
  },
});
