import type { VectorColumn } from '../contracts/columns';
import { explained, rewardLine, weighted } from '../contracts/explain-reward';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative } from '../contracts/reward-parameters';
import { solveLinear } from '../math/solve-linear';

type Read = { nTraj: number; maxLen: number; length: Int32Array; outcome: Float64Array; latent: VectorColumn };

/** w of ((1/n) Σ z̄ z̄ᵀ + ρ I) w = (1/n) Σ z̄ R / T, z̄ the mean factors of a trajectory; zeros where it has no solution. */
function fit({ nTraj, maxLen, length, outcome, latent }: Read, ridge: number): Float64Array {
  const D = latent.width;
  const matrix = new Float64Array(D * D);
  const right = new Float64Array(D);
  const n = length.reduce((count, T) => count + (T > 0 ? 1 : 0), 0);
  for (let i = 0; i < nTraj; i++) {
    if (length[i] === 0) continue;
    const z = new Float64Array(D);
    for (let t = 0; t < length[i]; t++) for (let d = 0; d < D; d++) z[d] += latent.data[(i * maxLen + t) * D + d] / length[i];
    for (let a = 0; a < D; a++) {
      right[a] += (z[a] * outcome[i]) / length[i] / n;
      for (let b = 0; b < D; b++) matrix[a * D + b] += (z[a] * z[b]) / n;
    }
  }
  for (let d = 0; d < D; d++) matrix[d * D + d] += ridge;
  return solveLinear(matrix, right) ?? new Float64Array(D);
}

/** r_t = w·z_t, w fitted so that the mean of a trajectory's rewards is its outcome per step (ridge regression). */
export default defineReward({
  id: 'lare-linear',
  title: 'Latent factors, linear',
  summary: 'Decomposes the outcome into a linear reward of factors that someone named.',
  formula: String.raw`r_t = w^\top z_t,\qquad w = \arg\min \tfrac1n \sum_i \big(w^\top \bar z_i - \tfrac{R_i}{T_i}\big)^2 + \rho \lVert w \rVert^2`,
  provenance: 'own',
  cite: [
    { title: 'Latent Reward: LLM-Empowered Credit Assignment in Episodic Reinforcement Learning', source: 'arXiv:2412.11120' },
    { title: 'Released code (its decoder is a network; the linear one is ours)', source: 'thu-rllab/LaRe@332cbe96:mujoco/reward_model/rrd.py' },
  ],
  useWhen: 'A few meaningful factors of every step can be coded, and only the sum over the trajectory is known to matter.',
  breaksWhen: 'Factors that move together share the credit at will. The rewards need not add up to the outcome.',
  category: 'learned',
  params: {
    ridge: { kind: 'number', default: 0.01, min: 1e-6, max: 100, step: 1e-4, scale: 'log', symbol: 'ρ', help: 'How strongly weights are held near 0.' },
    objective: informative('The objective that published vectors were fitted by.'),
  },
  needs: { outcome: 'trajectory', latent: 'step-vector' },
  outputs: { decoder: 'list' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One factor, mean 1 on a trajectory with outcome 4 over two steps: w = 2 / (1 + 1).',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 4, extra: { latent: [[0.5], [1.5]] } }] },
      params: { ridge: 1 },
      expect: [[0.5, 1.5]],
    },
  ],
  price(columns, { ridge }, { buffer }) {
    const { latent } = columns;
    const decoder = fit(columns, ridge);
    const reward = payEveryStep(columns, buffer, (_i, _t, k) => {
      let sum = 0;
      for (let d = 0; d < latent.width; d++) sum += decoder[d] * latent.data[k * latent.width + d];
      return sum;
    });
    return { reward, decoder: [...decoder] };
  },
  explain(columns, _params, { reward, decoder }, i, t) {
    const k = i * columns.maxLen + t;
    const { width, data } = columns.latent;
    return explained([rewardLine('Σ w_d z_d', weighted(decoder as readonly number[], data.subarray(k * width, (k + 1) * width)), reward[k])]);
  },
});
