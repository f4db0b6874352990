import { explained, list, rewardLine, unpaid } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumberLists, ContentError, fieldOf } from '../contracts/json-column';
import { isLastStep, payEveryStep, payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { log } from '../math/elementary';
import { mean } from '../math/statistics';

/** KL of the uniform distribution from p: −mean_v ln(V p_v). */
function certainty(p: readonly number[], field: string): number {
  if (p.length === 0 || p.some((x) => x <= 0)) throw new ContentError(field, 'a distribution with every probability above 0');
  return -mean(p.map((x) => log(p.length * x)));
}

const certaintiesOf = (columns: { probs: readonly unknown[]; length: Int32Array }, i: number) =>
  asNumberLists(columns.probs[i], fieldOf('probs', i), columns.length[i]).map((p, t) => certainty(p, `${fieldOf('probs', i)}, step ${t + 1}`));

/** −(1/V) Σ_v ln(V p_v) per token, or its mean over the answer on the last step. */
export default defineReward({
  id: 'self-certainty',
  title: 'Self-certainty',
  summary: 'Pays the policy for being far from undecided, without any answer key.',
  formula: String.raw`u_t = -\tfrac1V \sum_v \ln(V p_{t,v}),\qquad r_T = \tfrac1T \sum_t u_t`,
  provenance: 'read',
  cite: [{ title: 'Learning to Reason without External Rewards', source: 'arXiv:2505.19590' }],
  useWhen: 'There is no verifier and the policy is right more often when it is sure.',
  breaksWhen: 'Being sure is all that is paid: confident nonsense and repetition are the sure ends. A probability of exactly 0 would be paid without limit.',
  category: 'intrinsic',
  params: {
    placement: {
      kind: 'choice',
      default: 'terminal',
      help: 'Where it is paid.',
      options: [
        { value: 'terminal', title: 'mean, at the end' },
        { value: 'token', title: 'at every step' },
      ],
    },
  },
  needs: { probs: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'An undecided step scores 0; (0.8, 0.2) scores −½ ln(1.6 · 0.4).',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { probs: [[0.5, 0.5], [0.8, 0.2]] } }] },
      params: { placement: 'token' },
      expect: [[0, 0.22314355131421]],
    },
  ],
  price(columns, { placement }, { buffer }) {
    if (placement === 'terminal') return { reward: payOnLastStep(columns, buffer, (i) => mean(certaintiesOf(columns, i))) };
    let u: number[] = [];
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) u = certaintiesOf(columns, i);
      return u[t];
    });
    return { reward };
  },
  explain(columns, { placement }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    if (placement === 'terminal') {
      if (!isLastStep(columns, i, t)) return unpaid('The mean over all steps is paid on the last one.');
      return explained([rewardLine('mean u', `mean(${list(certaintiesOf(columns, i))})`, reward[k])]);
    }
    const p = asNumberLists(columns.probs[i], fieldOf('probs', i))[t];
    return explained([rewardLine('−mean ln(V p)', `−mean(${p.map((x) => `log(${p.length} × ${printed(x)})`).join(', ')})`, reward[k])]);
  },
});
