import { asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { log } from '../math/elementary';
import { evenSteps } from '../math/even-steps';

const moment = (p: readonly number[], of: (level: number) => number) => p.reduce((sum, q, k) => sum + q * of(k + 1), 0);

/** P = Σ_{a > b} p_c(a) p_r(b): the chance that the chosen answer's level is strictly higher. */
export default defineMeasure({
  id: 'oprm',
  title: 'Ordinal probabilistic reward',
  summary: 'Compares answers whose quality is a distribution over levels.',
  formula: String.raw`P(c \succ r) = \sum_{a > b} p_c(a)\, p_r(b),\qquad \ell = -\ln P,\qquad R = \sum_a a\, p(a)`,
  provenance: 'read',
  cite: [{ title: 'Ordinal Probabilistic Reward Model', source: 'ICLR 2026' }],
  useWhen: 'A judge gives marks, and how sure it is of them should count.',
  breaksWhen: 'Ties are likely: they count for neither side, so two equal answers look as if each lost.',
  params: { levels: { kind: 'integer', default: 9, min: 2, max: 100, symbol: 'K', help: 'Number of levels, from 1 up.' } },
  inputs: { chosen: 'probability of each level for the preferred answer', rejected: 'the same for the other' },
  outputs: { probability: 'that the chosen one is higher', tie: 'that they are equal', reward: 'mean level of both', variance: 'its variance for both', loss: '−ln of the probability' },
  examples: [
    {
      why: 'Level 1 or 2 alike against surely 1: higher in half of the cases, equal in the other half.',
      input: { chosen: [0.5, 0.5], rejected: [1, 0] },
      params: { levels: 2 },
      expect: { probability: 0.5, tie: 0.5, reward: [1.5, 1], variance: [0.25, 0], loss: 0.693147180559945 },
    },
  ],
  study: {
    title: 'The chosen answer’s level moves up past an even spread: the chance to be the better one grows, and ties are on neither side.',
    x: { title: 'level of the chosen answer', values: evenSteps(1, 9, 9) },
    at: (level) => ({ input: { chosen: evenSteps(1, 9, 9).map((k) => (k === level ? 1 : 0)), rejected: evenSteps(1, 9, 9).map(() => 1 / 9) } }),
    read: ({ probability, tie }) => ({ 'is better': probability as number, tie: tie as number }),
  },
  measure(input, { levels }) {
    const chosen = asNumbers(input['chosen'], 'chosen', levels);
    const rejected = asNumbers(input['rejected'], 'rejected', levels);
    let below = 0;
    let probability = 0;
    for (let k = 0; k < levels; k++) {
      probability += chosen[k] * below;
      below += rejected[k];
    }
    const reward = [chosen, rejected].map((p) => moment(p, (level) => level));
    const variance = [chosen, rejected].map((p, k) => moment(p, (level) => (level - reward[k]) * (level - reward[k])));
    return { probability, tie: chosen.reduce((sum, p, k) => sum + p * rejected[k], 0), reward, variance, loss: -log(probability) };
  },
});
