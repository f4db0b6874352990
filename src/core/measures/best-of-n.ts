import { asNumbers, ContentError } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { log } from '../math/elementary';
import { evenSteps } from '../math/even-steps';

/** C(i, n − 1) / C(N, n): the chance that the i-th smallest (from 0) is the largest of n drawn without replacement. */
function chance(i: number, N: number, n: number): number {
  if (i < n - 1) return 0;
  let value = n / N;
  for (let k = 0; k < n - 1; k++) value *= (i - k) / (N - 1 - k);
  return value;
}

/** E = Σ_i C(i, n−1)/C(N, n) x_(i): exact expectation of the best of n by the proxy, and of the gold score that comes with it. */
export default defineMeasure({
  id: 'best-of-n',
  title: 'Best of n',
  summary: 'What picking the best of n answers by a proxy does to the proxy and to the truth.',
  formula: String.raw`\mathbb E[x_{(n)}] = \sum_i \frac{\binom{i}{n-1}}{\binom{N}{n}}\, x_{(i)},\qquad \mathrm{KL} = \ln n - \tfrac{n - 1}{n}`,
  provenance: 'code',
  cite: [{ title: 'Reward Model Ensembles Help Mitigate Overoptimization', source: 'tlc4418/llm_optimization@416b03c' }],
  useWhen: 'You have many scored answers and ask how far a proxy can be pushed without training.',
  breaksWhen: 'n is near the number of answers: the expectation rests on the few best. The divergence is an upper bound.',
  params: { n: { kind: 'integer', default: 4, min: 1, max: 100000, symbol: 'n', help: 'Answers drawn each time; at most as many as there are.' } },
  inputs: { proxySorted: 'proxy scores, ascending', gold: 'true scores of the same answers, in that order' },
  outputs: { expectedProxy: 'of the answer that is picked', expectedGold: 'of the same answer', kl: 'divergence from drawing one, in nats' },
  examples: [
    {
      why: 'Of three answers, the best of two is the last in 2 of 3 draws and the middle one in 1 of 3.',
      input: { proxySorted: [0, 3, 6], gold: [6, 3, 0] },
      params: { n: 2 },
      expect: { expectedProxy: 5, expectedGold: 1, kl: 0.193147180559945 },
    },
  ],
  study: {
    title: 'Sixteen answers whose true score falls again among the best-rated four: the proxy keeps rising, the truth turns.',
    x: { title: 'n', values: evenSteps(1, 16, 16) },
    at: (n) => ({ input: { proxySorted: evenSteps(0, 1, 16), gold: [...evenSteps(0, 1, 12), 0.7, 0.5, 0.3, 0.1] }, params: { n } }),
    read: ({ expectedProxy, expectedGold }) => ({ proxy: expectedProxy as number, truth: expectedGold as number }),
  },
  measure(input, { n }) {
    const proxy = asNumbers(input['proxySorted'], 'proxySorted');
    const gold = asNumbers(input['gold'], 'gold', proxy.length);
    if (n > proxy.length) throw new ContentError('proxySorted', `at least n = ${n} scores (there are ${proxy.length})`);
    const expected = (x: readonly number[]) => x.reduce((sum, value, i) => sum + chance(i, x.length, n) * value, 0);
    return { expectedProxy: expected(proxy), expectedGold: expected(gold), kl: log(n) - (n - 1) / n };
  },
});
