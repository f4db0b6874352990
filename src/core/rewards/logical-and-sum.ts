import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, ContentError, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp, log } from '../math/elementary';

/** ln σ(x) without overflow. */
const logSigmoid = (x: number) => (x >= 0 ? -log(1 + exp(-x)) : x - log(1 + exp(x)));

function read(columns: { scores: readonly unknown[] }, reference: readonly number[] | null, weights: readonly number[] | null, i: number) {
  const scores = asNumbers(columns.scores[i], fieldOf('scores', i));
  for (const [name, given] of [['reference', reference], ['weights', weights]] as const) {
    if (given !== null && given.length !== scores.length) throw new ContentError(name, `${scores.length} numbers, one per score (there are ${given.length})`);
  }
  return { scores, reference: reference ?? scores.map(() => 0), weights: weights ?? scores.map(() => 1) };
}

/** r_T = Σ_k w_k ln σ(R_k − ref_k). */
export default defineReward({
  id: 'logical-and-sum',
  title: 'Sum of log-sigmoids',
  summary: 'Adds several scores so that all of them have to be good: a bad one cannot be made up for.',
  formula: String.raw`r_T = \sum_k w_k \ln \sigma(R_k - R_{\mathrm{ref},k})`,
  provenance: 'read',
  cite: [{ title: 'Transforming and Combining Rewards for Aligning Large Language Models', source: 'arXiv:2402.00742' }],
  useWhen: 'An answer should be helpful and harmless, and a very helpful harmful one is no good.',
  breaksWhen: 'One attribute is hopeless for every answer: it dominates and hides the others.',
  category: 'outcome',
  params: {
    reference: { kind: 'numbers', default: null, min: -100, max: 100, maxLength: 64, help: 'The level each score has to beat; empty means 0.' },
    weights: { kind: 'numbers', default: null, min: 0, max: 10, maxLength: 64, help: 'Weight of each score; empty means 1.' },
  },
  needs: { scores: 'json' },
  laws: ['terminal-only', 'non-positive', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'At its reference −ln 2 with weight 2, and ln 3 above it ln ¾.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { scores: [1, 1.09861228866811] } }] },
      params: { reference: [1, 0], weights: [2, 1] },
      expect: [[0, -1.67397643357168]],
    },
  ],
  price: (columns, params, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const { scores, reference, weights } = read(columns, params.reference, params.weights, i);
      return scores.reduce((sum, score, k) => sum + weights[k] * logSigmoid(score - reference[k]), 0);
    }),
  }),
  explain: (columns, params, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { scores, reference, weights } = read(columns, params.reference, params.weights, i);
      const terms = scores.map((score, k) => `−${printed(weights[k])} × log(1 + exp(${printed(reference[k])} − ${operand(score)}))`);
      return [rewardLine('Σ w ln σ(R − ref)', `sum(${terms.join(', ')})`, reward[i * columns.maxLen + t])];
    }),
});
