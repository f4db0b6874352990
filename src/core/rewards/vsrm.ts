import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative, outcomeWeight } from '../contracts/reward-parameters';

/** How many steps ahead the accuracy next changes (0: at once), or null within `window` steps. */
function nextChange(A: Float64Array, t: number, last: number, epsilon: number, window: number): number | null {
  for (let q = 0; q <= window && t + q < last; q++) if (Math.abs(A[t + q + 1] - A[t + q]) >= epsilon) return q;
  return null;
}

/**
 * Stepwise rewards from the accuracy of continuations; idle steps share, faded, in the next real change.
 *
 *     d_k = A_{k+1} − A_k,  r_k = d_{k+q} γ^q for the first q ≤ W with |d_{k+q}| ≥ ε, else 0;  the last step gets w_o R alone
 */
export default defineReward({
  id: 'vsrm',
  title: 'Verified stepwise reward',
  summary: 'Pays steps that raise the accuracy of continuing from them, and idle ones by what comes next.',
  formula: String.raw`d_k = A_{k+1} - A_k,\qquad r_k = \gamma^{q} d_{k+q},\quad q = \min\{\, q \le W : |d_{k+q}| \ge \varepsilon \,\},\qquad r_T = w_o R`,
  provenance: 'mixed',
  cite: [
    { title: 'Promoting Efficient Reasoning with Verifiable Stepwise Reward', source: 'arXiv:2508.10293' },
    { title: 'Released code', source: '1benwu1/VSRM-Efficient-LRMs@e4e928b4:verl/workers/rollout_postprocess.py' },
  ],
  useWhen: 'Reasoning is too long: steps after which nothing is more certain than before should not be worth as much as those that settle it.',
  breaksWhen: 'Idling comes just before a gain: it is then paid too, only a little less. Accuracies from few continuations are noisy, and every wobble above ε counts as change.',
  category: 'process',
  params: {
    epsilon: { kind: 'number', default: 1e-5, min: 0, max: 1, step: 1e-5, scale: 'log', symbol: 'ε', help: 'Smallest change of accuracy that counts.' },
    gamma: { kind: 'number', default: 0.7, min: 0, max: 1, step: 0.01, symbol: 'γ', help: 'How much a change fades per step towards earlier ones. A constant of the method, not the scheme’s discount.' },
    window: { kind: 'integer', default: 4, min: 0, max: 100, symbol: 'W', help: 'How far ahead a change is looked for.' },
    outcomeWeight: outcomeWeight(1),
    layout: informative('How published vectors place the rewards.'),
  },
  needs: { outcome: 'trajectory', stateAccuracy: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Nothing changes at first, then +0.5: the idle step gets half of it. The third change of 0.05 is too small and nothing follows.',
      input: { trajectories: [{ group: 0, length: 4, signals: {}, outcome: 1, extra: { stateAccuracy: [0.25, 0.25, 0.75, 0.8] } }] },
      params: { epsilon: 0.1, gamma: 0.5, window: 1, outcomeWeight: 2 },
      expect: [[0.25, 0.5, 0, 2]],
    },
  ],
  price(columns, { epsilon, gamma, window, outcomeWeight: wo }, { buffer }) {
    const { maxLen, length } = columns;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      const last = length[i] - 1;
      if (t === last) return wo * columns.outcome[i];
      const A = columns.stateAccuracy.subarray(i * maxLen, i * maxLen + length[i]);
      const q = nextChange(A, t, last, epsilon, window);
      if (q === null) return 0;
      let change = columns.stateAccuracy[k + q + 1] - columns.stateAccuracy[k + q];
      for (let j = 0; j < q; j++) change *= gamma;
      return change;
    });
    return { reward };
  },
  explain(columns, { epsilon, gamma, window, outcomeWeight: wo }, { reward }, i, t) {
    const { maxLen, length } = columns;
    const value = reward[i * maxLen + t];
    const last = length[i] - 1;
    if (t === last) return explained([rewardLine('w_o R', `${operand(wo)} × ${operand(columns.outcome[i])}`, value)]);
    const A = columns.stateAccuracy.subarray(i * maxLen, i * maxLen + length[i]);
    const q = nextChange(A, t, last, epsilon, window);
    if (q === null) return explained([rewardLine('0', '0', value)], `The accuracy does not change within ${window} steps.`);
    const d = A[t + q + 1] - A[t + q];
    return explained([
      step(`Change of accuracy ${q === 0 ? 'at this step' : `${q} steps on`}`, 'd', 'A_{k+1} − A_k', `${printed(A[t + q + 1])} − ${operand(A[t + q])}`, d),
      rewardLine(`d${q > 0 ? ` γ^${q}` : ''}`, `${operand(d)}${` × ${printed(gamma)}`.repeat(q)}`, value),
    ]);
  },
});
