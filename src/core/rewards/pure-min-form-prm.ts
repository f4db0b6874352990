import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';
import { exp } from '../math/elementary';

/**
 * PURE's min-form credit from scores that are there already.
 *
 *     w_t = exp(−p_t / τ) / Σ_k exp(−p_k / τ),  r_t = w_t p_t,  Σ_t r_t ≈ min_t p_t
 */
export default defineReward({
  id: 'pure-min-form-prm',
  title: 'PURE min form',
  summary: 'Gives nearly all credit to the worst-scored step, so that padding cannot help.',
  formula: String.raw`w_t = \frac{e^{-p_t/\tau}}{\sum_k e^{-p_k/\tau}},\qquad r_t = w_t\, p_t`,
  provenance: 'mixed',
  cite: [{ title: 'Stop Summation: Min-Form Credit Assignment Is All Process Reward Model Needs for Reasoning', source: 'CJReinforce/PURE@41f9363:openrlhf/utils/utils.py' }],
  useWhen: 'Steps are scored and summing the scores is farmed: a solution is then worth its weakest step and extra good steps change nothing.',
  breaksWhen: 'The scorer misjudges one step: that step decides alone. As reward-to-go without the outcome, steps after the worst one see nothing.',
  category: 'process',
  params: {
    prm: signal('prm', 'The step scores, about −1 to 1; a constant shift of all scores does not move the weights.'),
    temperature: { kind: 'number', default: 0.1, min: 0.01, max: 5, step: 0.01, scale: 'log', symbol: 'τ', help: 'How sharply the worst step is singled out; small means the minimum alone.' },
  },
  needs: {},
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'At temperature 1 / ln 3 the weights of 1 and 0 are 1 to 3.',
      input: { trajectories: [{ group: 0, length: 2, signals: { prm: [1, 0] }, outcome: 1, extra: {} }] },
      params: { temperature: 0.910239226626837 },
      expect: [[0.25, 0]],
    },
    {
      why: 'Equal scores share alike.',
      input: { trajectories: [{ group: 0, length: 4, signals: { prm: [0.8, 0.8, 0.8, 0.8] }, outcome: 1, extra: {} }] },
      params: { temperature: 0.1 },
      expect: [[0.2, 0.2, 0.2, 0.2]],
    },
  ],
  price(columns, { prm, temperature }, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const score = columns.signals[prm];
    const reward = buffer(nTraj * maxLen);
    for (let i = 0; i < nTraj; i++) {
      const start = i * maxLen;
      const end = start + length[i];
      let least = Infinity;
      let total = 0;
      for (let k = start; k < end; k++) if (score[k] < least) least = score[k];
      for (let k = start; k < end; k++) total += reward[k] = exp((least - score[k]) / temperature);
      for (let k = start; k < end; k++) reward[k] = (reward[k] / total) * score[k];
      reward.fill(0, end, start + maxLen);
    }
    return { reward };
  },
  explain(columns, { prm, temperature }, { reward }, i, t) {
    const p = stepsOf(columns.signals[prm], columns, i);
    const least = p.reduce((a, b) => Math.min(a, b));
    const share = (x: number) => `exp((${printed(least)} − ${operand(x)}) / ${printed(temperature)})`;
    const weight = exp((least - p[t]) / temperature) / p.reduce((sum, x) => sum + exp((least - x) / temperature), 0);
    return explained([
      step('Weight', 'w', 'e^{(min p − p)/τ} / Σ e^{(min p − p_k)/τ}', `${share(p[t])} / sum(${Array.from(p, share).join(', ')})`, weight),
      rewardLine('w × p', `${printed(weight)} × ${operand(p[t])}`, reward[i * columns.maxLen + t]),
    ]);
  },
});
