import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { positionLines, positionMembers } from '../math/group-explanation';
import { positionScores } from '../math/group-statistics';

/** σ_t √dt over its mean; all 1 without a schedule or where the mean is 0. A step beyond the schedule is an error. */
function noiseWeightsOf(sigmas: readonly number[] | null, dt: number, steps: number): number[] {
  if (sigmas === null) return Array<number>(steps).fill(1);
  if (sigmas.length < steps) throw new Error(`sigmas has ${sigmas.length} entries, but trajectories have up to ${steps} steps. Give one noise level per step.`);
  const scaled = sigmas.map((sigma) => sigma * Math.sqrt(dt));
  const mean = scaled.reduce((a, b) => a + b, 0) / scaled.length;
  return scaled.map((x) => (mean !== 0 ? x / mean : 1));
}

const longest = (length: Int32Array) => length.reduce((a, b) => Math.max(a, b), 0);

/**
 * TempFlow-GRPO: each denoising step's branch reward is compared with the group at that step and weighted by how
 * much noise the step injects.
 *
 *     Â_t = w_t (r_t − μ_t)/(σ_t + ε),   w_t = σ^noise_t √dt / mean_t(σ^noise_t √dt)
 *
 * σ_t is the population deviation over the group. `sigmas` is the noise schedule, one entry per step; without one all weights are 1.
 * `noiseWeights` = w.
 */
export default defineEstimator({
  id: 'temp-flow-grpo',
  title: 'TempFlow-GRPO',
  summary: 'Weights each denoising step by the noise it injects, where exploration happens.',
  formula: String.raw`\hat A_t = w_t\,\frac{r_t - \mu_t}{\sigma_t + \varepsilon},\quad w_t \propto \sigma^{noise}_t \sqrt{dt}`,
  family: 'denoising',
  provenance: 'recalled',
  cite: [{ title: 'TempFlow-GRPO: When Timing Matters for GRPO in Flow Models', source: 'arXiv:2508.04324' }],
  useWhen: 'Noise varies along the denoising path, so early steps explore more than late ones.',
  breaksWhen: 'The schedule is not the one that sampled: the weights then point at the wrong steps.',
  params: {
    sigmas: { kind: 'numbers', default: null, min: 0, max: 100, maxLength: 256, symbol: 'σ', title: 'Noise schedule', help: 'Noise level of every step; none weights all steps alike.' },
    dt: { kind: 'number', default: 0.1, min: 0.001, max: 1, step: 0.001, help: 'Length of a denoising step.' },
    epsilon: epsilon(1e-4),
  },
  needs: { reward: 'step', group: 'group' },
  outputs: { noiseWeights: 'list' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Schedule 3, 1 has weights 1.5, ½. Rewards (1, 4) and (3, 0): σ = 1, 2 with ε = 1: ∓½·1.5, ±⅔·½.',
      input: { trajectories: [{ group: 0, rewards: [1, 4] }, { group: 0, rewards: [3, 0] }] },
      params: { sigmas: [3, 1], dt: 0.25, epsilon: 1 },
      expect: [[-0.75, 0.3333333333], [0.75, -0.3333333333]],
    },
  ],
  estimate(columns, { sigmas, dt, epsilon: eps }, { buffer }) {
    const { nTraj, maxLen, length, reward, group } = columns;
    const noiseWeights = noiseWeightsOf(sigmas, dt, longest(length));
    const advantage = positionScores(reward, columns, group, eps, buffer);
    for (let i = 0; i < nTraj; i++) for (let t = 0; t < length[i]; t++) advantage[i * maxLen + t] *= noiseWeights[t];
    return { advantage, noiseWeights };
  },
  explain(columns, { sigmas, dt, epsilon: eps }, { advantage }, i, t) {
    const { reward, group, maxLen, length } = columns;
    const w = noiseWeightsOf(sigmas, dt, longest(length))[t];
    const score = positionLines(reward, columns, group, i, t, eps, 'r', { result: 'z', label: 'Score at this step', mean: 'μ_t', deviation: 'σ_t' });
    const z = score[score.length - 1].value;
    return explanation([...score, line('Advantage', 'Â', 'w × z', fill`${w} × ${z}`, advantage[i * maxLen + t], 'advantage')], {
      members: positionMembers(reward, columns, group, i, t, 'Rewards of the group at this step'),
      note: 'The weight is the noise of this step over the mean noise.',
    });
  },
});
