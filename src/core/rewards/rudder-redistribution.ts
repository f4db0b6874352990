import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_0 = g_0, r_t = g_t − g_{t−1}, and what is left of the outcome, R − g_T, on the last step, on every step, or nowhere. */
export default defineReward({
  id: 'rudder-redistribution',
  title: 'Return decomposition by prediction',
  summary: 'Pays a step for how much it changes the predicted return.',
  formula: String.raw`r_t = g_t - g_{t-1},\qquad \textstyle\sum_t r_t + (R - g_T) = R`,
  provenance: 'read',
  cite: [{ title: 'RUDDER: Return Decomposition for Delayed Rewards', source: 'arXiv:1806.07857' }],
  useWhen: 'The reward comes long after its cause, and a network can predict it from the beginning of a trajectory.',
  breaksWhen: 'The prediction is wrong: without the residual the rewards no longer add up to the outcome, so another task is solved.',
  category: 'dense',
  params: {
    residual: {
      kind: 'choice',
      default: 'last',
      help: 'Where the part goes that was not predicted.',
      options: [
        { value: 'last', title: 'the last step' },
        { value: 'uniform', title: 'every step alike' },
        { value: 'none', title: 'nowhere', help: 'The rewards then add up to the prediction, not to the outcome.' },
      ],
    },
  },
  needs: { outcome: 'trajectory', returnPrediction: 'step' },
  laws: ['sum-preserving', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Predictions ½ and ¾ of an outcome of 1: the missing ¼ goes to the last step.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { returnPrediction: [0.5, 0.75] } }] },
      params: {},
      expect: [[0.5, 0.5]],
    },
    {
      why: 'Or half of it to each.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { returnPrediction: [0.5, 0.75] } }] },
      params: { residual: 'uniform' },
      expect: [[0.625, 0.375]],
    },
  ],
  price(columns, { residual }, { buffer }) {
    const { maxLen, length } = columns;
    const g = columns.returnPrediction;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const left = columns.outcome[i] - g[i * maxLen + length[i] - 1];
      const given = residual === 'uniform' ? left / length[i] : residual === 'last' && isLastStep(columns, i, t) ? left : 0;
      return g[k] - (t === 0 ? 0 : g[k - 1]) + given;
    });
    return { reward };
  },
  explain(columns, { residual }, { reward }, i, t) {
    const { maxLen, length } = columns;
    const g = columns.returnPrediction;
    const k = i * maxLen + t;
    const end = g[i * maxLen + length[i] - 1];
    const left = columns.outcome[i] - end;
    const given = residual === 'uniform' ? ` + ${operand(left)} / ${length[i]}` : residual === 'last' && isLastStep(columns, i, t) ? ` + ${operand(left)}` : '';
    return explained([
      step('Not predicted', 'ρ', 'R − g_T', `${printed(columns.outcome[i])} − ${operand(end)}`, left),
      rewardLine(`g_t − g_{t−1}${given ? ' + share of ρ' : ''}`, `${printed(g[k])} − ${operand(t === 0 ? 0 : g[k - 1])}${given}`, reward[k]),
    ]);
  },
});
