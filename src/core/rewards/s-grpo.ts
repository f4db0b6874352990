import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { outcome: Float64Array; exitPosition: Float64Array; group: GroupLayout };

/** How many right exits there are up to and including this one, in order of position; 0 for a wrong exit. */
function place({ outcome, exitPosition, group }: Read, i: number): number {
  if (outcome[i] < 1) return 0;
  const members = [...group.member.subarray(group.start[group.id[i]], group.start[group.id[i] + 1])];
  return members.filter((j) => outcome[j] >= 1 && (exitPosition[j] < exitPosition[i] || (exitPosition[j] === exitPosition[i] && j <= i))).length;
}

/** r_T = b^{−(n − 1)} for the n-th right exit of a group in order of position, 0 for a wrong one. */
export default defineReward({
  id: 's-grpo',
  title: 'Earlier right exits pay more',
  summary: 'Halves the reward with every right answer that was possible earlier on the same reasoning.',
  formula: String.raw`r_T = \begin{cases} b^{-(n-1)} & \text{the } n\text{-th right exit} \\ 0 & \text{wrong} \end{cases}`,
  provenance: 'recalled',
  cite: [{ title: 'S-GRPO: Early Exit via Reinforcement Learning in Reasoning Models', source: 'arXiv:2505.07686' }],
  useWhen: 'One long reasoning is cut at several places and answered from each: the earliest cut that suffices should win.',
  breaksWhen: 'A lucky guess comes first: it takes the whole reward and the sound answers after it a fraction.',
  category: 'outcome',
  params: { base: { kind: 'number', default: 2, min: 1, max: 10, step: 0.1, symbol: 'b', help: 'By how much each later right exit is paid less.' } },
  needs: { outcome: 'trajectory', exitPosition: 'trajectory', group: 'group' },
  laws: ['terminal-only', 'bounded-by-one', 'zero-when-gate-shut', 'padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'In order of position: right (1), wrong (0), right (1/4).',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { exitPosition: 30 } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { exitPosition: 10 } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { exitPosition: 20 } },
        ],
      },
      params: { base: 4 },
      expect: [[0.25], [1], [0]],
    },
  ],
  price: (columns, { base }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const n = place(columns, i);
      let value = n === 0 ? 0 : 1;
      for (let k = 1; k < n; k++) value /= base;
      return value;
    }),
  }),
  explain: (columns, { base }, { reward }, i, t) => {
    const n = place(columns, i);
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine(n === 0 ? '0' : `b^−${n - 1}`, n === 0 ? '0' : `1${` / ${printed(base)}`.repeat(n - 1)}`, reward[i * columns.maxLen + t])],
      n === 0 ? 'This exit is wrong.' : `Right exit number ${n} of its group, by position.`,
    );
  },
});
