import { explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { outcomeWeight, positive } from '../contracts/reward-parameters';

/** 1 − (1 − v)^K: the chance that the best of K tries succeeds. */
function bestOf(v: number, K: number): number {
  let failed = 1;
  for (let k = 0; k < K; k++) failed *= 1 - v;
  return K === 1 ? v : 1 - failed;
}

/**
 * Progress under a prover: the gain in the value of another policy.
 *
 *     r_t = α (V(s_{t+1}) − V(s_t)), and the outcome on the last step;  V := 1 − (1 − V)^K for a best-of-K prover
 */
export default defineReward({
  id: 'pav',
  title: 'Progress under a prover',
  summary: 'Pays a step for raising the chance that another policy finishes from there.',
  formula: String.raw`r_t = \alpha\,\big(V^\mu(s_{t+1}) - V^\mu(s_t)\big) + \mathbb 1[t = T]\, w_o R,\qquad V^\mu := 1 - (1 - V^\mu)^K`,
  provenance: 'read',
  cite: [{ title: 'Rewarding Progress: Scaling Automated Process Verifiers for LLM Reasoning', source: 'arXiv:2410.08146' }],
  useWhen: 'The outcome says little about a step, and there is a second policy, neither much weaker nor much stronger, to ask how promising a state is.',
  breaksWhen: 'The prover nearly always or nearly never succeeds: its value is flat. A large K saturates it.',
  category: 'process',
  params: {
    alpha: positive(5, 'α', 'Weight of the progress.'),
    bestOfK: { kind: 'integer', default: 1, min: 1, max: 64, symbol: 'K', help: 'The prover may try so often.' },
    outcomeWeight: outcomeWeight(1),
    source: {
      kind: 'choice',
      default: 'belief',
      help: 'Whose chance of success is compared.',
      options: [
        { value: 'belief', title: 'the behaviour policy', help: 'Exact, on a table: the policy that made the batch is its own prover.' },
        { value: 'proverValues', title: 'a logged prover', help: 'Logged values of another policy, one per visited state.' },
      ],
    },
  },
  needs: { outcome: 'trajectory', belief: 'state', proverValues: 'state' },
  reads: ({ source }) => ['outcome', source],
  logDefaults: { source: 'proverValues' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'From ½ to ¼ to 1 under two tries: ¾, 7/16, 1.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { proverValues: [0.5, 0.25, 1] } }] },
      params: { alpha: 2, bestOfK: 2, outcomeWeight: 3 },
      expect: [[-0.625, 4.125]],
    },
    {
      why: 'With the policy as its own prover.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { belief: [0.25, 0.5] } }] },
      params: { alpha: 1, source: 'belief' },
      expect: [[0.25]],
    },
  ],
  price(columns, { alpha, bestOfK, outcomeWeight: wo, source }, { buffer }) {
    const v = columns[source];
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const k = i * (columns.maxLen + 1) + t;
      const gain = alpha * (bestOf(v[k + 1], bestOfK) - bestOf(v[k], bestOfK));
      return t === columns.length[i] - 1 ? gain + wo * columns.outcome[i] : gain;
    });
    return { reward };
  },
  explain(columns, { alpha, bestOfK, outcomeWeight: wo, source }, { reward }, i, t) {
    const k = i * (columns.maxLen + 1) + t;
    const [before, after] = [columns[source][k], columns[source][k + 1]];
    const chance = (v: number) => (bestOfK === 1 ? printed(v) : `1 − ${Array.from({ length: bestOfK }, () => `(1 − ${printed(v)})`).join(' × ')}`);
    const [a, b] = [bestOf(before, bestOfK), bestOf(after, bestOfK)];
    const last = t === columns.length[i] - 1;
    return explained([
      step('Before the step', 'V', '1 − (1 − V)^K', chance(before), a),
      step('After the step', 'V′', '1 − (1 − V′)^K', chance(after), b),
      rewardLine(
        `α (V′ − V)${last ? ' + w_o R' : ''}`,
        `${printed(alpha)} × (${printed(b)} − ${operand(a)})${last ? ` + ${operand(wo)} × ${operand(columns.outcome[i])}` : ''}`,
        reward[i * columns.maxLen + t],
      ),
    ]);
  },
});
