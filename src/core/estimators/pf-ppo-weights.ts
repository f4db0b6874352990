import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { exp, log } from '../math/elementary';
import { totalLine } from '../math/group-explanation';
import { broadcast, trajectoryTotals, type Buffer } from '../math/group-statistics';

type Method = 'pow' | 'max_min' | 'max_random';

/** |s|^p from exp and log, which every browser rounds alike; 0 for 0. */
const power = (s: number, p: number) => (s === 0 ? 0 : exp(p * log(Math.abs(s))));

function resamplingWeights(total: Float64Array, method: Method, weightPow: number, buffer: Buffer): Float64Array {
  const weights = buffer(total.length);
  let max = -Infinity;
  let min = Infinity;
  for (const s of total) {
    if (s > max) max = s;
    if (s < min) min = s;
  }
  for (let i = 0; i < weights.length; i++) {
    const s = total[i];
    if (method === 'pow') weights[i] = power(s, weightPow);
    else if (method === 'max_min') weights[i] = s === max || s === min ? 1 : 0;
    else weights[i] = s === max ? 0.4 : 0.1;
  }
  return weights;
}

/**
 * PF-PPO: which trajectories of the batch are drawn again, by how reliable the reward model is at their score.
 *
 *     w = |R|^p   or   1 at the largest and smallest R, 0 elsewhere   or   0.4 at the largest R, 0.1 elsewhere
 *
 * These are resampling weights, not advantages; training draws trajectories in proportion to w + 1e-8. They are shown in the
 * place of advantages. `weights` = w.
 */
export default defineEstimator({
  id: 'pf-ppo-weights',
  title: 'PF-PPO weights',
  summary: 'Weights for drawing trajectories again, larger where the reward model can be trusted.',
  formula: String.raw`w_i = |R_i|^p`,
  family: 'reweighting',
  provenance: 'code',
  cite: [
    { title: 'Shen et al., Policy Filtration for RLHF to Mitigate Noise in Reward Models', source: 'arXiv:2409.06957' },
    { title: 'verl, compute_weights', source: 'verl-project/verl@1dda039b:verl/trainer/ppo/core_algos.py' },
  ],
  useWhen: 'A reward model is reliable at the extremes and noisy in the middle.',
  breaksWhen: 'It is used as an advantage: all weights are positive, so everything is pushed up.',
  params: {
    method: {
      kind: 'choice',
      default: 'pow',
      options: [
        { value: 'pow', title: 'Power' },
        { value: 'max_min', title: 'Best and worst' },
        { value: 'max_random', title: 'Best, and some others' },
      ],
      help: 'How the score of a trajectory becomes its weight.',
    },
    weightPow: { kind: 'number', default: 2, min: 0, max: 8, step: 0.5, symbol: 'p', help: 'Exponent of the power method.' },
  },
  needs: { reward: 'step' },
  outputs: { weights: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: '|3|³ = 27 and |−2|³ = 8.',
      input: { trajectories: [{ group: 0, rewards: [1, 2] }, { group: 0, rewards: [-2] }] },
      params: { weightPow: 3 },
      expect: [[27, 27], [8]],
    },
    {
      why: 'Best 3, worst −2; 1 lies between.',
      input: { trajectories: [{ group: 0, rewards: [3] }, { group: 0, rewards: [-2] }, { group: 1, rewards: [1] }] },
      params: { method: 'max_min' },
      expect: [[1], [1], [0]],
    },
  ],
  estimate(columns, { method, weightPow }, { buffer }) {
    const weights = resamplingWeights(trajectoryTotals(columns.reward, columns, buffer), method, weightPow, buffer);
    return { advantage: broadcast(weights, columns, buffer), weights };
  },
  explain(columns, { method, weightPow }, { advantage }, i, t) {
    const own = totalLine(columns.reward, columns, i);
    const value = advantage[i * columns.maxLen + t];
    if (method !== 'pow' || own.value === 0) return explanation([own, line('Weight', 'w', method === 'pow' ? '|R|^p' : 'by rank of R', fill`${value}`, value, 'advantage')]);
    return explanation([own, line('Weight', 'w', 'exp(p × log(|R|))', fill`exp(${weightPow} × log(abs(${own.value})))`, value, 'advantage')]);
  },
});
