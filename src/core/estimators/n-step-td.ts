import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, sumLine } from '../contracts/explanation-lines';
import { rewardToGo } from '../math/group-statistics';

/**
 * n-step temporal difference: n rewards, then the value function.
 *
 *     Â_t = Σ_{k=t}^{e−1} γ^(k−t) r_k + γ^(e−t) V(s_e) − V(s_t),   e = min(t + n, T)
 *
 * V(s_T) is 0 where the task ended and the given value where time ran out. The sum of n rewards is
 * G_t − γ^(e−t) G_e, so the cost does not grow with n.
 */
export default defineEstimator({
  id: 'n-step-td',
  title: 'n-step TD',
  summary: 'Counts n real rewards and lets the value function speak for the rest.',
  formula: String.raw`\hat A_t = \sum_{k=t}^{e-1} \gamma^{k-t} r_k + \gamma^{e-t} V(s_e) - V(s_t),\quad e = \min(t+n, T)`,
  family: 'classic',
  provenance: 'textbook',
  cite: [{ title: 'Sutton and Barto, Reinforcement Learning: An Introduction, chapter 7', source: 'ISBN 9780262039246' }],
  useWhen: 'You want one clear horizon for how long real rewards are trusted before the critic is.',
  breaksWhen: 'Rewards arrive later than n steps and the value function has not learned them: the step sees nothing.',
  params: {
    gamma: discount(0.99),
    n: { kind: 'integer', default: 5, min: 1, max: 64, symbol: 'n', help: 'Number of real rewards before the value function takes over.' },
  },
  needs: { reward: 'step', value: 'state', terminated: 'trajectory' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'linear'],
  reducesTo: [
    { at: { n: 1 }, equals: 'gae', with: { lambda: 0 }, why: 'One step is the TD error, which is GAE with λ = 0.' },
    { at: { n: 64 }, equals: 'gae', with: { lambda: 1 }, why: 'A horizon beyond the end of the trajectory is GAE with λ = 1.' },
  ],
  examples: [
    {
      why: 'γ = ½, n = 2, cut by time with V(s_3) = 8: Â_0 = 1 + ½·2 + ¼·4 − 3 = 0; Â_1 = 2 + ½·4 + ¼·8 − 2 = 4; Â_2 = 4 + ½·8 − 4 = 4.',
      input: { trajectories: [{ group: 0, rewards: [1, 2, 4], values: [3, 2, 4, 8], terminated: false }] },
      params: { gamma: 0.5, n: 2 },
      expect: [[0, 4, 4]],
    },
  ],
  decomposition: { kind: 'linear' },
  estimate(columns, { gamma, n }, { buffer }) {
    const { nTraj, maxLen, length, value, terminated } = columns;
    const advantage = rewardToGo(columns.reward, columns, gamma, buffer);
    const returns = buffer(nTraj * maxLen).fill(0);
    const horizon = Math.min(n, maxLen);
    const power = buffer(horizon + 1).fill(1);
    for (let k = 1; k <= horizon; k++) power[k] = power[k - 1] * gamma;
    for (let i = 0; i < nTraj; i++) {
      const start = i * maxLen;
      const values = i * (maxLen + 1);
      const T = length[i];
      const last = terminated[i] !== 0 ? 0 : value[values + T];
      // Forwards: G at the horizon is read before it is overwritten.
      for (let t = 0; t < T; t++) {
        const e = Math.min(t + n, T);
        const beyond = e < T ? advantage[start + e] : 0;
        const bootstrap = e < T ? value[values + e] : last;
        returns[start + t] = advantage[start + t] + power[e - t] * (bootstrap - beyond);
        advantage[start + t] = returns[start + t] - value[values + t];
      }
    }
    return { advantage, returns };
  },
  explain({ reward, value, terminated, maxLen, length }, { gamma, n }, { advantage }, i, t) {
    const T = length[i];
    const e = Math.min(t + n, T);
    const rewards: number[] = [];
    let factor = 1;
    for (let k = t; k < e; k++, factor *= gamma) rewards.push(factor * reward[i * maxLen + k]);
    const bootstrap = e === T && terminated[i] !== 0 ? 0 : value[i * (maxLen + 1) + e];
    const own = value[i * (maxLen + 1) + t];
    const sum = sumLine(`Rewards of ${e - t} steps, discounted`, 'S', 'Σ γ^(k−t) r_k', rewards);
    const weight = line('Discount of the value at the horizon', 'g', 'γ^(e−t)', fill`${factor}`, factor);
    const result = line('Advantage', 'Â', 'S + g × V(s_e) − V(s_t)', fill`${sum.value} + ${factor} × ${bootstrap} − ${own}`, advantage[i * maxLen + t], 'advantage');
    return explanation([sum, weight, result], {
      parts: [
        { label: 'Rewards', value: sum.value },
        { label: `Value after ${e - t} steps`, value: factor * bootstrap },
        { label: 'Value now', value: -own },
      ],
    });
  },
});
