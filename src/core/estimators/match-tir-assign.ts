import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { greedyAssignment, optimalAssignment, sinkhornPlan, type ScoreMatrix } from '../math/assignment';

/** Similarity of the T calls of one trajectory with its reference calls, row-major. */
function matrixOf(similarity: { width: number; size: Int32Array; data: Float64Array }, maxLen: number, rows: number, i: number): ScoreMatrix {
  const { width, size, data } = similarity;
  const columns = size[i];
  const score = new Float64Array(rows * columns);
  for (let t = 0; t < rows; t++) {
    const from = (i * maxLen + t) * width;
    score.set(data.subarray(from, from + columns), t * columns);
  }
  return { rows, columns, score };
}

/**
 * MatchTIR's turn rewards: predicted calls are matched with reference calls by a similarity matrix in [0, 1].
 *
 *     greedy, hungarian   Â_t = S[t, match(t)], or the penalty where a call stays unmatched
 *     ot                  Â_t = Σ_j T_{tj} S_{tj},  T the entropic transport plan with uniform marginals
 *
 * What the released code calls Hungarian is `greedy`: pairs by descending score, scores ≤ 0 skipped.
 * `hungarian` here is the true optimum, with pairs of score ≤ 0 left unmatched. A transport row carries mass 1/P.
 */
export default defineEstimator({
  id: 'match-tir-assign',
  title: 'MatchTIR assignment',
  summary: 'Pays each call by the reference call it is matched with.',
  formula: String.raw`\hat A_t = S_{t,\,m(t)}\quad\text{or}\quad \sum_j T_{tj} S_{tj}`,
  family: 'turns',
  provenance: 'mixed',
  cite: [{ title: 'MatchTIR: Fine-Grained Supervision for Tool-Integrated Reasoning via Bipartite Matching', source: 'quchangle1/MatchTIR@f614ce11:Code/verl/utils/reward_score/tool.py' }],
  useWhen: 'Reference calls exist and the order of calls should not matter.',
  breaksWhen: 'Greedy matching takes the best pair first and can leave a worse total; compare with the true optimum.',
  params: {
    method: {
      kind: 'choice',
      default: 'greedy',
      options: [
        { value: 'greedy', title: 'Greedy', help: 'Best pair first; the released "hungarian" function.' },
        { value: 'hungarian', title: 'Hungarian', help: 'The matching with the largest total.' },
        { value: 'ot', title: 'Optimal transport', help: 'A soft matching by Sinkhorn iterations.' },
      ],
      help: 'How calls are matched.',
    },
    unmatchedPenalty: { kind: 'number', default: 0, min: -2, max: 0, step: 0.05, title: 'Penalty', help: 'Reward of a call that no reference call was left for.' },
    reg: { kind: 'number', default: 0.1, min: 0.01, max: 2, step: 0.01, symbol: 'λ', title: 'Regularisation', help: 'Entropic regularisation of the transport plan; small values come near a hard matching.' },
  },
  needs: { similarity: 'step-vector' },
  outputs: { rewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Greedy takes 0.9 first and leaves the second call 0, which is skipped: penalty −½.',
      input: { trajectories: [{ group: 0, rewards: [0, 0], extra: { similarity: [[0.9, 0.8], [0.8, 0]] } }] },
      params: { method: 'greedy', unmatchedPenalty: -0.5 },
      expect: [[0.9, -0.5]],
    },
    {
      why: 'The optimum gives up 0.9 for 0.8 + 0.8 = 1.6.',
      input: { trajectories: [{ group: 0, rewards: [0, 0], extra: { similarity: [[0.9, 0.8], [0.8, 0]] } }] },
      params: { method: 'hungarian', unmatchedPenalty: -0.5 },
      expect: [[0.8, 0.8]],
    },
    {
      why: 'K = exp(S/reg) = [[3, 1], [1, 3]] is symmetric, so the plan is K/8: each row gets 3/8·ln 3.',
      input: { trajectories: [{ group: 0, rewards: [0, 0], extra: { similarity: [[1.0986122886681098, 0], [0, 1.0986122886681098]] } }] },
      params: { method: 'ot', reg: 1 },
      expect: [[0.4119796082505412, 0.4119796082505412]],
    },
  ],
  estimate({ nTraj, maxLen, length, similarity }, { method, unmatchedPenalty, reg }, { buffer }) {
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const matrix = matrixOf(similarity, maxLen, length[i], i);
      const { rows, columns, score } = matrix;
      if (method === 'ot') {
        if (columns === 0) continue;
        const plan = sinkhornPlan(matrix, { regularization: reg });
        for (let k = 0; k < score.length; k++) advantage[i * maxLen + Math.floor(k / columns)] += plan[k] * score[k];
        continue;
      }
      const match = method === 'greedy' ? greedyAssignment(matrix) : optimalAssignment(matrix);
      for (let t = 0; t < rows; t++) {
        const paid = match[t] < 0 ? 0 : score[t * columns + match[t]];
        advantage[i * maxLen + t] = paid > 0 ? paid : unmatchedPenalty;
      }
    }
    return { advantage, rewards: advantage };
  },
  explain({ maxLen, length, similarity }, { method, reg }, { advantage }, i, t) {
    const matrix = matrixOf(similarity, maxLen, length[i], i);
    const row = Array.from(matrix.score.subarray(t * matrix.columns, (t + 1) * matrix.columns));
    const value = advantage[i * maxLen + t];
    if (method === 'ot') {
      const plan = row.length === 0 ? [] : Array.from(sinkhornPlan(matrix, { regularization: reg }).subarray(t * row.length, (t + 1) * row.length));
      const terms = row.map((s, j) => fill`${plan[j]} × ${s}`).join(' + ') || '0';
      return explanation([line('Advantage', 'Â', 'Σ_j T_{tj} × S_{tj}', terms, value, 'advantage')], { note: 'Each call carries an equal share of mass, so rewards shrink with the number of calls.' });
    }
    const match = (method === 'greedy' ? greedyAssignment(matrix) : optimalAssignment(matrix))[t];
    const paid = match >= 0 && row[match] > 0;
    return explanation([line('Advantage', 'Â', paid ? `S[${t}, ${match}]` : 'penalty', fill`${value}`, value, 'advantage')], {
      note: paid ? `Call ${t} is matched with reference call ${match}.` : `Call ${t} has no reference call left.`,
    });
  },
});
