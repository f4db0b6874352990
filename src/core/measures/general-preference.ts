import { asNumberLists } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { exp, log, sigmoid } from '../math/elementary';
import { mean } from '../math/statistics';
import { evenSteps } from '../math/even-steps';

/** Σ_k (c_{2k} r_{2k+1} − c_{2k+1} r_{2k}). */
function score(c: readonly number[], r: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k + 1 < c.length; k += 2) sum += c[k] * r[k + 1] - c[k + 1] * r[k];
  return sum;
}

/** −ln σ(x) without overflow. */
const surprise = (x: number) => (x > 0 ? log(1 + exp(-x)) : log(1 + exp(x)) - x);

/** P(c ≻ r) = σ(score / τ), score antisymmetric in the two embeddings: preferences may go in circles. */
export default defineMeasure({
  id: 'general-preference',
  title: 'General preference model',
  summary: 'Explains preferences by pairs of coordinates instead of one score, circles included.',
  formula: String.raw`s(c, r) = \sum_k \big(c_{2k}\, r_{2k+1} - c_{2k+1}\, r_{2k}\big),\qquad P(c \succ r) = \sigma(s / \tau)`,
  provenance: 'code',
  cite: [{ title: 'Beyond Bradley-Terry Models: A General Preference Model for Language Model Alignment', source: 'general-preference/general-preference-model@a376d95:loss.py' }],
  useWhen: 'People prefer a to b, b to c and c to a.',
  breaksWhen: 'One wants one number to maximise: there is none.',
  params: {
    tau: { kind: 'number', default: 1, min: 0.01, max: 10, step: 0.01, scale: 'log', symbol: 'τ', help: 'Divides the score; small means decided preferences.' },
    dim: { kind: 'integer', default: 2, min: 2, max: 1024, help: 'Numbers in an embedding, two per pair of coordinates.' },
  },
  inputs: { chosen: 'embeddings of the preferred answers', rejected: 'embeddings of the others, in the same order' },
  outputs: { score: 'of each pair', probability: 'of each pair', loss: 'mean −ln of the probabilities', meanProbability: 'their mean' },
  examples: [
    {
      why: 'A quarter turn apart: score 1.',
      input: { chosen: [[1, 0]], rejected: [[0, 1]] },
      params: { tau: 0.5 },
      expect: { score: [1], probability: [0.880797077977882], loss: 0.126928011042972, meanProbability: 0.880797077977882 },
    },
  ],
  study: {
    title: 'The first answer is [1, 0] and the second [0, x]: the score is the area between them, so turning the second over turns the winner round.',
    x: { title: 'x of the second answer', values: evenSteps(-4, 4, 33) },
    at: (x) => ({ input: { chosen: [[1, 0]], rejected: [[0, x]] } }),
    read: ({ meanProbability }) => ({ 'P(first wins)': meanProbability as number }),
  },
  measure(input, { tau, dim }) {
    const chosen = asNumberLists(input['chosen'], 'chosen', undefined, dim);
    const rejected = asNumberLists(input['rejected'], 'rejected', chosen.length, dim);
    const scores = chosen.map((c, k) => score(c, rejected[k]));
    const probability = scores.map((s) => sigmoid(s / tau));
    return { score: scores, probability, loss: mean(scores.map((s) => surprise(s / tau))), meanProbability: mean(probability) };
  },
});
