import { asNumbers } from '../contracts/json-column';
import { defineMeasure } from '../contracts/measure';
import { exp, log } from '../math/elementary';
import { evenSteps } from '../math/even-steps';

/** bon: d (α − β d)     rl: d (α − β ln d),   d = √KL */
export default defineMeasure({
  id: 'overoptimisation-curve',
  title: 'Over-optimisation curve',
  summary: 'How the true score rises and falls as a proxy is optimised, as a function of divergence.',
  formula: String.raw`R_{\mathrm{bon}}(d) = d\,(\alpha - \beta d),\qquad R_{\mathrm{RL}}(d) = d\,(\alpha - \beta \ln d),\qquad d = \sqrt{\mathrm{KL}}`,
  provenance: 'read',
  cite: [{ title: 'Scaling Laws for Reward Model Overoptimization', source: 'arXiv:2210.10760' }],
  useWhen: 'You have measured a few points and want to know where to stop.',
  breaksWhen: 'The shape is an empirical fit: nothing says that your proxy errs alike.',
  params: {
    alpha: { kind: 'number', default: 0.85, min: 0, max: 10, step: 0.01, symbol: 'α', help: 'How fast the true score rises at first.' },
    beta: { kind: 'number', default: 0.065, min: 0.001, max: 10, step: 0.001, symbol: 'β', help: 'How strongly over-optimisation takes from it.' },
  },
  inputs: { kl: 'divergences, in nats' },
  outputs: { bestOfN: 'true score of best-of-n at each', rl: 'true score of reinforcement learning at each', bonPeakKl: 'where best-of-n peaks', rlPeakKl: 'where reinforcement learning peaks' },
  examples: [
    {
      why: 'At KL 4, d = 2: 2·(1 − ½·2) = 0 and 2·(1 − ½ ln 2). Peaks at (α/2β)² = 1 and e^{2(α/β − 1)} = e².',
      input: { kl: [0, 4] },
      params: { alpha: 1, beta: 0.5 },
      expect: { bestOfN: [0, 0], rl: [0, 1.30685281944005], bonPeakKl: 1, rlPeakKl: 7.38905609893065 },
    },
  ],
  study: {
    title: 'With α = 0.85 and β = 0.35 both curves rise and turn: past its peak, every further step away from the start costs true score.',
    x: { title: 'KL from the start, nats', values: evenSteps(0, 40, 41) },
    at: (kl) => ({ input: { kl: [kl] }, params: { alpha: 0.85, beta: 0.35 } }),
    read: ({ bestOfN, rl }) => ({ 'best of n': (bestOfN as number[])[0], 'reinforcement learning': (rl as number[])[0] }),
  },
  measure(input, { alpha, beta }) {
    const d = asNumbers(input['kl'], 'kl').map(Math.sqrt);
    const half = alpha / (2 * beta);
    return {
      bestOfN: d.map((x) => x * (alpha - beta * x)),
      rl: d.map((x) => (x === 0 ? 0 : x * (alpha - beta * log(x)))),
      bonPeakKl: half * half,
      rlPeakKl: exp(2 * (alpha / beta - 1)),
    };
  },
});
