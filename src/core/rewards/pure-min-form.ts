import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, signal } from '../contracts/reward-parameters';
import { exp, tanh } from '../math/elementary';

/**
 * PURE's min-form credit from a process model's two logits per step: weights that single out the worst step
 * make the sum of rewards about the minimum of the scores.
 *
 *     p_t = tanh((g_t − b_t) / 2),  w_t = exp(−p_t / T) / Σ_k exp(−p_k / T),  r_t = w_t p_t
 *
 * On the last step c·(R − 1) is added. Without weights r_t = p_t / L.
 */
export default defineReward({
  id: 'pure-min-form',
  title: 'PURE min form, from logits',
  summary: 'Gives nearly all credit to the worst step, so that a solution is worth its weakest link.',
  formula: String.raw`p_t = \tanh\tfrac{g_t - b_t}{2},\quad w_t = \frac{e^{-p_t/\tau}}{\sum_k e^{-p_k/\tau}},\quad r_t = w_t\, p_t + \mathbb 1[t = T]\, c\,(R - 1)`,
  provenance: 'code',
  cite: [{ title: 'Stop Summation: Min-Form Credit Assignment Is All Process Reward Model Needs for Reasoning', source: 'CJReinforce/PURE@41f9363:openrlhf/utils/utils.py' }],
  useWhen: 'A process model scores steps and summing them is farmed by padding: extra good steps cannot raise a minimum.',
  breaksWhen: 'The process model is wrong about what is worst: one misjudged step decides alone. Trained for long on the model alone it collapses in the end.',
  category: 'process',
  params: {
    good: signal('logitGood', 'Logit of "the step is right".'),
    bad: signal('logitBad', 'Logit of "the step is wrong".'),
    temperature: { kind: 'number', default: 0.1, min: 0.01, max: 5, step: 0.01, scale: 'log', symbol: 'τ', help: 'How sharply the worst step is singled out; small means the minimum alone.' },
    weighted: { kind: 'boolean', default: true, help: 'Weight the worst step most; without it every score is divided by the length.' },
    verifiableCoef: factor(0, 'c', 'Charge on the last step for failing: c (R − 1).'),
  },
  needs: { outcome: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Equal logits score 0 on both steps; the failure is charged at the end.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logitGood: [2, -1], logitBad: [2, -1] }, outcome: 0.25, extra: {} }] },
      params: { verifiableCoef: 2 },
      expect: [[0, -1.5]],
    },
    {
      why: 'ln 3 between the logits scores 0.5; unweighted it is divided by the length.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logitGood: [1.09861228866811, 0], logitBad: [0, 1.09861228866811] }, outcome: 1, extra: {} }] },
      params: { weighted: false },
      expect: [[0.25, -0.25]],
    },
    {
      why: 'At temperature 1 / ln 3 the weights of 0.5 and −0.5 are 1 to 3.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logitGood: [1.09861228866811, 0], logitBad: [0, 1.09861228866811] }, outcome: 1, extra: {} }] },
      params: { temperature: 0.910239226626837 },
      expect: [[0.125, -0.375]],
    },
  ],
  price(columns, { good, bad, temperature, weighted, verifiableCoef }, { buffer }) {
    const { nTraj, maxLen, length } = columns;
    const score = payEveryStep(columns, buffer, (_i, _t, k) => tanh((columns.signals[good][k] - columns.signals[bad][k]) / 2));
    const reward = buffer(nTraj * maxLen);
    for (let i = 0; i < nTraj; i++) {
      const start = i * maxLen;
      const end = start + length[i];
      let least = Infinity;
      let total = 0;
      for (let k = start; k < end; k++) if (score[k] < least) least = score[k];
      for (let k = start; k < end; k++) total += reward[k] = weighted ? exp((least - score[k]) / temperature) : 1;
      for (let k = start; k < end; k++) reward[k] = (reward[k] / total) * score[k];
      reward.fill(0, end, start + maxLen);
    }
    return { reward: addToLastStep(reward, columns, (i) => verifiableCoef * (columns.outcome[i] - 1)) };
  },
  explain(columns, { good, bad, temperature, weighted, verifiableCoef }, { reward }, i, t) {
    const { maxLen, length } = columns;
    const start = i * maxLen;
    const scores = Array.from({ length: length[i] }, (_, j) => tanh((columns.signals[good][start + j] - columns.signals[bad][start + j]) / 2));
    const least = Math.min(...scores);
    const p = scores[t];
    const g = columns.signals[good][start + t];
    const b = columns.signals[bad][start + t];
    const gap = `exp(${printed(g)} − ${operand(b)})`;
    const share = (x: number) => `exp((${printed(least)} − ${operand(x)}) / ${printed(temperature)})`;
    const total = scores.reduce((sum, x) => sum + exp((least - x) / temperature), 0);
    const weight = weighted ? exp((least - p) / temperature) / total : 1 / length[i];
    const last = isLastStep(columns, i, t);
    return explained([
      step('Score of the step', 'p', '(e^{g−b} − 1) / (e^{g−b} + 1)', `(${gap} − 1) / (${gap} + 1)`, p),
      weighted
        ? step('Weight', 'w', 'e^{(min p − p)/τ} / Σ e^{(min p − p_k)/τ}', `${share(p)} / sum(${scores.map(share).join(', ')})`, weight)
        : step('Weight', 'w', '1 / L', `1 / ${length[i]}`, weight),
      rewardLine(
        `w × p${last ? ' + c (R − 1)' : ''}`,
        `${printed(weight)} × ${operand(p)}${last ? ` + ${operand(verifiableCoef)} × (${printed(columns.outcome[i])} − 1)` : ''}`,
        reward[start + t],
      ),
    ]);
  },
});
