import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive, signal } from '../contracts/reward-parameters';

/**
 * Clip, then difference: x_t = min(p_t − η, 0), r_t = α (x_t − x_{t+1}).
 * The last step's score is dropped (paper) or kept, as in the unclipped differences.
 */
export default defineReward({
  id: 'prm-clip-delta',
  title: 'Clipped differences of step scores',
  summary: 'Differences of scores that cannot rise above a mark: neither padding nor a pet step pays.',
  formula: String.raw`x_t = \min(p_t - \eta, 0),\qquad r_t = \alpha\,(x_t - x_{t+1}),\qquad \textstyle\sum_{k \ge t} r_k = \alpha\, x_t + w_o R`,
  provenance: 'recalled',
  cite: [{ title: 'On Designing Effective RL Reward at Training Time for LLM Reasoning', source: 'arXiv:2410.15115' }],
  useWhen: 'Either half alone is exploited: clipping makes short answers too cheap, differences make one good step worth repeating. Together they hold over a wide range of weights.',
  breaksWhen: 'The weight is so large that avoiding a poor step matters more than being right.',
  category: 'process',
  params: {
    prm: signal('prm', 'The step scores.'),
    eta: { kind: 'number', default: 0.5, min: -1, max: 1, step: 0.01, symbol: 'η', help: 'The mark above which all steps count alike.' },
    alpha: positive(1, 'α', 'Factor on the differences.', 5),
    lastStep: {
      kind: 'choice',
      default: 'dropped',
      help: 'Whether the score of the last step (the answer itself) counts.',
      options: [
        { value: 'dropped', title: 'dropped', help: 'The answer is judged by the outcome alone, as in the paper.' },
        { value: 'kept', title: 'kept', help: 'The answer’s score is paid like any other.' },
      ],
    },
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory' },
  // A score is paid at its step and taken off the step before, 1/γ of it now; all that is remembered is that there was a step before.
  remembers: ({ prm, eta, alpha, lastStep, outcomeWeight: wo }, table, gamma) => {
    const p = Object.hasOwn(table.signals, prm) ? table.signals[prm] : undefined;
    const outcome = table.metrics[table.truth];
    if (!p || gamma === 0) return null;
    return {
      pay: (memory, row, isLast) => {
        const score = isLast && lastStep === 'dropped' ? 0 : alpha * Math.min(p[row] - eta, 0);
        return score - (memory === 0 ? 0 : score / gamma) + wo * outcome[row];
      },
      next: () => 1,
    };
  },
  flavours: {
    paper: { title: 'Paper', params: { lastStep: 'dropped' }, help: 'The last step’s score is left out and the outcome stands in its place.' },
    kept: { title: 'Last score kept', params: { lastStep: 'kept' }, help: 'The reward-to-go of every step is its clipped score plus the outcome.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Clipped at 0.5 the scores are 0, −0.25, 0: the step before the poor one gains what the poor one loses.',
      input: { trajectories: [{ group: 0, length: 4, signals: { prm: [0.9, 0.25, 0.5, 0.1] }, outcome: 1, extra: {} }] },
      params: { eta: 0.5, alpha: 2 },
      expect: [[0.5, -0.5, 0, 1]],
    },
    {
      why: 'Kept, the poor answer is charged.',
      input: { trajectories: [{ group: 0, length: 2, signals: { prm: [0.9, 0.25] }, outcome: 1, extra: {} }] },
      params: { eta: 0.5, alpha: 1, lastStep: 'kept', outcomeWeight: 2 },
      expect: [[0.25, 1.75]],
    },
  ],
  price(columns, { prm, eta, alpha, lastStep, outcomeWeight: wo }, { buffer }) {
    const p = columns.signals[prm];
    const clipped = (k: number) => Math.min(p[k] - eta, 0);
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const scored = lastStep === 'kept' ? columns.length[i] : columns.length[i] - 1;
      const paid = t >= scored ? 0 : t === scored - 1 ? alpha * clipped(k) : alpha * (clipped(k) - clipped(k + 1));
      return t === columns.length[i] - 1 ? paid + wo * columns.outcome[i] : paid;
    });
    return { reward };
  },
  explain(columns, { prm, eta, alpha, lastStep, outcomeWeight: wo }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const p = columns.signals[prm];
    const scored = lastStep === 'kept' ? columns.length[i] : columns.length[i] - 1;
    const outcome = t === columns.length[i] - 1 ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : '';
    const shown = (of: number) => `min(${printed(p[of])} − ${operand(eta)}, 0)`;
    const x = t >= scored ? '0' : t === scored - 1 ? shown(k) : `${shown(k)} − ${shown(k + 1)}`;
    const value = t >= scored ? 0 : Math.min(p[k] - eta, 0) - (t === scored - 1 ? 0 : Math.min(p[k + 1] - eta, 0));
    return explained([
      step('Difference of clipped scores', 'd', t >= scored ? '0' : t === scored - 1 ? 'x_t' : 'x_t − x_{t+1}', x, value),
      rewardLine(`α d${outcome ? ' + w_o R' : ''}`, `${operand(alpha)} × ${operand(value)}${outcome}`, reward[k]),
    ]);
  },
});
