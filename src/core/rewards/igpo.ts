import { explained, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep, statesOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor, outcomeWeight } from '../contracts/reward-parameters';
import { exp, log } from '../math/elementary';
import { mean } from '../math/statistics';

/** A belief of 0 has no logarithm; this stands in for it. */
const LEAST_BELIEF = 1e-6;

/**
 * Information gain: how much a turn raises the policy's probability of the right answer.
 *
 *     r_t = α (v_{t+1} − v_t) for t < T,  r_T = w_o R
 *
 * From logs v_k = exp(mean log p) of the right answer's tokens, given everything up to turn k. On a table v is
 * the exact probability of reaching the outcome from the visited state: our reading, since a table has no tokens.
 */
export default defineReward({
  id: 'igpo',
  title: 'Information gain',
  summary: 'Pays each turn for how much likelier it makes the right answer.',
  formula: String.raw`v_k = \exp\Big(\tfrac1n \sum_j \log \pi(y^*_j \mid h_k)\Big),\qquad r_t = \alpha\,(v_{t+1} - v_t)\; (t < T),\qquad r_T = w_o R`,
  provenance: 'mixed',
  cite: [{ title: 'Information Gain-based Policy Optimization', source: 'GuoqingWang1/IGPO@bff163b:scrl/llm_agent/generation.py' }],
  useWhen: 'Only the final answer is checked, and you have the right answer to ask the policy about after every turn.',
  breaksWhen: 'A turn that leaks the wording of the answer gains without informing. The gain of the last turn is never paid, and differences of probabilities hardly see an answer that is very unlikely either way.',
  category: 'process',
  params: {
    space: {
      kind: 'choice',
      default: 'prob',
      help: 'Whether probabilities or their logarithms are compared.',
      options: [
        { value: 'prob', title: 'probability', help: 'Geometric mean of the token probabilities, as the published code does.' },
        { value: 'log', title: 'log-probability', help: 'Gains in nats: small probabilities count as much as large ones.' },
      ],
    },
    alpha: factor(1, 'α', 'Factor on the gains; the outcome is not scaled by it.'),
    source: {
      kind: 'choice',
      default: 'belief',
      help: 'Where the probability of the right answer comes from.',
      options: [
        { value: 'belief', title: 'exact belief', help: 'The exact probability of success from the visited state. Our reading for tables.' },
        { value: 'goldLogProbs', title: 'logged log-probabilities', help: 'Token log-probabilities of the right answer, before the first turn and after each but the last.' },
      ],
    },
    outcomeWeight: outcomeWeight(1),
  },
  needs: { outcome: 'trajectory', belief: 'state', goldLogProbs: 'json' },
  reads: ({ source }) => (source === 'belief' ? ['outcome', 'belief'] : ['outcome', 'goldLogProbs']),
  logDefaults: { source: 'goldLogProbs' },
  flavours: {
    code: { title: 'Published code', params: { space: 'prob' }, help: 'Differences of probabilities.' },
    nats: { title: 'In nats', params: { space: 'log' }, help: 'Differences of log-probabilities.' },
  },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'From 1/4 to 1/2 (as the geometric mean of 1 and 1/4); the last turn gets the outcome, its gain is not used.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: -2, extra: { goldLogProbs: [[-1.38629436111989], [0, -1.38629436111989]] } }] },
      params: { alpha: 2 },
      expect: [[0.5, -2]],
    },
    {
      why: 'The exact belief of three visited states; the outcome has its own weight.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { belief: [0.2, 0.6, 1] } }] },
      params: { source: 'belief', outcomeWeight: 3 },
      expect: [[0.4, 3]],
    },
  ],
  price(columns, { space, alpha, source, outcomeWeight: wo }, { buffer }) {
    const valueAt = (i: number): ArrayLike<number> => {
      if (source === 'belief') {
        const belief = statesOf(columns.belief, columns, i);
        return space === 'prob' ? belief : belief.map((v) => log(Math.max(v, LEAST_BELIEF)));
      }
      const lists = asNumberLists(columns.goldLogProbs[i], fieldOf('goldLogProbs', i), columns.length[i]);
      return lists.map((logs) => (space === 'prob' ? exp(mean(logs)) : mean(logs)));
    };
    let v: ArrayLike<number> = [];
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) v = valueAt(i);
      return t === columns.length[i] - 1 ? wo * columns.outcome[i] : alpha * (v[t + 1] - v[t]);
    });
    return { reward };
  },
  explain(columns, { space, alpha, source, outcomeWeight: wo }, { reward }, i, t) {
    const value = reward[i * columns.maxLen + t];
    if (t === columns.length[i] - 1) {
      return explained([rewardLine('w_o R', `${operand(wo)} × ${operand(columns.outcome[i])}`, value)], 'The last turn is paid the outcome; its information gain is not used.');
    }
    const at = (k: number): { text: string; v: number } => {
      if (source === 'belief') {
        const p = Math.max(columns.belief[i * (columns.maxLen + 1) + k], space === 'log' ? LEAST_BELIEF : 0);
        return space === 'prob' ? { text: printed(p), v: p } : { text: `log(${printed(p)})`, v: log(p) };
      }
      const logs = asNumberLists(columns.goldLogProbs[i], fieldOf('goldLogProbs', i))[k];
      return space === 'prob' ? { text: `exp(mean(${list(logs)}))`, v: exp(mean(logs)) } : { text: `mean(${list(logs)})`, v: mean(logs) };
    };
    const [before, after] = [at(t), at(t + 1)];
    const formula = `${space === 'prob' ? '' : 'log '}${source === 'belief' ? 'P(success | s)' : 'p(y*)'}`;
    return explained(
      [
        step('Before the turn', 'v_t', formula, before.text, before.v),
        step('After the turn', 'v_{t+1}', formula, after.text, after.v),
        rewardLine('α (v_{t+1} − v_t)', `${operand(alpha)} × (${printed(after.v)} − ${operand(before.v)})`, value),
      ],
      source === 'belief' ? 'The belief is the exact probability that the policy which made this batch succeeds from here; our reading of the method for tables.' : undefined,
    );
  },
});
