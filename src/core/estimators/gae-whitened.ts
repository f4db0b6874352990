import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { whitenLines } from '../math/group-explanation';
import { advantageLambda } from '../math/td-errors';
import { whiten } from '../math/statistics';

const everyEnd = (nTraj: number) => new Float64Array(nTraj).fill(1);

/**
 * What verl's and TRL's PPO feed to the loss: GAE, then whitened over all steps of the batch.
 *
 *     Â = W(A),  A_t = δ_t + γλ A_{t+1},  W(x) = (x − m) / sqrt(v + 1e-8), v with Bessel's correction
 *
 * V(s_T) counts as 0 for every trajectory, ended or cut. `returns` = A + V stay unwhitened. A batch of one
 * step has nothing to whiten with and gets 0.
 */
export default defineEstimator({
  id: 'gae-whitened',
  title: 'GAE, whitened',
  summary: 'GAE shifted and scaled to mean 0 and variance 1 over the batch, as PPO libraries use it.',
  formula: String.raw`\hat A = \frac{A - m}{\sqrt{v + 10^{-8}}},\quad A_t = \sum_{k \ge 0} (\gamma\lambda)^k \delta_{t+k}`,
  family: 'classic',
  provenance: 'code',
  cite: [{ title: 'verl, compute_gae_advantage_return', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' }],
  useWhen: 'You want the step size to stay the same whatever the reward scale.',
  breaksWhen: 'Almost all steps are alike: whitening then magnifies noise, and the sign of a step depends on its neighbours in the batch.',
  params: {
    gamma: discount(1),
    lambda: { kind: 'number', default: 1, min: 0, max: 1, step: 0.01, symbol: 'λ', help: '0 trusts the value function after one step, 1 waits for the whole return.' },
  },
  needs: { reward: 'step', value: 'state' },
  outputs: { returns: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'γ = λ = ½: trajectory one has δ = [0 + ½·2 − 1, 4 − 2] = [0, 2], A = [½, 2]; the other A = 1 − 4 = −3. m = −1/6, squares about it add up to 79/6, v = 79/12 = 6.5833, so Â = (A + 1/6) / 2.5658.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], values: [1, 2] },
          { group: 1, rewards: [1], values: [4] },
        ],
      },
      params: { gamma: 0.5, lambda: 0.5 },
      expect: [[0.259827921, 0.844440743], [-1.104268663]],
    },
  ],
  estimate(columns, { gamma, lambda }, { buffer, detail }) {
    const { nTraj, maxLen, length, value } = columns;
    const raw = advantageLambda({ ...columns, terminated: everyEnd(nTraj) }, gamma, lambda, buffer);
    const advantage = whiten(raw, length, maxLen, buffer(raw.length));
    if (!detail) return { advantage };
    const returns = buffer(raw.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) returns[i * maxLen + t] = raw[i * maxLen + t] + value[i * (maxLen + 1) + t];
    }
    return { advantage, returns };
  },
  explain(columns, { gamma, lambda }, _result, i, t) {
    const { nTraj, maxLen, length, reward, value } = columns;
    const raw = advantageLambda({ ...columns, terminated: everyEnd(nTraj) }, gamma, lambda, (size) => new Float64Array(size));
    const k = i * maxLen + t;
    const inside = t + 1 < length[i];
    const next = inside ? value[i * (maxLen + 1) + t + 1] : 0;
    const here = value[i * (maxLen + 1) + t];
    const delta = line('TD error', 'δ', 'r_t + γ × V(s_{t+1}) − V(s_t)', fill`${reward[k]} + ${gamma} × ${next} − ${here}`, reward[k] + gamma * next - here);
    const plain = line('GAE', 'A', 'δ_t + γ × λ × A_{t+1}', fill`${delta.value} + ${gamma} × ${lambda} × ${inside ? raw[k + 1] : 0}`, raw[k]);
    return explanation([delta, plain, ...whitenLines(raw, columns, k, 'A')]);
  },
});
