import { weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine } from '../contracts/explanation-lines';
import { rewardToGoLine } from '../math/group-explanation';
import { leaveOneOut, membersOf, rewardToGo, stepsOf, trajectoryTotals, type Buffer } from '../math/group-statistics';
import { creditedReward, softMinimumLines } from '../math/min-form-credit';

const needs = { reward: 'step', outcome: 'trajectory', group: 'group', verifiable: 'trajectory?', stepTokens: 'step?' } as const;
const fresh = (size: number) => new Float64Array(size);

interface Settings {
  readonly creditAssignment: 'approx-min' | 'mean';
  readonly temperature: number;
  readonly rewardBaseline: 'step' | 'token';
  readonly verifiableCoef: number;
}

interface Centred {
  readonly credited: Float64Array;
  /** [nTraj] baseline per step or per token. */
  readonly baseline: Float64Array;
  /** [nTraj] what the verifiable reward adds to the last step. */
  readonly bonus: Float64Array;
  /** [nTraj × maxLen] */
  readonly centred: Float64Array;
}

function centre(columns: Columns<typeof needs>, settings: Settings, buffer: Buffer): Centred {
  const { nTraj, maxLen, length, group, reward, stepTokens } = columns;
  const credited = creditedReward(reward, columns, settings.creditAssignment, settings.temperature, buffer);
  const total = trajectoryTotals(credited, columns, buffer);
  const perToken = settings.rewardBaseline === 'token';
  const tokens = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) tokens[i] = stepTokens ? sum(stepsOf(stepTokens, columns, i)) : length[i];
  const sums = buffer(group.count).fill(0);
  const sizes = buffer(group.count).fill(0);
  for (let i = 0; i < nTraj; i++) {
    sums[group.id[i]] += perToken ? total[i] : meanReward(total[i], length[i]);
    sizes[group.id[i]] += perToken ? tokens[i] : 1;
  }
  const baseline = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    const others = sizes[g] - (perToken ? tokens[i] : 1);
    baseline[i] = others > 0 ? (sums[g] - (perToken ? total[i] : meanReward(total[i], length[i]))) / others : 0;
  }
  const bonus = leaveOneOut(columns.verifiable ?? columns.outcome, group, 'zero', buffer);
  const centred = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    bonus[i] *= settings.verifiableCoef;
    const start = i * maxLen;
    for (let k = start; k < start + length[i]; k++) centred[k] = credited[k] - baseline[i] * (perToken && stepTokens ? stepTokens[k] : 1);
    if (length[i] > 0) centred[start + length[i] - 1] += bonus[i];
  }
  return { credited, baseline, bonus, centred };
}

const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0);
const meanReward = (total: number, steps: number) => (steps > 0 ? total / steps : 0);

/**
 * PURE as released for OpenRLHF: the same min-form credit, a baseline per step or per token from the other
 * members, and a verifiable reward against the others' mean on the last step.
 *
 *     x_t = r*_t − b,  b = mean_{j ≠ i} (Σ_t r*_{j,t} / T_j)                                (step)
 *     x_t = r*_t − n_t · Σ_{j ≠ i} Σ_t r*_{j,t} / Σ_{j ≠ i} Σ_t n_{j,t}                      (token)
 *     x_{T−1} += c · (V_i − mean_{j ≠ i} V_j),   Â_t = Σ_{k ≥ t} x_k
 *
 * `verifiable` is V (the outcome where a log has none), `stepTokens` is n_t (1 where a log has none). A group of
 * one has no baseline.
 */
export default defineEstimator({
  id: 'pure-openrlhf',
  title: 'PURE (OpenRLHF)',
  summary: 'Min-form credit with a per-step baseline and the verified answer added at the end.',
  formula: String.raw`\hat A_t = \sum_{k \ge t} \bigl(r^*_k - b\bigr) + c\,\bigl(V_i - \bar V_{-i}\bigr)`,
  family: 'process',
  provenance: 'code',
  cite: [
    { title: 'Cheng et al., Stop Summation: Min-Form Credit Assignment Is All Process Reward Model Needs for Reasoning', source: 'arXiv:2504.15275' },
    { title: 'PURE, branch main', source: 'CJReinforce/PURE@41f9363b' },
  ],
  useWhen: 'Process rewards and a verifiable answer are both at hand and should be combined.',
  breaksWhen: 'Chains are cut into many tiny steps: the per-step baseline then counts each of them in full.',
  params: {
    creditAssignment: {
      kind: 'choice',
      default: 'approx-min',
      title: 'Credit',
      options: [
        { value: 'approx-min', title: 'Soft minimum' },
        { value: 'mean', title: 'Mean' },
      ],
      help: 'How the rewards of a chain become its return.',
    },
    temperature: { kind: 'number', default: 0.1, min: 0.01, max: 2, step: 0.01, symbol: 'T₀', help: 'Small values credit only the worst step.' },
    rewardBaseline: {
      kind: 'choice',
      default: 'step',
      title: 'Baseline',
      options: [
        { value: 'step', title: 'Per step' },
        { value: 'token', title: 'Per token' },
      ],
      help: 'Whether the others’ reward is averaged over steps or over tokens.',
    },
    verifiableCoef: weight(1, 'Weight of the verified answer on the last step.', { symbol: 'c', title: 'Verified answer' }),
  },
  needs,
  outputs: { returns: 'step' },
  alsoPublished: [{ id: 'pure', why: 'The verl branch of the released code: one baseline per attempt, whitened.' }],
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Mean credit: r* = [1, 2] of [2, 4] and [4]. Steps: others average 4 and 1.5. x_1 = [1 − 4, 2 − 4 + ½·(1 − 0)], x_2 = 4 − 1.5 + ½·(0 − 1) = 2.',
      input: {
        trajectories: [
          { group: 0, rewards: [2, 4], extra: { verifiable: 1, stepTokens: [3, 1] } },
          { group: 0, rewards: [4], extra: { verifiable: 0, stepTokens: [2] } },
        ],
      },
      params: { creditAssignment: 'mean', verifiableCoef: 0.5 },
      expect: [[-4.5, -1.5], [2]],
    },
    {
      why: 'Per token: the others of the first paid 4 for 2 tokens, so 2 a token: x_1 = [1 − 6, 2 − 2 + ½]; those of the second 3 for 4 tokens: x_2 = 4 − 2·0.75 − ½.',
      input: {
        trajectories: [
          { group: 0, rewards: [2, 4], extra: { verifiable: 1, stepTokens: [3, 1] } },
          { group: 0, rewards: [4], extra: { verifiable: 0, stepTokens: [2] } },
        ],
      },
      params: { creditAssignment: 'mean', verifiableCoef: 0.5, rewardBaseline: 'token' },
      expect: [[-4.5, 0.5], [2]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const advantage = rewardToGo(centre(columns, params, buffer).centred, columns, 1, buffer);
    return { advantage, returns: advantage };
  },
  explain(columns, params, { advantage }, i, t) {
    const { reward, maxLen, length, group, stepTokens, verifiable, outcome } = columns;
    const { credited, baseline, bonus, centred } = centre(columns, params, fresh);
    const k = i * maxLen + t;
    const others = Array.from(membersOf(group, i)).filter((j) => j !== i);
    const total = (j: number) => sum(stepsOf(credited, columns, j));
    const lines =
      params.creditAssignment === 'mean'
        ? [line('Credited reward', 'r*', 'r_t / T', fill`${reward[k]} / ${length[i]}`, credited[k], 'reward')]
        : softMinimumLines(Array.from(stepsOf(reward, columns, i)), t, params.temperature);
    const tokensOf = (j: number) => (stepTokens ? sum(stepsOf(stepTokens, columns, j)) : length[j]);
    if (others.length === 0) lines.push(line('Baseline of a group of one', 'b', '0', '0', 0));
    else if (params.rewardBaseline === 'step') lines.push(meanLine('Reward of a step of the others', 'b', 'mean_{j ≠ i} Σ_t r*_j / T_j', others.map((j) => meanReward(total(j), length[j]))));
    else {
      const paid = others.reduce((a, j) => a + total(j), 0);
      const tokens = others.reduce((a, j) => a + tokensOf(j), 0);
      lines.push(line('Reward of a token of the others', 'b', 'Σ_{j ≠ i} Σ r*_j / Σ_{j ≠ i} Σ n_j', tokens > 0 ? fill`${paid} / ${tokens}` : '0', baseline[i]));
    }
    const last = t === length[i] - 1;
    if (last && others.length > 0) {
      const verified = verifiable ?? outcome;
      const mean = meanLine('Verified answers of the others', 'v', 'mean_{j ≠ i} V_j', others.map((j) => verified[j]));
      lines.push(mean, line('Bonus for the answer', 'B', 'c × (V − v)', fill`${params.verifiableCoef} × (${verified[i]} − ${mean.value})`, bonus[i]));
    }
    const factor = params.rewardBaseline === 'token' && stepTokens ? stepTokens[k] : 1;
    const bonusTerm = last && others.length > 0 ? fill` + ${bonus[i]}` : '';
    lines.push(line('Centred reward', 'x', last ? 'r* − n_t × b + B' : 'r* − n_t × b', fill`${credited[k]} − ${factor} × ${baseline[i]}` + bonusTerm, centred[k]));
    const sumLine = rewardToGoLine(centred, advantage, columns, 1, i, t);
    return explanation([...lines, { ...sumLine, label: 'Advantage', symbol: 'Â', quantity: 'advantage' }]);
  },
});
