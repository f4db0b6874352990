import { chain, explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, signal } from '../contracts/reward-parameters';

type Mode = 'sum' | 'mean' | 'min' | 'max' | 'last' | 'product';

function aggregate(p: Float64Array, mode: Mode): number {
  if (p.length === 0) return 0;
  switch (mode) {
    case 'sum':
      return p.reduce((a, b) => a + b, 0);
    case 'mean':
      return p.reduce((a, b) => a + b, 0) / p.length;
    case 'min':
      return p.reduce((a, b) => Math.min(a, b));
    case 'max':
      return p.reduce((a, b) => Math.max(a, b));
    case 'last':
      return p[p.length - 1];
    case 'product':
      return p.reduce((a, b) => a * b, 1);
  }
}

function written(p: Float64Array, mode: Mode): string {
  switch (mode) {
    case 'sum':
      return chain(p);
    case 'last':
      return printed(p[p.length - 1]);
    case 'product':
      return Array.from(p, operand).join(' × ');
    default:
      return `${mode}(${list(p)})`;
  }
}

/** One number from the step scores of a trajectory, on its last step: sum, mean, minimum, maximum, last or product. */
export default defineReward({
  id: 'prm-aggregate',
  title: 'Aggregated step scores',
  summary: 'Reduces the process scores of a trajectory to one number, paid at the end.',
  formula: String.raw`r_T = \operatorname{agg}_t p_t + w_o R`,
  provenance: 'textbook',
  cite: [
    { title: 'Let’s Verify Step by Step', source: 'arXiv:2305.20050' },
    { title: 'Math-Shepherd', source: 'arXiv:2312.08935' },
  ],
  useWhen: 'A solution is as good as its steps and one wants one score for it: the minimum or the product for checking, the mean to be fair to length.',
  breaksWhen: 'The sum pays for padding with easy steps. Minimum and product pay for packing everything into one step. The last score forgets the way. A product of negative scores changes sign with the length.',
  category: 'process',
  params: {
    prm: signal('prm', 'The step scores.'),
    mode: {
      kind: 'choice',
      default: 'min',
      help: 'How the scores become one number.',
      options: [
        { value: 'sum', title: 'sum' },
        { value: 'mean', title: 'mean' },
        { value: 'min', title: 'minimum' },
        { value: 'max', title: 'maximum' },
        { value: 'last', title: 'last' },
        { value: 'product', title: 'product' },
      ],
    },
    outcomeWeight: outcomeWeight(0),
  },
  needs: { outcome: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The worst step decides, and the outcome is added with its weight.',
      input: { trajectories: [{ group: 0, length: 3, signals: { prm: [0.9, 0.2, 0.5] }, outcome: 1, extra: {} }] },
      params: { mode: 'min', outcomeWeight: 2 },
      expect: [[0, 0, 2.2]],
    },
    {
      why: 'Product of the steps.',
      input: { trajectories: [{ group: 0, length: 3, signals: { prm: [0.5, -2, 0.5] }, outcome: 1, extra: {} }] },
      params: { mode: 'product' },
      expect: [[0, 0, -0.5]],
    },
    {
      why: 'The largest score.',
      input: { trajectories: [{ group: 0, length: 2, signals: { prm: [0.75, 0.5] }, outcome: 0, extra: {} }] },
      params: { mode: 'max' },
      expect: [[0, 0.75]],
    },
  ],
  price(columns, { prm, mode, outcomeWeight: wo }, { buffer }) {
    const p = columns.signals[prm];
    return { reward: payOnLastStep(columns, buffer, (i) => aggregate(stepsOf(p, columns, i), mode) + wo * columns.outcome[i]) };
  },
  explain(columns, { prm, mode, outcomeWeight: wo }, { reward }, i, t) {
    return explainedOnLastStep(columns, i, t, () => {
      const p = stepsOf(columns.signals[prm], columns, i);
      const score = aggregate(p, mode);
      return [
        step('Score of the trajectory', 'P', `${mode} of p_t`, written(p, mode), score),
        rewardLine('P + w_o R', `${printed(score)} + ${operand(wo)} × ${operand(columns.outcome[i])}`, reward[i * columns.maxLen + t]),
      ];
    });
  },
});
