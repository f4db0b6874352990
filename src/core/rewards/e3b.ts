import type { VectorColumn } from '../contracts/columns';
import { explained, rewardLine, weighted } from '../contracts/explain-reward';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** b = φᵀ C⁻¹ φ of every step, C = ρI + Σ φφᵀ of the steps before, by rank-one updates of the inverse; C⁻¹φ of each step besides. */
function bonuses({ width, size, data }: VectorColumn, first: number, length: number, trajectory: number, ridge: number): { bonus: Float64Array; direction: Float64Array[] } {
  const D = size[trajectory];
  const inverse = new Float64Array(D * D);
  for (let d = 0; d < D; d++) inverse[d * D + d] = 1 / ridge;
  const bonus = new Float64Array(length);
  const direction: Float64Array[] = [];
  for (let t = 0; t < length; t++) {
    const phi = data.subarray((first + t) * width, (first + t) * width + D);
    const u = new Float64Array(D).map((_, a) => phi.reduce((sum, x, b) => sum + inverse[a * D + b] * x, 0));
    const b = phi.reduce((sum, x, a) => sum + x * u[a], 0);
    bonus[t] = b;
    direction.push(u);
    for (let a = 0; a < D; a++) for (let c = 0; c < D; c++) inverse[a * D + c] -= (u[a] * u[c]) / (1 + b);
  }
  return { bonus, direction };
}

/** r_t = φ_tᵀ C⁻¹ φ_t with C = ρI + Σ_{k<t} φ_k φ_kᵀ, anew in every trajectory. */
export default defineReward({
  id: 'e3b',
  title: 'Elliptical episodic bonus',
  summary: 'Pays for directions of the embedding that this trajectory has not gone in yet.',
  formula: String.raw`r_t = \varphi_t^\top C_{t-1}^{-1} \varphi_t,\qquad C_t = \rho I + \sum_{k \le t} \varphi_k \varphi_k^\top`,
  provenance: 'mixed',
  cite: [
    { title: 'Exploration via Elliptical Episodic Bonuses', source: 'arXiv:2210.05805' },
    { title: 'RLeXplore', source: 'RLE-Foundation/rllte@040cff5:e3b.py' },
  ],
  useWhen: 'States are continuous or endlessly many, so that counting them is no use.',
  breaksWhen: 'The embedding is long: its square is paid on a first visit, so large vectors look new.',
  category: 'intrinsic',
  params: { ridge: { kind: 'number', default: 0.1, min: 1e-4, max: 100, step: 0.01, scale: 'log', symbol: 'ρ', help: 'What the covariance starts from; small means a large first bonus.' } },
  needs: { embeddings: 'step-vector' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'First visit 4/ρ; the same again 4/(ρ + 4); another direction is as new as the first.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 0, extra: { embeddings: [[2, 0], [2, 0], [0, 2]] } }] },
      params: { ridge: 0.5 },
      expect: [[8, 0.888888888888889, 8]],
    },
  ],
  price(columns, { ridge }, { buffer }) {
    let bonus = new Float64Array();
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) ({ bonus } = bonuses(columns.embeddings, k, columns.length[i], i, ridge) as { bonus: typeof bonus });
      return bonus[t];
    });
    return { reward };
  },
  explain(columns, { ridge }, { reward }, i, t) {
    const { width, size, data } = columns.embeddings;
    const k = i * columns.maxLen + t;
    const { direction } = bonuses(columns.embeddings, i * columns.maxLen, columns.length[i], i, ridge);
    return explained([rewardLine('φ · (C⁻¹ φ)', weighted(data.subarray(k * width, k * width + size[i]), direction[t]), reward[k])]);
  },
});
