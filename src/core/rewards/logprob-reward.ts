import { explainedOnLastStep, list, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { exp } from '../math/elementary';
import { mean } from '../math/statistics';

type Mode = 'mean-logprob' | 'sum-logprob' | 'prob' | 'geo-prob' | 'mean-prob';

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

const VALUE: Readonly<Record<Mode, (logs: readonly number[]) => number>> = {
  'mean-logprob': mean,
  'sum-logprob': sum,
  prob: (logs) => exp(sum(logs)),
  'geo-prob': (logs) => exp(mean(logs)),
  'mean-prob': (logs) => mean(logs.map(exp)),
};

const WRITTEN: Readonly<Record<Mode, (logs: readonly number[]) => string>> = {
  'mean-logprob': (logs) => `mean(${list(logs)})`,
  'sum-logprob': (logs) => `sum(${list(logs)})`,
  prob: (logs) => `exp(sum(${list(logs)}))`,
  'geo-prob': (logs) => `exp(mean(${list(logs)}))`,
  'mean-prob': (logs) => `mean(${logs.map((x) => `exp(${printed(x)})`).join(', ')})`,
};

/** A number made from the log-probabilities of the right answer after this reasoning. */
export default defineReward({
  id: 'logprob-reward',
  title: 'Likelihood of the right answer',
  summary: 'Pays how likely the right answer is after the reasoning, in one of five scales.',
  formula: String.raw`r_T = \tfrac1n \sum_j \log \pi(y^*_j) \;\Big|\; \prod_j \pi(y^*_j) \;\Big|\; \tfrac1n \sum_j \pi(y^*_j)`,
  provenance: 'read',
  cite: [
    { title: 'Reinforcing General Reasoning without Verifiers', source: 'arXiv:2505.21493' },
    { title: 'Beyond Verifiable Rewards (JEPO)', source: 'arXiv:2503.19618' },
  ],
  useWhen: 'The right answer is known and checking free text is the obstacle.',
  breaksWhen: 'Long answers have a product near 0 whatever is reasoned, and logarithms punish one unlikely token without limit.',
  category: 'intrinsic',
  params: {
    mode: {
      kind: 'choice',
      default: 'mean-logprob',
      help: 'The scale.',
      options: [
        { value: 'mean-logprob', title: 'mean log-probability' },
        { value: 'sum-logprob', title: 'log-probability' },
        { value: 'prob', title: 'probability' },
        { value: 'geo-prob', title: 'geometric mean' },
        { value: 'mean-prob', title: 'mean probability' },
      ],
    },
  },
  needs: { goldLogProbs: 'json' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Probabilities ½ and ⅛: geometric mean ¼.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { goldLogProbs: [-0.693147180559945, -2.07944154167984] } }] },
      params: { mode: 'geo-prob' },
      expect: [[0, 0.25]],
    },
    {
      why: 'Their plain mean is 5/16.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { goldLogProbs: [-0.693147180559945, -2.07944154167984] } }] },
      params: { mode: 'mean-prob' },
      expect: [[0.3125]],
    },
  ],
  price: (columns, { mode }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => VALUE[mode](asNumbers(columns.goldLogProbs[i], fieldOf('goldLogProbs', i)))),
  }),
  explain: (columns, { mode }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => [
      rewardLine(mode, WRITTEN[mode](asNumbers(columns.goldLogProbs[i], fieldOf('goldLogProbs', i))), reward[i * columns.maxLen + t]),
    ]),
});
