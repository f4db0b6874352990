import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative } from '../contracts/reward-parameters';
import { exp, log } from '../math/elementary';
import { normalQuantile } from '../math/normal-quantile';
import { mean, percentile as percentileOf, standardDeviation } from '../math/statistics';

/** ln σ(x) without overflow. */
const logSigmoid = (x: number) => (x >= 0 ? -log(1 + exp(-x)) : x - log(1 + exp(x)));

type Reference = 'normal85' | 'mean' | 'quantile85';

function referenceOf(scores: readonly number[], kind: Reference, share: number, stdEps: number): number {
  if (kind === 'mean') return mean(scores);
  if (kind === 'quantile85') return percentileOf(scores, 100 * share);
  return mean(scores) + normalQuantile(share) * (standardDeviation(scores, 0) + stdEps);
}

/** r_T = ln σ(R − R_ref), the log-probability that the answer beats a reference level. */
export default defineReward({
  id: 'log-sigmoid',
  title: 'Log-sigmoid of the score',
  summary: 'Punishes answers below a reference level hard and hardly rewards going far above it.',
  formula: String.raw`r_T = \ln \sigma(R - R_{\mathrm{ref}})`,
  provenance: 'code',
  cite: [
    { title: 'Transforming and Combining Rewards for Aligning Large Language Models', source: 'arXiv:2402.00742' },
    { title: 'Percentile reference', source: 'PorUna-byte/PAR@b8caf40:trainers/reward_shaper.py' },
  ],
  useWhen: 'A few answers with enormous scores dominate, and lifting the poor ones matters more.',
  breaksWhen: 'The reference is out of reach: everything is punished about linearly and nothing has changed.',
  category: 'outcome',
  params: {
    reference: {
      kind: 'choice',
      default: 'normal85',
      help: 'The level to beat, from the reference answers’ scores.',
      options: [
        { value: 'normal85', title: 'percentile of a normal fit' },
        { value: 'quantile85', title: 'percentile' },
        { value: 'mean', title: 'mean' },
      ],
    },
    percentile: { kind: 'number', default: 0.85, min: 0.01, max: 0.99, step: 0.01, help: 'Share of the reference answers that lie below the level.' },
    stdEps: { kind: 'number', default: 1e-5, min: 0, max: 0.1, step: 1e-6, symbol: 'ε', help: 'Added to the standard deviation of the normal fit.', advanced: true },
    std: informative('How the published vectors take the standard deviation: of the population.'),
  },
  needs: { outcome: 'trajectory', refRewards: 'json' },
  outputs: { reference: 'trajectory' },
  laws: ['terminal-only', 'non-positive', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'At the reference the chance is one half: −ln 2.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 3, extra: { refRewards: [2, 4] } }] },
      params: { reference: 'mean' },
      expect: [[0, -0.693147180559945]],
    },
    {
      why: 'Ln 3 below the quarter point of 0, 1, 2, 3, 4: the chance is ¼.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: -0.09861228866811, extra: { refRewards: [4, 3, 2, 1, 0] } }] },
      params: { reference: 'quantile85', percentile: 0.25 },
      expect: [[-1.38629436111989]],
    },
  ],
  price(columns, { reference: kind, percentile, stdEps }, { buffer }) {
    const reference = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) reference[i] = referenceOf(asNumbers(columns.refRewards[i], fieldOf('refRewards', i)), kind, percentile, stdEps);
    return { reward: payOnLastStep(columns, buffer, (i) => logSigmoid(columns.outcome[i] - reference[i])), reference };
  },
  explain: (columns, { reference: kind, percentile, stdEps }, { reward, reference }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const scores = asNumbers(columns.refRewards[i], fieldOf('refRewards', i));
      const level = reference![i];
      const fitted = `mean(${list(scores)}) + ${operand(normalQuantile(percentile))} × (${printed(standardDeviation(scores, 0))} + ${printed(stdEps)})`;
      return [
        kind === 'mean'
          ? step('Reference level', 'R_ref', 'mean', `mean(${list(scores)})`, level)
          : kind === 'normal85'
            ? step('Reference level', 'R_ref', 'μ + z (s + ε)', fitted, level)
            : step('Reference level', 'R_ref', `quantile at ${printed(percentile)}`, printed(level), level),
        rewardLine('ln σ(R − R_ref)', `−log(1 + exp(${printed(level)} − ${operand(columns.outcome[i])}))`, reward[i * columns.maxLen + t]),
      ];
    }),
});
