import { asNumberLists } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { sigmoid } from '../math/elementary';
import { evenSteps } from '../math/even-steps';

/** P(i ≻ j) = σ(s(i, j) / τ) of every pair, and how often each wins against the others on average. */
export default defineMeasure({
  id: 'general-preference-cycle',
  title: 'Preferences in a circle',
  summary: 'Win rates between a few embedded answers: a circle leaves everybody at one half.',
  formula: String.raw`P_{ij} = \sigma\Big(\tfrac1\tau \sum_k (e_{i,2k}\, e_{j,2k+1} - e_{i,2k+1}\, e_{j,2k})\Big),\qquad \bar P_i = \tfrac1{n-1} \sum_{j \ne i} P_{ij}`,
  provenance: 'own',
  cite: [{ title: 'Beyond Bradley-Terry Models: A General Preference Model for Language Model Alignment (the case is ours)', source: 'arXiv:2410.02197' }],
  useWhen: 'You want to show what a score per answer cannot say: rock, paper, scissors.',
  breaksWhen: 'Embeddings have an odd number of entries: the last has no partner and does not count.',
  params: {
    tau: { kind: 'number', default: 1, min: 0.01, max: 10, step: 0.01, scale: 'log', symbol: 'τ', help: 'Divides the score; small means decided preferences.' },
  },
  inputs: { embeddings: 'a list of numbers for each answer' },
  outputs: { preference: 'probability that the row beats the column, ½ on the diagonal', meanWinRate: 'of each answer against the others' },
  examples: [
    {
      why: 'Ln 3 in favour of the first.',
      input: { embeddings: [[1.09861228866811, 0], [0, 1]] },
      params: {},
      expect: { preference: [[0.5, 0.75], [0.25, 0.5]], meanWinRate: [0.75, 0.25] },
    },
  ],
  study: {
    title: 'Three embeddings a third of a turn apart beat each other in a circle; a smaller temperature makes it decisive, and every mean stays ½.',
    x: { title: 'temperature τ', values: evenSteps(0.1, 3, 30) },
    at: (tau) => ({ input: { embeddings: [[1, 0], [-0.5, Math.sqrt(0.75)], [-0.5, -Math.sqrt(0.75)]] }, params: { tau } }),
    read: ({ preference, meanWinRate }) => ({ 'first beats second': (preference as number[][])[0][1], 'mean win rate of the first': (meanWinRate as number[])[0] }),
  },
  measure(input, { tau }) {
    const embeddings = asNumberLists(input['embeddings'], 'embeddings');
    const score = (a: readonly number[], b: readonly number[]) => {
      let sum = 0;
      for (let k = 0; k + 1 < a.length; k += 2) sum += a[k] * b[k + 1] - a[k + 1] * b[k];
      return sum;
    };
    const preference = embeddings.map((a, i) => embeddings.map((b, j) => (i === j ? 0.5 : sigmoid(score(a, b) / tau))));
    const others = Math.max(1, embeddings.length - 1);
    return { preference, meanWinRate: preference.map((row, i) => row.reduce((sum, p, j) => sum + (i === j ? 0 : p), 0) / others) };
  },
});
