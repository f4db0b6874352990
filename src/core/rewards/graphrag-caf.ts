import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';

/** r_T = a F1 exp(−b N), N retrievals. */
export default defineReward({
  id: 'graphrag-caf',
  title: 'Overlap discounted by cost',
  summary: 'Pays the answer’s overlap, less for every retrieval it took.',
  formula: String.raw`r_T = a\, F_1\, e^{-b N}`,
  provenance: 'own',
  cite: [{ title: 'GraphRAG-R1 (cost-aware F1; the numeric form is ours)', source: 'arXiv:2507.23581' }],
  useWhen: 'The policy looks everything up, needed or not.',
  breaksWhen: 'Guessing without looking is often right: nothing is cheaper.',
  category: 'process',
  params: {
    retrieve: signal('retrieve', '1 on a step that retrieves.'),
    a: positive(1, 'a', 'What a perfect overlap is worth.'),
    b: positive(0.1, 'b', 'How fast each retrieval takes from it.', 5),
  },
  needs: { outcome: 'trajectory' },
  laws: ['terminal-only', 'zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Two retrievals at ln 2 / 2 each halve it.',
      input: { trajectories: [{ group: 0, length: 3, signals: { retrieve: [1, 0, 1] }, outcome: 0.5, extra: {} }] },
      params: { a: 3, b: 0.346573590279973 },
      expect: [[0, 0, 0.75]],
    },
  ],
  price: (columns, { retrieve, a, b }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => a * columns.outcome[i] * exp(-b * stepsOf(columns.signals[retrieve], columns, i).reduce((n, x) => n + x, 0))),
  }),
  explain: (columns, { retrieve, a, b }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const N = stepsOf(columns.signals[retrieve], columns, i).reduce((n, x) => n + x, 0);
      return [rewardLine('a F1 e^{−b N}', `${printed(a)} × ${operand(columns.outcome[i])} × exp(−${printed(b)} × ${operand(N)})`, reward[i * columns.maxLen + t])];
    }),
});
