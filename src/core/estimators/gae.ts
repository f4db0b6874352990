import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { advantageLambda, nextValue } from '../math/td-errors';

/**
 * Generalized advantage estimation: a λ-weighted average of k-step advantages, as one backward scan.
 *
 *     δ_t = r_t + γ V(s_{t+1}) − V(s_t)
 *     Â_t = δ_t + γλ Â_{t+1}
 *
 * V(s_T) is 0 where the task ended and the given value where time ran out. `returns` is the TD(λ)
 * target Â_t + V(s_t).
 */
export default defineEstimator({
  id: 'gae',
  title: 'GAE(λ)',
  summary: 'Trades bias for variance by mixing k-step advantages of a value function.',
  formula: String.raw`\hat A_t = \sum_{k \ge 0} (\gamma\lambda)^k \delta_{t+k},\quad \delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)`,
  family: 'classic',
  provenance: 'code',
  cite: [
    { title: 'Schulman et al., High-Dimensional Continuous Control Using Generalized Advantage Estimation', source: 'arXiv:1506.02438' },
    { title: 'OpenRLHF, get_advantages_and_returns', source: 'OpenRLHF/OpenRLHF@3c3be623:openrlhf/trainer/ppo_utils/experience_maker.py' },
  ],
  useWhen: 'A value function is available and tolerably right; λ near 0.9 then removes most of the noise for little bias.',
  breaksWhen: 'The value function is wrong and λ is small: the advantage then says what the critic believes, not what happened.',
  params: {
    gamma: discount(0.99),
    lambda: { kind: 'number', default: 0.95, min: 0, max: 1, step: 0.01, symbol: 'λ', help: '0 trusts the value function after one step, 1 waits for the whole return.' },
  },
  needs: { reward: 'step', value: 'state', terminated: 'trajectory' },
  outputs: { returns: 'step' },
  flavours: {
    control: { title: 'Control', params: { gamma: 0.99, lambda: 0.95 }, help: 'The usual constants of PPO on control tasks.' },
    verl: { title: 'verl', params: { gamma: 1, lambda: 1 }, help: 'Undiscounted, as for language models.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'linear'],
  reducesTo: [
    { at: { lambda: 0 }, equals: 'n-step-td', with: { n: 1 }, why: 'λ = 0 keeps only the one-step TD error.' },
    { at: { lambda: 1 }, equals: 'n-step-td', with: { n: 64 }, why: 'λ = 1 telescopes to the whole return minus V(s_t).' },
  ],
  examples: [
    {
      why: 'γ = ½, λ = ½, cut by time with V(s_2) = 2: δ = [0 + ½·2 − 1, 4 + ½·2 − 2] = [0, 3], so Â = [0 + ¼·3, 3].',
      input: { trajectories: [{ group: 0, rewards: [0, 4], values: [1, 2, 2], terminated: false }] },
      params: { gamma: 0.5, lambda: 0.5 },
      expect: [[0.75, 3]],
    },
    {
      why: 'Same steps, but the task ended: V(s_2) counts as 0, δ_1 = 4 − 2 = 2, Â_0 = 0 + ¼·2.',
      input: { trajectories: [{ group: 0, rewards: [0, 4], values: [1, 2, 2], terminated: true }] },
      params: { gamma: 0.5, lambda: 0.5 },
      expect: [[0.5, 2]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, { gamma, lambda }, { buffer, detail }) {
    const advantage = advantageLambda(columns, gamma, lambda, buffer);
    if (!detail) return { advantage };
    const { nTraj, maxLen, length, value } = columns;
    const returns = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) returns[i * maxLen + t] = advantage[i * maxLen + t] + value[i * (maxLen + 1) + t];
    }
    return { advantage, returns };
  },
  explain(columns, { gamma, lambda }, { advantage }, i, t) {
    const { reward, value, maxLen, length } = columns;
    const tdError = (k: number) => reward[i * maxLen + k] + gamma * nextValue(columns, i, k) - value[i * (maxLen + 1) + k];
    const parts = [];
    for (let k = t, factor = 1; k < length[i]; k++, factor *= gamma * lambda) {
      parts.push({ label: `TD error of step ${k}`, value: factor * tdError(k) });
    }
    const k = i * maxLen + t;
    const delta = line(
      'TD error',
      'δ',
      'r_t + γ × V(s_{t+1}) − V(s_t)',
      fill`${reward[k]} + ${gamma} × ${nextValue(columns, i, t)} − ${value[i * (maxLen + 1) + t]}`,
      tdError(t),
    );
    const following = t + 1 < length[i] ? advantage[k + 1] : 0;
    const result = line('Advantage', 'Â', 'δ_t + γ × λ × Â_{t+1}', fill`${delta.value} + ${gamma} × ${lambda} × ${following}`, advantage[k], 'advantage');
    return explanation([delta, result], { parts });
  },
});
