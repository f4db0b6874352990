import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive, signal } from '../contracts/reward-parameters';

/** r_t = β / √N(bin of the progress), N counted from the first batch on and this visit included; the outcome on the last step. */
export default defineReward({
  id: 'progress-count',
  title: 'Counted progress',
  summary: 'Pays for reaching rarely seen degrees of progress, whatever the progress is worth.',
  formula: String.raw`r_t = \frac{\beta}{\sqrt{N(b_t)}} + \mathbb 1[t = T]\, w_o R,\qquad b_t = \min(B - 1, \lfloor B p_t \rfloor)`,
  provenance: 'recalled',
  cite: [{ title: 'Automated Rewards via LLM-Generated Progress Functions', source: 'arXiv:2410.09187' }],
  useWhen: 'A rough progress function is easy to write, but not at which scale to pay it.',
  breaksWhen: 'Progress goes in few bins: they are used up early. Going back and forth over a rare bin pays too.',
  category: 'intrinsic',
  params: {
    progress: signal('progress', 'Progress after each step, 0 to 1.'),
    bins: { kind: 'integer', default: 10, min: 1, max: 1000, symbol: 'B', help: 'Into how many equal parts progress is cut.' },
    beta: positive(1, 'β', 'Size of the bonus for a first visit.'),
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory' },
  outputs: { count: 'step' },
  laws: ['padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Bins 0, 2, 3 (progress 1 belongs to the last) of four; the second trajectory is the second visit to bin 2.',
      input: {
        trajectories: [
          { group: 0, length: 3, signals: { progress: [0.1, 0.5, 1] }, outcome: 1, extra: {} },
          { group: 0, length: 1, signals: { progress: [0.74] }, outcome: 0, extra: {} },
        ],
      },
      params: { bins: 4, beta: 2, outcomeWeight: 3 },
      expect: [[2, 2, 5], [1.4142135623731]],
    },
  ],
  price(columns, { progress, bins, beta, outcomeWeight: wo }, { buffer, state }) {
    const carried = state as readonly number[] | undefined;
    const counts = carried?.length === bins ? [...carried] : new Array<number>(bins).fill(0);
    const p = columns.signals[progress];
    const count = payEveryStep(columns, buffer, (_i, _t, k) => (counts[Math.max(0, Math.min(bins - 1, Math.floor(p[k] * bins)))] += 1));
    const reward = payEveryStep(columns, buffer, (_i, _t, k) => beta / Math.sqrt(count[k]));
    return { reward: addToLastStep(reward, columns, (i) => wo * columns.outcome[i]), count, state: counts };
  },
  explain(columns, { beta, outcomeWeight: wo }, { reward, count }, i, t) {
    const k = i * columns.maxLen + t;
    const outcome = isLastStep(columns, i, t) ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : '';
    return explained([rewardLine(`β / √N${outcome ? ' + w_o R' : ''}`, `${printed(beta)} / sqrt(${printed(count![k])})${outcome}`, reward[k])], `Visit number ${count![k]} to this part of the progress.`);
  },
});
