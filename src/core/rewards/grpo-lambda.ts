import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { sigmoid } from '../math/elementary';
import { mean, standardDeviation } from '../math/statistics';

type Read = Frame & { outcome: Float64Array; tokens: Float64Array; group: GroupLayout; signals: Readonly<Record<string, Float64Array>> };

/** The logged length, or the sum of a signal over the trajectory. */
const lengthOf = (columns: Read, name: string, i: number) => (name === '' ? columns.tokens[i] : sum(stepsOf(columns.signals[name], columns, i)));
const sum = (x: Float64Array) => x.reduce((a, b) => a + b, 0);

const isRight = (columns: Read, i: number) => columns.outcome[i] >= 1;
const membersOf = ({ group }: Read, g: number) => [...group.member.subarray(group.start[g], group.start[g + 1])];

/** 1 for every group that is paid by length: the most accurate share of groups, or those above an accuracy. */
function efficient(columns: Read, lambda: number, selection: 'topFraction' | 'threshold'): Uint8Array {
  const { count, label } = columns.group;
  const accuracy = Array.from({ length: count }, (_, g) => mean(membersOf(columns, g).map((i) => (isRight(columns, i) ? 1 : 0))));
  const chosen = new Uint8Array(count);
  if (selection === 'threshold') accuracy.forEach((a, g) => (chosen[g] = a >= lambda ? 1 : 0));
  else {
    const ranked = accuracy.map((_, g) => g).sort((a, b) => accuracy[b] - accuracy[a] || (label[a] < label[b] ? -1 : 1));
    for (const g of ranked.slice(0, Math.floor(lambda * count))) chosen[g] = 1;
  }
  return chosen;
}

const lengthsOfRight = (columns: Read, name: string, i: number) =>
  membersOf(columns, columns.group.id[i]).filter((j) => isRight(columns, j)).map((j) => lengthOf(columns, name, j));

/**
 * A length penalty for groups that already succeed, plain 0/1 for the rest.
 *
 *     r_T = 1[right] (1 − α σ((n − μ) / (s + ε))) in the most accurate groups, μ and s (population) over their right answers
 *
 * With the penalty `plain` it is 1[right] (1 − α n) there, for a length n that is a share of the longest.
 */
export default defineReward({
  id: 'grpo-lambda',
  title: 'Length penalty where it succeeds',
  summary: 'Asks for short answers only in groups that are already mostly right.',
  formula: String.raw`r_T = \mathbb 1[\text{right}]\,\Big(1 - \alpha\, \sigma\big(\tfrac{n - \mu_g}{s_g + \varepsilon}\big)\, \mathbb 1[g \in \text{top } \lambda]\Big)`,
  provenance: 'own',
  cite: [{ title: 'Stable Reinforcement Learning for Efficient Reasoning (GRPO-λ; its numeric rule is recalled)', source: 'arXiv:2505.18086' }],
  useWhen: 'A length penalty shortens everything, hard questions included, until answers are wrong.',
  breaksWhen: 'The share is rounded down, so with few groups none is chosen. Choosing most groups is the plain penalty again.',
  category: 'gated',
  params: {
    lambda: { kind: 'number', default: 0.2, min: 0, max: 1, step: 0.01, symbol: 'λ', help: 'Share of groups, by accuracy, that are paid by length; or the accuracy from which they are.' },
    selection: {
      kind: 'choice',
      default: 'topFraction',
      help: 'How the groups are chosen.',
      options: [
        { value: 'topFraction', title: 'most accurate share', help: 'Rounded down; ties go to the lower group label.' },
        { value: 'threshold', title: 'accuracy threshold', help: 'Every group at or above the accuracy λ.' },
      ],
    },
    penalty: {
      kind: 'choice',
      default: 'standardised',
      help: 'What length costs.',
      options: [
        { value: 'standardised', title: 'against the group’s right answers', help: 'A sigmoid of the standardised length.' },
        { value: 'plain', title: 'in proportion', help: 'α times the length.' },
      ],
    },
    lengthSignal: signal('', 'Signal whose sum over the trajectory is the length; empty reads the logged `tokens`.'),
    alpha: positive(0.2, 'α', 'The largest share of the reward that length can take away.', 1),
    eps: { kind: 'number', default: 1e-6, min: 0, max: 0.01, step: 1e-7, symbol: 'ε', help: 'Added to the standard deviation of the lengths.', advanced: true },
  },
  needs: { outcome: 'trajectory', tokens: 'trajectory', group: 'group' },
  reads: ({ lengthSignal }) => (lengthSignal === '' ? ['outcome', 'tokens', 'group'] : ['outcome', 'group']),
  outputs: { efficiencyGroups: 'list' },
  laws: ['terminal-only', 'bounded-by-one', 'zero-when-gate-shut', 'padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The first group is all right: equal lengths, so each pays half of α. The second is half right and plain.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 50 } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 50 } },
          { group: 1, length: 1, signals: {}, outcome: 1, extra: { tokens: 90 } },
          { group: 1, length: 1, signals: {}, outcome: 0, extra: { tokens: 10 } },
        ],
      },
      params: { lambda: 0.5, alpha: 0.4 },
      expect: [[0.8], [0.8], [1], [0]],
    },
    {
      why: 'Chosen by accuracy: 10 tokens from the mean of 30, with a deviation of 10 and ε = 0.001, is σ(±0.9999).',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 40 } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { tokens: 20 } },
        ],
      },
      params: { lambda: 1, selection: 'threshold', alpha: 1, eps: 0.001 },
      expect: [[0.268961082149178], [0.731038917850822]],
    },
    {
      why: 'In proportion: half of the longest thought costs a quarter, all of it a half; both groups are as accurate, so the share of one goes to the lower label.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { thought: [0.25, 0.25] }, outcome: 1, extra: {} },
          { group: 0, length: 1, signals: { thought: [1] }, outcome: 1, extra: {} },
          { group: 1, length: 1, signals: { thought: [1] }, outcome: 1, extra: {} },
        ],
      },
      params: { lambda: 0.5, penalty: 'plain', lengthSignal: 'thought', alpha: 0.5 },
      expect: [[0, 0.75], [0.5], [1]],
    },
  ],
  price(columns, { lambda, selection, penalty, lengthSignal, alpha, eps }, { buffer }) {
    const chosen = efficient(columns, lambda, selection);
    const reward = payOnLastStep(columns, buffer, (i) => {
      if (!isRight(columns, i)) return 0;
      if (!chosen[columns.group.id[i]]) return 1;
      const length = lengthOf(columns, lengthSignal, i);
      if (penalty === 'plain') return 1 - alpha * length;
      const lengths = lengthsOfRight(columns, lengthSignal, i);
      return 1 - alpha * sigmoid((length - mean(lengths)) / (standardDeviation(lengths, 0) + eps));
    });
    const { label } = columns.group;
    return { reward, efficiencyGroups: [...chosen.keys()].filter((g) => chosen[g]).map((g) => label[g]).sort((a, b) => (a < b ? -1 : 1)) };
  },
  explain(columns, { penalty, lengthSignal, alpha, eps }, { reward, efficiencyGroups }, i, t) {
    const byLength = efficiencyGroups!.includes(columns.group.label[columns.group.id[i]]);
    const value = reward[i * columns.maxLen + t];
    return explainedOnLastStep(
      columns, i, t,
      () => {
        if (!isRight(columns, i) || !byLength) return [rewardLine('1[right]', isRight(columns, i) ? '1' : '0', value)];
        const length = lengthOf(columns, lengthSignal, i);
        if (penalty === 'plain') return [rewardLine('1 − α n', `1 − ${printed(alpha)} × ${operand(length)}`, value)];
        const lengths = lengthsOfRight(columns, lengthSignal, i);
        const spread = standardDeviation(lengths, 0) + eps;
        const z = (length - mean(lengths)) / spread;
        return [
          step('Standardised length', 'z', '(n − μ) / (s + ε)', `(${printed(length)} − mean(${list(lengths)})) / ${printed(spread)}`, z),
          rewardLine('1 − α σ(z)', `1 − ${printed(alpha)} / (1 + exp(−(${printed(z)})))`, value),
        ];
      },
      byLength ? 'This group is among the accurate ones, so length counts.' : 'This group is paid right or wrong, whatever the length.',
    );
  },
});
