import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { exp, log } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', logDist: 'step-vector' } as const;
const rule = { normByStd: true, ddof: 1, epsilon: 1e-4, singleton: 'zero' } as const;
const MIN_MAX_EPSILON = 1e-8;
const LARGEST_GAP = 11;

/** How much the members' distributions differ at each position of each group, [count × width], and the width. */
function divergences({ nTraj, maxLen, length, group, logDist }: Columns<typeof needs>, buffer: Buffer): { divergence: Float64Array; width: number } {
  const width = length.reduce((a, b) => Math.max(a, b), 0);
  const V = logDist.width;
  const uniform = V > 0 ? -log(V) : 0;
  const divergence = buffer(group.count * width).fill(0);
  const mean = buffer(group.count * width * V).fill(0);
  const sizeOf = (g: number) => group.start[g + 1] - group.start[g];
  const at = (i: number, t: number, v: number) => (t < length[i] ? logDist.data[(i * maxLen + t) * V + v] : uniform);
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    for (let t = 0; t < width; t++) for (let v = 0; v < V; v++) mean[(g * width + t) * V + v] += at(i, t, v) / sizeOf(g);
  }
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    for (let t = 0; t < width; t++) {
      let k = 0;
      for (let v = 0; v < V; v++) {
        const d = Math.max(-LARGEST_GAP, Math.min(LARGEST_GAP, mean[(g * width + t) * V + v] - at(i, t, v)));
        k += exp(d) - d - 1;
      }
      divergence[g * width + t] += k / sizeOf(g);
    }
  }
  return { divergence, width };
}

/** Least and largest divergence over the positions of a group. */
function range(divergence: Float64Array, width: number, g: number): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let j = g * width; j < (g + 1) * width; j++) {
    least = Math.min(least, divergence[j]);
    most = Math.max(most, divergence[j]);
  }
  return { least, most };
}

/**
 * TW-GRPO: positions where the group's policies disagree carry more of the advantage.
 *
 *     k_t = mean_i Σ_v (e^d − d − 1),  d = mean_j log p_j(v) − log p_i(v), clipped to ±11
 *     z = (k − min k)/(max k − min k + 1e-8) over positions,   Â_t = GRPO · (1 + (α − 1) z_t)
 *
 * `logDist` holds log-probabilities over the whole action set. Members that have finished count as uniform, and positions run to the
 * longest trajectory of the batch. GRPO in TRL's flavour (ε = 1e-4, a group of one gets 0). `tokenWeights` = 1 + (α − 1) z.
 */
export default defineEstimator({
  id: 'tw-grpo',
  title: 'TW-GRPO',
  summary: 'Weights positions by how much the group’s policies disagree there.',
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g}{\sigma_g + \varepsilon}\,\bigl(1 + (\alpha - 1)\, z_t\bigr)`,
  family: 'reweighting',
  provenance: 'mixed',
  cite: [{ title: 'TW-GRPO, released code', source: 'longmalongma/TW-GRPO@aa529ffc:src/open_r1/trainer/grpo_trainer.py' }],
  useWhen: 'Answers share boilerplate, and credit should go to the positions where they part.',
  breaksWhen: 'Answers are not aligned: disagreement at a position then says nothing.',
  params: { alpha: { kind: 'number', default: 1.4, min: 1, max: 5, step: 0.05, symbol: 'α', help: 'Weight of the position with the most disagreement; 1 is plain GRPO.' } },
  needs,
  outputs: { tokenWeights: 'step' },
  flavours: {
    code: { title: 'Default of the code', params: { alpha: 1.4 }, help: 'Positions of most disagreement count 1.4 times.' },
    script: { title: 'Training script', params: { alpha: 1.7 }, help: 'They count 1.7 times.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: { alpha: 1 }, equals: 'grpo-trl', why: 'With α = 1 all positions weigh the same.' }],
  examples: [
    {
      why: 'The members agree at step 1 (z = 0) and differ at step 0 (z = 1 up to 1e-8), so α = 3 triples step 0. R = 3, 1: ±1/(sqrt(2) + 1e-4).',
      input: {
        trajectories: [
          { group: 0, rewards: [1, 2], extra: { logDist: [[-0.1053605157, -2.302585093], [-0.6931471806, -0.6931471806]] } },
          { group: 0, rewards: [1, 0], extra: { logDist: [[-2.302585093, -0.1053605157], [-0.6931471806, -0.6931471806]] } },
        ],
      },
      params: { alpha: 3 },
      expect: [[2.12117035, 0.70705679], [-2.12117035, -0.70705679]],
    },
  ],
  estimate(columns, { alpha }, { buffer }) {
    const { nTraj, maxLen, length, group } = columns;
    const score = groupScores(trajectoryTotals(columns.reward, columns, buffer), group, rule, buffer);
    const { divergence, width } = divergences(columns, buffer);
    const tokenWeights = buffer(nTraj * maxLen).fill(0);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const { least, most } = range(divergence, width, g);
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        tokenWeights[k] = 1 + (alpha - 1) * ((divergence[g * width + t] - least) / (most - least + MIN_MAX_EPSILON));
        advantage[k] = score[i] * tokenWeights[k];
      }
    }
    return { advantage, tokenWeights };
  },
  explain(columns, { alpha }, { advantage, tokenWeights }, i, t) {
    const { group, maxLen } = columns;
    const fresh = (size: number) => new Float64Array(size);
    const total = trajectoryTotals(columns.reward, columns, fresh);
    const { divergence, width } = divergences(columns, fresh);
    const g = group.id[i];
    const { least, most } = range(divergence, width, g);
    const k = i * maxLen + t;
    const own = divergence[g * width + t] - least;
    const base = scoreLines(total[i], groupValues(total, group, i), rule, { result: 'a', label: 'Score of the trajectory' });
    const a = base[base.length - 1].value;
    const z = own / (most - least + MIN_MAX_EPSILON);
    return explanation(
      [
        totalLine(columns.reward, columns, i),
        ...base,
        line('Disagreement here, from 0 to 1', 'z', '(k − min k) / (max k − min k + 1e-8)', fill`${own} / (${most - least} + 1e-8)`, z),
        line('Weight', 'w', '1 + (α − 1) × z', fill`1 + (${alpha} − 1) × ${z}`, tokenWeights![k]),
        line('Advantage', 'Â', 'a × w', fill`${a} × ${tokenWeights![k]}`, advantage[k], 'advantage'),
      ],
      { members: groupMembers(total, group, i) },
    );
  },
});
