import { epsilon } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line, meanLine, deviationLine } from '../contracts/explanation-lines';
import { sigmoid } from '../math/elementary';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, membersOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', tokenCount: 'trajectory?' } as const;
const rule = (eps: number) => ({ normByStd: true, ddof: 1, epsilon: eps, singleton: 'raw' }) as const;

interface Settings {
  readonly lambdaTop: number;
  readonly alpha: number;
  readonly rounding: 'max(1,ceil)' | 'floor';
  readonly lengthDdof: number;
  readonly epsilonLength: number;
}

/** Groups by share of correct members, best first; ties go to the lower label. */
function bestGroups({ group }: Columns<typeof needs>, total: Float64Array, settings: Settings): number[] {
  const share = Array.from({ length: group.count }, (_, g) => {
    let correct = 0;
    for (let m = group.start[g]; m < group.start[g + 1]; m++) if (total[group.member[m]] > 0) correct += 1;
    return correct / (group.start[g + 1] - group.start[g]);
  });
  const order = share.map((_, g) => g).sort((a, b) => share[b] - share[a] || (group.label[a] < group.label[b] ? -1 : 1));
  // A product such as 0.3 · 10 must not round up to 4.
  const wanted = settings.lambdaTop * group.count;
  const n = settings.rounding === 'floor' ? Math.floor(wanted + 1e-9) : Math.max(1, Math.ceil(wanted - 1e-9));
  return order.slice(0, n);
}

const tokensOf = ({ tokenCount, length }: Columns<typeof needs>, i: number) => tokenCount?.[i] ?? length[i];

interface LengthMoments {
  readonly mean: number;
  readonly spread: number;
}

function lengthMoments(columns: Columns<typeof needs>, correct: readonly number[], { lengthDdof, epsilonLength }: Settings): LengthMoments {
  const lengths = correct.map((j) => tokensOf(columns, j));
  const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  const squares = lengths.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  const free = lengths.length - lengthDdof;
  return { mean, spread: free > 0 && squares > 0 ? Math.sqrt(squares / free) + epsilonLength : 0 };
}

function shape(columns: Columns<typeof needs>, settings: Settings, buffer: Buffer) {
  const { group } = columns;
  const shaped = trajectoryTotals(columns.reward, columns, buffer);
  const groups = bestGroups(columns, shaped, settings);
  const efficient = new Set(groups);
  const moments = new Map<number, LengthMoments>();
  for (const g of groups) {
    const correct = Array.from(group.member.subarray(group.start[g], group.start[g + 1])).filter((j) => shaped[j] > 0);
    if (correct.length > 0) moments.set(g, lengthMoments(columns, correct, settings));
  }
  for (let i = 0; i < shaped.length; i++) {
    const g = group.id[i];
    if (!(shaped[i] > 0)) shaped[i] = 0;
    else if (!efficient.has(g)) shaped[i] = 1;
    else {
      const { mean, spread } = moments.get(g)!;
      shaped[i] = 1 - settings.alpha * sigmoid(spread > 0 ? (tokensOf(columns, i) - mean) / spread : 0);
    }
  }
  return { shaped, groups, moments };
}

/**
 * GRPO-λ: groups that are mostly solved are asked to be short, the others only to be right.
 *
 *     r = 1 − α·sigmoid((L − mean L) / std L) if correct, in the λ best groups;  1 if correct elsewhere;  0 if wrong
 *     Â = GRPO of r
 *
 * Length statistics are over the correct members of the group (population deviation). The share λ of groups is rounded up, at
 * least one; equal pass rates go to the lower group. `tokenCount` is the length (the number of steps where a log has none).
 * Not the eligibility-trace method of the same name.
 */
export default defineEstimator({
  id: 'grpo-lambda',
  title: 'GRPO-λ',
  summary: 'Asks for shorter answers only where most answers are already right.',
  formula: String.raw`r_i = 1 - \alpha\,\sigma\!\left(\frac{L_i - \bar L}{\sigma_L}\right),\quad \hat A_i = \frac{r_i - \mu_g}{\sigma_g + \varepsilon}`,
  family: 'reweighting',
  provenance: 'read',
  cite: [{ title: 'Stable Reinforcement Learning for Efficient Reasoning (GRPO-λ)', source: 'arXiv:2505.18086' }],
  useWhen: 'Answers should become shorter without paying for it in correctness.',
  breaksWhen: 'Batches hold few groups: being among the best is then luck.',
  params: {
    lambdaTop: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.05, symbol: 'λ', help: 'Share of groups, best first, in which length counts.' },
    alpha: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.05, symbol: 'α', help: 'Largest deduction for a long correct answer.' },
    rounding: {
      kind: 'choice',
      default: 'max(1,ceil)',
      advanced: true,
      options: [
        { value: 'max(1,ceil)', title: 'Up, at least one' },
        { value: 'floor', title: 'Down' },
      ],
      help: 'How the number of groups is rounded.',
    },
    lengthDdof: { kind: 'integer', default: 0, min: 0, max: 1, advanced: true, help: 'ddof of the standard deviation of lengths.' },
    epsilonLength: { kind: 'number', default: 0, min: 0, max: 1, step: 0.0001, advanced: true, help: 'Added to the standard deviation of lengths.' },
    epsilon: epsilon(1e-6),
  },
  needs,
  outputs: { shapedRewards: 'trajectory', efficiencyGroups: 'list' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate', 'sums-to-zero'],
  examples: [
    {
      why: 'Group 0 is solved, group 1 half: only group 0 counts length. Lengths 10 and 30: z = ∓1, sigmoid 0.26894, 0.73106, α = ½: r = 0.86553, 0.63447, mean ¾, σ = 0.16338. Group 1 keeps 1 and 0, σ = 0.70711. ε = 1.',
      input: {
        trajectories: [
          { group: 0, rewards: [1], extra: { length: 10 } },
          { group: 0, rewards: [0, 1], extra: { length: 30 } },
          { group: 1, rewards: [1], extra: { length: 5 } },
          { group: 1, rewards: [0], extra: { length: 5 } },
        ],
      },
      params: { alpha: 0.5, epsilon: 1 },
      expect: [[0.099304598], [-0.099304598, -0.099304598], [0.292893219], [-0.292893219]],
    },
  ],
  estimate(columns, params, { buffer, detail }) {
    const { shaped, groups } = shape(columns, params, buffer);
    const advantage = broadcast(groupScores(shaped, columns.group, rule(params.epsilon), buffer), columns, buffer);
    if (!detail) return { advantage };
    const { label } = columns.group;
    return { advantage, shapedRewards: shaped, efficiencyGroups: groups.map((g) => label[g]).sort((a, b) => (a < b ? -1 : 1)) };
  },
  explain(columns, params, _result, i) {
    const { group, reward } = columns;
    const { shaped, moments } = shape(columns, params, (size) => new Float64Array(size));
    const own = totalLine(reward, columns, i);
    const lines = [own];
    const found = moments.get(group.id[i]);
    if (own.value > 0 && found) {
      const total = trajectoryTotals(reward, columns, (size) => new Float64Array(size));
      const lengths = Array.from(membersOf(group, i)).filter((j) => total[j] > 0).map((j) => tokensOf(columns, j));
      const spread = deviationLine('Spread of correct lengths', 'σ_L', lengths, params.lengthDdof);
      const z = found.spread > 0 ? (tokensOf(columns, i) - found.mean) / found.spread : 0;
      lines.push(meanLine('Mean length of correct members', 'L̄', 'mean(L)', lengths), spread);
      lines.push(
        found.spread > 0
          ? line('Length, standardised', 'z', '(L − L̄) / (σ_L + ε_L)', fill`(${tokensOf(columns, i)} − ${found.mean}) / (${spread.value} + ${params.epsilonLength})`, z)
          : line('Length, standardised', 'z', '0, because lengths are equal', '0', 0),
        line('Shaped reward', 'r', '1 − α / (1 + exp(−z))', fill`1 − ${params.alpha} / (1 + exp(-${z}))`, shaped[i], 'reward'),
      );
    } else {
      lines.push(line('Shaped reward', 'r', own.value > 0 ? '1, length does not count here' : '0, because it is wrong', fill`${shaped[i]}`, shaped[i], 'reward'));
    }
    return explanation([...lines, ...scoreLines(shaped[i], groupValues(shaped, group, i), rule(params.epsilon), { symbol: 'r' })], {
      members: groupMembers(shaped, group, i, 'Shaped rewards of the group'),
    });
  },
});
