import type { Frame } from '../contracts/columns';
import { chain, explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { addToLastStep, isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, signal } from '../contracts/reward-parameters';

const NORM_EPSILON = 1e-6;

/** The largest |q_t + q_{t+1} + …| of the batch, plus 1e-6. */
function largestTail({ nTraj, maxLen, length }: Frame, q: Float64Array): number {
  let most = 0;
  for (let i = 0; i < nTraj; i++) {
    let tail = 0;
    for (let t = length[i] - 1; t >= 0; t--) most = Math.max(most, Math.abs((tail += q[i * maxLen + t])));
  }
  return most + NORM_EPSILON;
}

/**
 * Implicit process rewards with a verifier on top.
 *
 *     q_t = log π_rm − log π_ref,  r_t = q_t / (max_{batch, t} |Σ_{k ≥ t} q_k| + 1e-6), and c·R on the last step
 *
 * The paper writes β times the log-ratio; the released code leaves β out of the reward, and so does this.
 */
export default defineReward({
  id: 'prime',
  title: 'Implicit process reward, normalised',
  summary: 'Scales implicit step rewards by the largest of the batch and adds the verifier’s verdict.',
  formula: String.raw`q_t = \log \frac{\pi_{\mathrm{rm}}(y_t)}{\pi_{\mathrm{ref}}(y_t)},\qquad r_t = \frac{q_t}{\max_{i,t} \big|\sum_{k \ge t} q_{i,k}\big| + 10^{-6}} + \mathbb 1[t = T]\, c R`,
  provenance: 'code',
  cite: [{ title: 'Process Reinforcement through Implicit Rewards', source: 'PRIME-RL/PRIME@18ad596:training/verl/workers/actor/dp_prime.py' }],
  useWhen: 'The implicit reward model is trained along with the policy and its scale wanders.',
  breaksWhen: 'One extreme token sets the scale of the whole batch and everything else becomes small.',
  category: 'process',
  params: {
    granularity: {
      kind: 'choice',
      default: 'token',
      help: 'Where the log-ratios are paid.',
      options: [
        { value: 'token', title: 'each token' },
        { value: 'whole', title: 'the whole answer', help: 'Their sum, at the last token.' },
      ],
    },
    norm: {
      kind: 'choice',
      default: 'batch_norm',
      help: 'Whether the batch’s largest tail sum divides them.',
      options: [
        { value: 'batch_norm', title: 'divided by the batch’s largest' },
        { value: 'none', title: 'as they are' },
      ],
    },
    verifierCoef: factor(1, 'c', 'Weight of the verified outcome, which is not normalised.'),
    rm: signal('logpRm', 'Log-probability of each token under the reward model.'),
    ref: signal('logpRef', 'Log-probability of each token under the reference.'),
  },
  needs: { outcome: 'trajectory' },
  outputs: { scale: 'scalar' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Ratios 1, 3 and −1: the largest tail sum is 4. Two of the outcome on top, un-normalised.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logpRm: [1, 3], logpRef: [0, 0] }, outcome: 1, extra: {} }, { group: 0, length: 1, signals: { logpRm: [-1], logpRef: [0] }, outcome: 0, extra: {} }] },
      params: { verifierCoef: 2 },
      expect: [[0.2499999375, 2.7499998125], [-0.2499999375]],
    },
    {
      why: 'As one sum at the end, not normalised.',
      input: { trajectories: [{ group: 0, length: 2, signals: { logpRm: [1, 3], logpRef: [0, 0.5] }, outcome: 1, extra: {} }] },
      params: { granularity: 'whole', norm: 'none', verifierCoef: 0 },
      expect: [[0, 3.5]],
    },
  ],
  price(columns, { granularity, norm, verifierCoef, rm, ref }, { buffer }) {
    const { maxLen, length } = columns;
    const ratio = (k: number) => columns.signals[rm][k] - columns.signals[ref][k];
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (granularity === 'token') return ratio(k);
      if (t < length[i] - 1) return 0;
      let sum = 0;
      for (let j = i * maxLen; j <= k; j++) sum += ratio(j);
      return sum;
    });
    const scale = norm === 'none' ? 1 : largestTail(columns, reward);
    for (let k = 0; k < reward.length; k++) reward[k] /= scale;
    return { reward: addToLastStep(reward, columns, (i) => verifierCoef * columns.outcome[i]), scale };
  },
  explain(columns, { granularity, verifierCoef, rm, ref }, { reward, scale }, i, t) {
    const { maxLen } = columns;
    const k = i * maxLen + t;
    const last = isLastStep(columns, i, t);
    const from = granularity === 'token' ? k : last ? i * maxLen : k + 1;
    const q = Array.from({ length: k + 1 - from }, (_, j) => columns.signals[rm][from + j] - columns.signals[ref][from + j]);
    const sum = q.reduce((a, b) => a + b, 0);
    const verdict = last ? ` + ${operand(verifierCoef)} × ${operand(columns.outcome[i])}` : '';
    return explained([
      step('Log-ratio', 'q', 'Σ (log π_rm − log π_ref)', chain(q), sum),
      rewardLine(`q / scale${last ? ' + c R' : ''}`, `${operand(sum)} / ${printed(scale!)}${verdict}`, reward[k]),
    ]);
  },
});
