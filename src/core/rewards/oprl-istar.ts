import type { Frame } from '../contracts/columns';
import { explained, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, ContentError, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

type Read = Frame & { logpPrm: readonly unknown[]; logpOld: readonly unknown[] };

const sum = (x: readonly number[]) => x.reduce((a, b) => a + b, 0);

/** Token log-probabilities of every step under both models. */
function tokensOf(columns: Read, i: number): { prm: readonly (readonly number[])[]; old: readonly (readonly number[])[] } {
  const prm = asNumberLists(columns.logpPrm[i], fieldOf('logpPrm', i), columns.length[i]);
  const old = asNumberLists(columns.logpOld[i], fieldOf('logpOld', i), columns.length[i]);
  const odd = prm.findIndex((tokens, t) => tokens.length !== old[t].length);
  if (odd >= 0) throw new ContentError(`${fieldOf('logpOld', i)}, step ${odd + 1}`, `${prm[odd].length} tokens as in logpPrm`);
  return { prm, old };
}

/** r_t = β Σ_tokens (log π_prm − log π_old), divided by the batch's largest magnitude + ε. */
export default defineReward({
  id: 'oprl-istar',
  title: 'Implicit step reward against the old policy',
  summary: 'Pays each action its log-ratio between a trajectory-trained model and the policy that acted.',
  formula: String.raw`r_t = \beta \sum_{j \in t} \log \frac{\pi_\phi(y_j)}{\pi_{\mathrm{old}}(y_j)} \Big/ \Big(\max_{\text{batch}} |r| + \varepsilon\Big)`,
  provenance: 'mixed',
  cite: [
    { title: 'Agentic Reinforcement Learning with Implicit Step Rewards', source: 'arXiv:2509.19199' },
    { title: 'Released code', source: 'Tongyi-ConvAI/Qwen-Character@1de87a22:CharacterRL-iStar/istar/dp_rm.py' },
  ],
  useWhen: 'An agent acts over many turns and only whole trajectories can be compared.',
  breaksWhen: 'One action stands out: it sets the scale of the batch. The reference is the acting policy, so the reward’s zero moves with it.',
  category: 'process',
  params: {
    beta: positive(0.05, 'β', 'Scale of the log-ratios; it cancels when the batch’s largest divides them.'),
    norm: {
      kind: 'choice',
      default: 'batch_norm',
      help: 'Whether the batch’s largest reward divides all.',
      options: [
        { value: 'batch_norm', title: 'divided by the batch’s largest' },
        { value: 'none', title: 'as they are' },
      ],
    },
    epsilonNorm: { kind: 'number', default: 1e-6, min: 0, max: 0.01, step: 1e-7, symbol: 'ε', help: 'Added to the divisor.', advanced: true },
  },
  needs: { logpPrm: 'json', logpOld: 'json' },
  outputs: { rawRewards: 'step' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Raw rewards ½·(1 + 3) and ½·(−1); the largest is 2.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { logpPrm: [[-1, -1], [-2]], logpOld: [[-2, -4], [-1]] } }] },
      params: { beta: 0.5, epsilonNorm: 0 },
      expect: [[1, -0.25]],
    },
    {
      why: 'As they are.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { logpPrm: [[-1, -1], [-2]], logpOld: [[-2, -4], [-1]] } }] },
      params: { beta: 0.5, norm: 'none' },
      expect: [[2, -0.5]],
    },
  ],
  price(columns, { beta, norm, epsilonNorm }, { buffer }) {
    let tokens: ReturnType<typeof tokensOf> = { prm: [], old: [] };
    const rawRewards = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) tokens = tokensOf(columns, i);
      return beta * (sum(tokens.prm[t]) - sum(tokens.old[t]));
    });
    if (norm === 'none') return { reward: rawRewards, rawRewards };
    const scale = rawRewards.reduce((most, r) => Math.max(most, Math.abs(r)), 0) + epsilonNorm;
    return { reward: payEveryStep(columns, buffer, (_i, _t, k) => (scale === 0 ? 0 : rawRewards[k] / scale)), rawRewards };
  },
  explain(columns, { beta, norm, epsilonNorm }, { reward, rawRewards }, i, t) {
    const k = i * columns.maxLen + t;
    const { prm, old } = tokensOf(columns, i);
    const text = `${printed(beta)} × (sum(${list(prm[t]) || '0'}) − sum(${list(old[t]) || '0'}))`;
    const raw = rawRewards![k];
    const formula = 'β Σ (log π_φ − log π_old)';
    if (norm === 'none') return explained([rewardLine(formula, text, raw)]);
    const most = rawRewards!.reduce((largest, r) => Math.max(largest, Math.abs(r)), 0);
    if (most + epsilonNorm === 0) return explained([rewardLine('0', '0', reward[k])]);
    return explained([step('Raw reward', 'x', formula, text, raw), rewardLine('x / (max |x| + ε)', `${operand(raw)} / (${printed(most)} + ${printed(epsilonNorm)})`, reward[k])]);
  },
});
