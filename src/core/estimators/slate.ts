import { epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import type { MergedNode } from '../contracts/merged-steps';
import { scoreLines } from '../math/group-explanation';

interface Settings {
  readonly lambdaBonus: number;
  readonly maxBudget: number;
}

interface Candidate {
  readonly type: string;
  readonly think: number;
  readonly action: number;
}

function candidatesAt(candidates: unknown, i: number, t: number): readonly Candidate[] {
  const list = Array.isArray(candidates) ? (candidates as readonly unknown[])[t] : undefined;
  const field = `trajectories[${i}].extra.candidates[${t}]`;
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${field} is not a list of candidates.`);
  list.forEach((entry: unknown, c) => {
    const { think, action } = (entry ?? {}) as Partial<Candidate>;
    if (typeof think !== 'number' || typeof action !== 'number') throw new Error(`${field}[${c}] needs the scores think and action.`);
  });
  return list as readonly Candidate[];
}

/** think + action, and for an answer the bonus for the budget that is left. */
function rewardOf({ type, think, action }: Candidate, t: number, { lambdaBonus, maxBudget }: Settings): number {
  return think + action + (type === 'answer' ? (lambdaBonus * Math.max(0, maxBudget - t)) / maxBudget : 0);
}

/** (r − mean) / (std + ε) over the candidates of one step, Bessel-corrected; 0 for a single candidate. */
function scores(rewards: readonly number[], eps: number): number[] {
  const n = rewards.length;
  const mean = rewards.reduce((a, b) => a + b, 0) / n;
  const squares = rewards.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
  return rewards.map((x) => (x - mean) / (deviation + eps || 1));
}

/**
 * SLATE: at every step k candidates continue the same prefix and are compared with each other alone.
 *
 *     r = think + action (+ λ (B − t)/B for an answer),   Â_t = (r_sel − mean) / (std + ε) over the k candidates
 *
 * Scores are −1, 0 or 1 from a judge, t counts from 0, B is the budget of steps; past the budget there is no bonus. `candidates` lists the
 * candidates of every step, `selected` the one taken. Truncated: nothing later is credited. A single candidate gets 0.
 */
export default defineEstimator({
  id: 'slate',
  title: 'SLATE',
  summary: 'Compares each step with other continuations of the same prefix, and credits nothing later.',
  formula: String.raw`\hat A_t = \frac{r_{sel} - \bar r}{\sigma_r + \varepsilon}`,
  family: 'tree',
  provenance: 'code',
  cite: [{ title: 'SLATE, released code', source: 'algoprog/SLATE@cbab1531' }],
  useWhen: 'A judge can score single steps: variance then does not grow with the length of the trajectory.',
  breaksWhen: 'A step pays off only later: the comparison cannot see it at all.',
  params: {
    lambdaBonus: { kind: 'number', default: 0.1, min: 0, max: 2, step: 0.05, symbol: 'λ', help: 'Bonus for answering at once; it falls with every step.' },
    maxBudget: { kind: 'integer', default: 4, min: 1, max: 64, symbol: 'B', help: 'Number of steps after which an answer earns no bonus.' },
    k: { kind: 'integer', default: 5, min: 1, max: 64, advanced: true, informative: true, help: 'Number of candidates per step, as they were sampled.' },
    epsilon: epsilon(1e-6),
  },
  needs: { candidates: 'json', selected: 'step' },
  outputs: { candidateRewards: 'json', candidateAdvantages: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Rewards 2 and 0: mean 1, σ = sqrt(2), σ + ε = 2: the first was taken. At t = 1 with B = 2, λ = 2 an answer earns 1 + 0 + 2·½ = 2 against 0.',
      input: {
        trajectories: [
          {
            group: 0,
            rewards: [0, 0],
            extra: {
              candidates: [
                [{ type: 'search', think: 1, action: 1 }, { type: 'search', think: 1, action: -1 }],
                [{ type: 'search', think: 0, action: 0 }, { type: 'answer', think: 1, action: 0 }],
              ],
              selected: [0, 1],
            },
          },
        ],
      },
      params: { lambdaBonus: 2, maxBudget: 2, epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5]],
    },
  ],
  estimate({ nTraj, maxLen, length, candidates, selected }, params, { buffer, detail }) {
    const advantage = buffer(nTraj * maxLen).fill(0);
    const candidateRewards: number[][][] = [];
    const candidateAdvantages: number[][][] = [];
    for (let i = 0; i < nTraj; i++) {
      const rewards = Array.from({ length: length[i] }, (_, t) => candidatesAt(candidates[i], i, t).map((candidate) => rewardOf(candidate, t, params)));
      const relative = rewards.map((list) => scores(list, params.epsilon));
      relative.forEach((list, t) => {
        const taken = list[selected[i * maxLen + t]];
        if (taken === undefined) throw new Error(`trajectories[${i}].extra.selected[${t}] is not one of its ${list.length} candidates.`);
        advantage[i * maxLen + t] = taken;
      });
      if (detail) {
        candidateRewards.push(rewards);
        candidateAdvantages.push(relative);
      }
    }
    return detail ? { advantage, candidateRewards, candidateAdvantages } : { advantage };
  },
  explain({ maxLen, candidates, selected }, params, _result, i, t) {
    const list = candidatesAt(candidates[i], i, t);
    const rewards = list.map((candidate) => rewardOf(candidate, t, params));
    const taken = selected[i * maxLen + t];
    const { type, think, action } = list[taken];
    const bonus = type === 'answer' && t < params.maxBudget;
    const own = bonus
      ? line('Reward of the step taken', 'r', 'think + action + λ × (B − t) / B', fill`${think} + ${action} + ${params.lambdaBonus} × (${params.maxBudget} − ${t}) / ${params.maxBudget}`, rewards[taken], 'reward')
      : line('Reward of the step taken', 'r', 'think + action', fill`${think} + ${action}`, rewards[taken], 'reward');
    const rule = { normByStd: true, ddof: 1, epsilon: params.epsilon, singleton: 'zero' } as const;
    const compared = scoreLines(rewards[taken], rewards, rule, { symbol: 'r' }).map((each) => ({ ...each, label: each.label.replace('Group', 'Candidates’') }));
    return explanation([own, ...compared], { members: { title: 'Rewards of the candidates', values: rewards.map((value, c) => ({ trajectory: c === taken ? i : -1, step: t, value })) } });
  },
  merged({ length, maxLen, candidates, selected }, params, _result, i, t) {
    const nodes: MergedNode[] = [{ parent: -1, name: 'start', kind: 'root', value: null, count: 1, isOwn: true, at: null }];
    let [parent, chosen] = [0, 0];
    for (let step = 0; step < length[i]; step++) {
      const list = candidatesAt(candidates[i], i, step);
      const taken = nodes.length + selected[i * maxLen + step];
      list.forEach((candidate, c) => {
        const isOwn = nodes.length === taken;
        nodes.push({ parent, name: `${candidate.type} ${c + 1}`, kind: 'candidate', value: rewardOf(candidate, step, params), count: 1, isOwn, at: { trajectory: i, step } });
      });
      parent = taken;
      if (step === t) chosen = taken;
    }
    return { title: 'Candidates of every step', values: 'the candidate’s reward', unit: 'candidate', nodes, selected: chosen };
  },
});
