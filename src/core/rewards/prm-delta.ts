import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative, outcomeWeight, positive, signal } from '../contracts/reward-parameters';

/**
 * The score of a step minus that of the next one, so that the scores from a step on add up to that
 * step's own score, however many steps follow.
 *
 *     dropped: r_t = α (p_t − p_{t+1}) for t ≤ T − 2,  r_{T−1} = α p_{T−1},  r_T = w_o R
 *     kept:    r_t = α (p_t − p_{t+1}) for t < T,      r_T = α p_T + w_o R
 */
export default defineReward({
  id: 'prm-delta',
  title: 'Differences of step scores',
  summary: 'Pays the drop from a step’s score to the next, so that padding adds nothing.',
  formula: String.raw`r_t = \alpha\,(p_t - p_{t+1}),\qquad \textstyle\sum_{k \ge t} r_k = \alpha\, p_t + w_o R`,
  provenance: 'recalled',
  cite: [{ title: 'On Designing Effective RL Reward at Training Time for LLM Reasoning', source: 'arXiv:2410.15115' }],
  useWhen: 'You want what follows a step to be worth that step’s score and no more: stretching the solution with good steps then earns nothing.',
  breaksWhen: 'One kind of step scores best and can be repeated for ever: its reward-to-go is its own score every time, and with a large weight it beats answering.',
  category: 'process',
  params: {
    prm: signal('prm', 'The step scores.'),
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
    eta: informative('The mark of the clipped variants; differences alone do not use it.'),
  },
  needs: { outcome: 'trajectory' },
  // A score is paid at its step and taken off the step before, 1/γ of it now; all that is remembered is that there was a step before.
  remembers: ({ prm, alpha, lastStep, outcomeWeight: wo }, table, gamma) => {
    const p = Object.hasOwn(table.signals, prm) ? table.signals[prm] : undefined;
    const outcome = table.metrics[table.truth];
    if (!p || gamma === 0) return null;
    return {
      pay: (memory, row, isLast) => {
        const score = isLast && lastStep === 'dropped' ? 0 : alpha * p[row];
        return score - (memory === 0 ? 0 : score / gamma) + wo * outcome[row];
      },
      next: () => 1,
    };
  },
  flavours: {
    paper: { title: 'Paper', params: { lastStep: 'dropped' }, help: 'The last step’s score is left out and the outcome stands in its place.' },
    kept: { title: 'Last score kept', params: { lastStep: 'kept' }, help: 'The reward-to-go of every step is its score plus the outcome.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Score of a step minus score of the next; the third score is dropped and the outcome stands there.',
      input: { trajectories: [{ group: 0, length: 3, signals: { prm: [0.9, 0.4, 0.8] }, outcome: 1, extra: {} }] },
      params: { alpha: 2 },
      expect: [[1, 0.8, 1]],
    },
    {
      why: 'With the last score kept, the rewards from any step on add up to its score and the outcome.',
      input: { trajectories: [{ group: 0, length: 3, signals: { prm: [0.9, 0.4, 0.8] }, outcome: 1, extra: {} }] },
      params: { alpha: 1, lastStep: 'kept', outcomeWeight: 3 },
      expect: [[0.5, -0.4, 3.8]],
    },
  ],
  price(columns, { prm, alpha, lastStep, outcomeWeight: wo }, { buffer }) {
    const p = columns.signals[prm];
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const scored = lastStep === 'kept' ? columns.length[i] : columns.length[i] - 1;
      const step = t >= scored ? 0 : t === scored - 1 ? alpha * p[k] : alpha * (p[k] - p[k + 1]);
      return t === columns.length[i] - 1 ? step + wo * columns.outcome[i] : step;
    });
    return { reward };
  },
  explain(columns, { prm, alpha, lastStep, outcomeWeight: wo }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    const p = columns.signals[prm];
    const scored = lastStep === 'kept' ? columns.length[i] : columns.length[i] - 1;
    const outcome = t === columns.length[i] - 1 ? `${operand(wo)} × ${operand(columns.outcome[i])}` : '';
    const a = operand(alpha);
    const step = t >= scored ? '' : t === scored - 1 ? `${a} × ${operand(p[k])}` : `${a} × (${printed(p[k])} − ${operand(p[k + 1])})`;
    const formula = t >= scored ? '' : t === scored - 1 ? 'α p_t' : 'α (p_t − p_{t+1})';
    return explained([
      rewardLine(
        [formula, outcome && 'w_o R'].filter(Boolean).join(' + ') || '0',
        [step, outcome].filter(Boolean).join(' + ') || '0',
        reward[k],
      ),
    ]);
  },
});
