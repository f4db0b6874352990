import { ddof, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines } from '../math/group-explanation';
import { groupScores, type Buffer } from '../math/group-statistics';

const needs = { outcome: 'trajectory', group: 'group', stepScores: 'step', stepTokens: 'step?' } as const;

/** Token-weighted count, mean and sum of squares of the step scores of each group. */
function tokenMoments({ nTraj, maxLen, length, group, stepScores, stepTokens }: Columns<typeof needs>, buffer: Buffer) {
  const tokens = buffer(group.count).fill(0);
  const mean = buffer(group.count).fill(0);
  const squares = buffer(group.count).fill(0);
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const n = stepTokens ? stepTokens[k] : 1;
      tokens[g] += n;
      mean[g] += n * stepScores[k];
    }
  }
  for (let g = 0; g < group.count; g++) if (tokens[g] > 0) mean[g] /= tokens[g];
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) squares[g] += (stepTokens ? stepTokens[k] : 1) * (stepScores[k] - mean[g]) * (stepScores[k] - mean[g]);
  }
  return { tokens, mean, squares };
}

/** sqrt(squares / (tokens − ddof) + ε); 1 with a single token. */
const spreadOf = (tokens: number, squares: number, ddofStep: number, epsilonVar: number) =>
  tokens > Math.max(1, ddofStep) ? Math.sqrt(squares / (tokens - ddofStep) + epsilonVar) : 1;

/**
 * ProRAG: the trajectory's score plus each step's own score, both normalised inside the group.
 *
 *     Â_{i,t} = (R_i − μ_g)/(σ_g + ε_o) + β (s_t − μ_s)/sqrt(v_s + ε_v)
 *
 * R is the outcome. `stepScores` s are normalised over all tokens of the group (population variance), so long steps weigh more;
 * `stepTokens` counts them (1 where a log has none). A group of one passes its outcome raw. No reward-to-go.
 */
export default defineEstimator({
  id: 'prorag',
  title: 'ProRAG',
  summary: 'Adds a score for each step to the trajectory’s score, both relative to the group.',
  formula: String.raw`\hat A_{i,t} = \frac{R_i - \mu_g}{\sigma_g + \varepsilon_o} + \beta\,\frac{s_t - \mu_s}{\sqrt{v_s + \varepsilon_v}}`,
  family: 'process',
  provenance: 'code',
  cite: [{ title: 'ProRAG, released code', source: 'lilinwz/ProRAG@c7a64110:prorag/rl/trainer.py' }],
  useWhen: 'A process reward model scores search steps and the answer is scored too.',
  breaksWhen: 'Steps early in the trajectory enable later ones: without reward-to-go they get no credit for it.',
  params: {
    prmBeta: weight(0.3, 'Weight of the step scores.', { symbol: 'β', title: 'Step weight' }),
    epsilonOutcome: { kind: 'number', default: 1e-4, min: 1e-12, max: 0.1, step: 1e-6, scale: 'log', symbol: 'ε_o', advanced: true, help: 'Added to the standard deviation of outcomes.' },
    epsilonVar: { kind: 'number', default: 1e-8, min: 1e-12, max: 0.1, step: 1e-8, scale: 'log', symbol: 'ε_v', advanced: true, help: 'Added to the variance of step scores, inside the root.' },
    ddofOutcome: ddof(1),
    ddofStep: ddof(0),
  },
  needs,
  flavours: {
    script: { title: 'Script', params: { prmBeta: 0.3 }, help: 'Weight of the step scores as trained.' },
    class: { title: 'Class default', params: { prmBeta: 0.5 }, help: 'Weight where no script sets it.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Outcomes 3, 1: σ + ε_o = 2, so ±½. Scores 4 (1 token), 0 (2 tokens), 4 (1 token): mean 2, variance 4, + ε_v 5 = 9: ±2/3, weight ½.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 3], outcome: 3, extra: { stepScores: [4, 0], stepTokens: [1, 2] } },
          { group: 0, rewards: [1], outcome: 1, extra: { stepScores: [4], stepTokens: [1] } },
        ],
      },
      params: { prmBeta: 0.5, epsilonOutcome: 0.5857864376269049, epsilonVar: 5 },
      expect: [[0.8333333333, 0.1666666667], [-0.1666666667]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const { nTraj, maxLen, length, group, outcome, stepScores } = columns;
    const rule = { normByStd: true, ddof: params.ddofOutcome, epsilon: params.epsilonOutcome, singleton: 'raw' } as const;
    const score = groupScores(outcome, group, rule, buffer);
    const { tokens, mean, squares } = tokenMoments(columns, buffer);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      const spread = spreadOf(tokens[g], squares[g], params.ddofStep, params.epsilonVar);
      for (let k = i * maxLen, end = k + length[i]; k < end; k++) advantage[k] = score[i] + (params.prmBeta * (stepScores[k] - mean[g])) / spread;
    }
    return { advantage };
  },
  explain(columns, params, { advantage }, i, t) {
    const { group, outcome, stepScores, maxLen } = columns;
    const g = group.id[i];
    const k = i * maxLen + t;
    const { tokens, mean, squares } = tokenMoments(columns, (size) => new Float64Array(size));
    const rule = { normByStd: true, ddof: params.ddofOutcome, epsilon: params.epsilonOutcome, singleton: 'raw' } as const;
    const level = scoreLines(outcome[i], groupValues(outcome, group, i), rule, { result: 'a', label: 'Score of the trajectory' });
    const a = level[level.length - 1].value;
    const spread = spreadOf(tokens[g], squares[g], params.ddofStep, params.epsilonVar);
    const single = tokens[g] <= Math.max(1, params.ddofStep);
    const s = (stepScores[k] - mean[g]) / spread;
    return explanation(
      [
        ...level,
        line('Mean step score, by tokens', 'μ_s', 'Σ n × s / Σ n', fill`${mean[g] * tokens[g]} / ${tokens[g]}`, mean[g]),
        line('Spread of step scores', 'd', single ? '1, a single token' : 'sqrt(v + ε_v)', single ? '1' : fill`sqrt(${squares[g]} / (${tokens[g]} − ${params.ddofStep}) + ${params.epsilonVar})`, spread),
        line('Score of the step', 'z', '(s − μ_s) / d', fill`(${stepScores[k]} − ${mean[g]}) / ${spread}`, s),
        line('Advantage', 'Â', 'a + β × z', fill`${a} + ${params.prmBeta} × ${s}`, advantage[k], 'advantage'),
      ],
      {
        parts: [
          { label: 'Trajectory', value: a },
          { label: 'Step', value: params.prmBeta * s },
        ],
        members: groupMembers(outcome, group, i, 'Outcomes of the group'),
      },
    );
  },
});
