import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive, signal } from '../contracts/reward-parameters';

/** The i-th retrieval of a trajectory pays base·k^{i−1}; the outcome is added on the last step. */
export default defineReward({
  id: 'graphrag-pra',
  title: 'Fading retrieval reward',
  summary: 'Pays retrievals, each less than the one before.',
  formula: String.raw`r_t = b\, k^{\,n_t - 1}\, \mathbb 1[\text{retrieves at } t] + \mathbb 1[t = T]\, w_o R`,
  provenance: 'own',
  cite: [{ title: 'GraphRAG-R1 (progressive retrieval attenuation; the numeric form is ours)', source: 'arXiv:2507.23581' }],
  useWhen: 'The policy answers from memory and should learn to look things up at all.',
  breaksWhen: 'Useless calls pay too. All of them together never pay more than b / (1 − k).',
  category: 'process',
  params: {
    retrieve: signal('retrieve', '1 on a step that retrieves.'),
    base: positive(1, 'b', 'What the first retrieval pays.'),
    k: { kind: 'number', default: 0.5, min: 0, max: 1, step: 0.01, symbol: 'k', help: 'What is left of it at each further one.' },
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Two, then one, then a half; the last step also carries the outcome.',
      input: { trajectories: [{ group: 0, length: 4, signals: { retrieve: [1, 0, 1, 1] }, outcome: 1, extra: {} }] },
      params: { base: 2, k: 0.5, outcomeWeight: 3 },
      expect: [[2, 0, 1, 3.5]],
    },
  ],
  price(columns, { retrieve, base, k, outcomeWeight: wo }, { buffer }) {
    let next = base;
    const reward = payEveryStep(columns, buffer, (_i, t, at) => {
      if (t === 0) next = base;
      if (columns.signals[retrieve][at] === 0) return 0;
      const paid = next;
      next *= k;
      return paid;
    });
    return { reward: addToLastStep(reward, columns, (i) => wo * columns.outcome[i]) };
  },
  explain(columns, { retrieve, base, k, outcomeWeight: wo }, { reward }, i, t) {
    const start = i * columns.maxLen;
    const calls = columns.signals[retrieve].subarray(start, start + t + 1).reduce((n, x) => n + (x !== 0 ? 1 : 0), 0);
    const now = columns.signals[retrieve][start + t] !== 0;
    const outcome = isLastStep(columns, i, t) ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : '';
    return explained(
      [rewardLine(`${now ? 'b k^{n−1}' : '0'}${outcome ? ' + w_o R' : ''}`, `${now ? `${printed(base)}${` × ${printed(k)}`.repeat(calls - 1)}` : '0'}${outcome}`, reward[start + t])],
      now ? `Retrieval number ${calls}.` : undefined,
    );
  },
});
