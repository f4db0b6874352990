import { discount } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { whitenLines } from '../math/group-explanation';
import { advantageLambda } from '../math/td-errors';
import { raggedSquares, raggedSum, stepCount, whiten } from '../math/statistics';

/** OpenRLHF's clamp of the variance. */
const LEAST_VARIANCE = 1e-8;

/** OpenRLHF's whitening: population variance, clamped from below, over N steps. */
function populationMoments(raw: Float64Array, length: Int32Array, maxLen: number) {
  const n = stepCount(length);
  const mean = n > 0 ? raggedSum(raw, length, maxLen) / n : 0;
  const squares = raggedSquares(raw, length, maxLen, mean);
  return { n, mean, squares, spread: Math.sqrt(Math.max(LEAST_VARIANCE, n > 0 ? squares / n : 0)) };
}

const everyEnd = (nTraj: number) => new Float64Array(nTraj).fill(1);

/**
 * What verl's and TRL's PPO feed to the loss: GAE, then whitened over all steps of the batch.
 *
 *     Â = W(A),  A_t = δ_t + γλ A_{t+1},  W(x) = (x − m) / sqrt(v + 1e-8), v with Bessel's correction
 *
 * `population` is OpenRLHF's rule: variance over N, clamped at 1e-8, nothing added. V(s_T) counts as 0 for every trajectory, ended or cut. `returns` = A + V stay unwhitened. A batch of one
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
    variance: {
      kind: 'choice',
      default: 'bessel',
      advanced: true,
      options: [
        { value: 'bessel', title: 'Over N − 1 (verl)' },
        { value: 'population', title: 'Over N (OpenRLHF)' },
      ],
      help: 'How the spread of the batch is measured.',
    },
  },
  needs: { reward: 'step', value: 'state' },
  flavours: {
    verl: { title: 'verl', params: { variance: 'bessel' }, help: 'Bessel-corrected, 1e-8 under the root.' },
    openrlhf: { title: 'OpenRLHF', params: { variance: 'population' }, help: 'Population variance, clamped at 1e-8.' },
  },
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
    {
      why: 'The same by OpenRLHF: v = (79/6)/3 = 4.3889, root 2.0950.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 4], values: [1, 2] },
          { group: 1, rewards: [1], values: [4] },
        ],
      },
      params: { gamma: 0.5, lambda: 0.5, variance: 'population' },
      expect: [[0.318222914, 1.034224469], [-1.352447383]],
    },
  ],
  estimate(columns, { gamma, lambda, variance }, { buffer, detail }) {
    const { nTraj, maxLen, length, value } = columns;
    const raw = advantageLambda({ ...columns, terminated: everyEnd(nTraj) }, gamma, lambda, buffer);
    const advantage = buffer(raw.length);
    if (variance === 'bessel') whiten(raw, length, maxLen, advantage);
    else {
      const { mean, spread } = populationMoments(raw, length, maxLen);
      advantage.fill(0);
      for (let i = 0; i < nTraj; i++) for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = (raw[k] - mean) / spread;
    }
    if (!detail) return { advantage };
    const returns = buffer(raw.length).fill(0);
    for (let i = 0; i < nTraj; i++) {
      for (let t = 0; t < length[i]; t++) returns[i * maxLen + t] = raw[i * maxLen + t] + value[i * (maxLen + 1) + t];
    }
    return { advantage, returns };
  },
  explain(columns, { gamma, lambda, variance }, _result, i, t) {
    const { nTraj, maxLen, length, reward, value } = columns;
    const raw = advantageLambda({ ...columns, terminated: everyEnd(nTraj) }, gamma, lambda, (size) => new Float64Array(size));
    const k = i * maxLen + t;
    const inside = t + 1 < length[i];
    const next = inside ? value[i * (maxLen + 1) + t + 1] : 0;
    const here = value[i * (maxLen + 1) + t];
    const delta = line('TD error', 'δ', 'r_t + γ × V(s_{t+1}) − V(s_t)', fill`${reward[k]} + ${gamma} × ${next} − ${here}`, reward[k] + gamma * next - here);
    const plain = line('GAE', 'A', 'δ_t + γ × λ × A_{t+1}', fill`${delta.value} + ${gamma} × ${lambda} × ${inside ? raw[k + 1] : 0}`, raw[k]);
    if (variance === 'bessel') return explanation([delta, plain, ...whitenLines(raw, columns, k, 'A')]);
    const { n, mean, squares, spread } = populationMoments(raw, length, maxLen);
    return explanation([
      delta,
      plain,
      line('Mean over the batch', 'm', 'Σ A / N', fill`${mean * n} / ${n}`, mean),
      line('Spread over the batch', 's', 'sqrt(max(1e-8, Σ(A − m)² / N))', fill`sqrt(max(1e-8, ${squares} / ${n}))`, spread),
      line('Advantage', 'Â', '(A − m) / s', fill`(${raw[k]} − ${mean}) / ${spread}`, (raw[k] - mean) / spread, 'advantage'),
    ]);
  },
});
