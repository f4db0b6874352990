import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { sigmoid } from '../math/elementary';
import { groupMembers, groupValues, leaveOneOutLines, otherValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, leaveOneOut, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', tokenScores: 'step' } as const;
const rule = { normByStd: true, ddof: 1, epsilon: 1e-8, singleton: 'zero' } as const;

function sequenceScores(total: Float64Array, columns: Columns<typeof needs>, shaping: 'rloo' | 'grpo', buffer: Buffer): Float64Array {
  return shaping === 'rloo' ? leaveOneOut(total, columns.group, 'zero', buffer) : groupScores(total, columns.group, rule, buffer);
}

const clampUnit = (x: number) => Math.min(1, Math.max(0, x));

/**
 * OREAL: the sequence's score, put on the tokens that a token-level reward model holds responsible.
 *
 *     c_t = sigmoid(mean of tokenScores[0 … t]),  x = c where R > 0, 1 − c elsewhere
 *     w_t = clip((x − θ)/(1 − θ), 0, 1),   Â_t = A_i · w_t
 *
 * A_i is RLOO or GRPO (ε = 1e-8, Bessel-corrected). The loss treats right sequences by imitation and weighs wrong ones by ½; that is not
 * part of the advantage. A group of one gets 0.
 */
export default defineEstimator({
  id: 'oreal',
  title: 'OREAL',
  summary: 'Puts a sequence’s score on the tokens that a reward model holds responsible.',
  formula: String.raw`\hat A_{i,t} = A_i\,\operatorname{clip}\!\left(\frac{x_t - \theta}{1 - \theta}, 0, 1\right)`,
  family: 'reweighting',
  provenance: 'mixed',
  cite: [
    { title: 'Lyu et al., Exploring the Limit of Outcome Reward for Learning Mathematical Reasoning', source: 'arXiv:2502.06781' },
    { title: 'OREAL, train_oreal.py', source: 'InternLM/OREAL@2859cc09:train_oreal.py' },
  ],
  useWhen: 'Answers are long, rewards come at the end, and a token-level reward model has been trained on outcomes.',
  breaksWhen: 'The token model is unsure: all weights fall to zero and nothing is learned.',
  params: {
    shaping: {
      kind: 'choice',
      default: 'rloo',
      options: [
        { value: 'rloo', title: 'RLOO' },
        { value: 'grpo', title: 'GRPO' },
      ],
      help: 'How the sequence is compared with its group.',
    },
    threshold: { kind: 'number', default: 0.5, min: 0, max: 0.95, step: 0.05, symbol: 'θ', help: 'Confidence below which a token carries no credit.' },
  },
  needs,
  outputs: { sequenceAdvantage: 'trajectory', tokenWeights: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate'],
  examples: [
    {
      why: 'RLOO: ±2. Scores ln 3 and −ln 3: running means ln 3 and 0, c = ¾ and ½. θ = ¼: right w = ⅔, ⅓; the wrong one has 1 − ¾ = ¼: 0.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 2], extra: { tokenScores: [1.0986122886681098, -1.0986122886681098] } },
          { group: 0, rewards: [0], extra: { tokenScores: [1.0986122886681098] } },
        ],
      },
      params: { threshold: 0.25 },
      expect: [[1.3333333333, 0.6666666667], [0]],
    },
  ],
  estimate(columns, { shaping, threshold }, { buffer }) {
    const { nTraj, maxLen, length, tokenScores } = columns;
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const sequenceAdvantage = sequenceScores(total, columns, shaping, buffer);
    const tokenWeights = buffer(nTraj * maxLen).fill(0);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      let sum = 0;
      for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
        sum += tokenScores[k];
        const confidence = sigmoid(sum / (t + 1));
        const x = total[i] > 0 ? confidence : 1 - confidence;
        tokenWeights[k] = clampUnit((x - threshold) / (1 - threshold));
        advantage[k] = sequenceAdvantage[i] * tokenWeights[k];
      }
    }
    return { advantage, sequenceAdvantage, tokenWeights };
  },
  explain(columns, { shaping, threshold }, { advantage, tokenWeights }, i, t) {
    const { group, reward, tokenScores, maxLen } = columns;
    const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
    const lines =
      shaping === 'rloo'
        ? leaveOneOutLines(total[i], otherValues(total, group, i), 'zero').map((each) => (each.symbol === 'Â' ? { ...each, symbol: 'A', label: 'Score of the sequence' } : each))
        : scoreLines(total[i], groupValues(total, group, i), rule, { result: 'A', label: 'Score of the sequence' });
    const A = lines[lines.length - 1].value;
    const k = i * maxLen + t;
    let sum = 0;
    for (let j = i * maxLen; j <= k; j++) sum += tokenScores[j];
    const mean = sum / (t + 1);
    const right = total[i] > 0;
    const c = sigmoid(mean);
    const x = right ? c : 1 - c;
    return explanation(
      [
        totalLine(reward, columns, i),
        ...lines,
        line('Mean score so far', 'm', 'Σ score / (t + 1)', fill`${sum} / ${t + 1}`, mean),
        line('Responsibility', 'x', right ? '1 / (1 + exp(−m))' : '1 − 1 / (1 + exp(−m))', right ? fill`1 / (1 + exp(-${mean}))` : fill`1 − 1 / (1 + exp(-${mean}))`, x),
        line('Weight', 'w', 'clip((x − θ) / (1 − θ), 0, 1)', fill`clip((${x} − ${threshold}) / (1 − ${threshold}), 0, 1)`, tokenWeights![k]),
        line('Advantage', 'Â', 'A × w', fill`${A} × ${tokenWeights![k]}`, advantage[k], 'advantage'),
      ],
      { members: groupMembers(total, group, i) },
    );
  },
});
