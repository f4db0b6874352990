import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { answer: Int32Array; group: GroupLayout };

/** The most frequent answer of a group and how often it was given; of equals, the one given first. */
function majority({ answer, group }: Read, g: number): { answer: number; votes: number; of: number } {
  const votes = new Map<number, number>();
  for (let k = group.start[g]; k < group.start[g + 1]; k++) {
    const given = answer[group.member[k]];
    votes.set(given, (votes.get(given) ?? 0) + 1);
  }
  const [best, count] = [...votes].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { answer: best, votes: count, of: group.start[g + 1] - group.start[g] };
}

/** r_T = 1[the answer is the group's most frequent one]. */
export default defineReward({
  id: 'majority-vote',
  title: 'Majority vote',
  summary: 'Takes the most frequent answer of the group for the right one.',
  formula: String.raw`r_T = \mathbb 1[\,y = \operatorname{mode}_{j \in g}\, y_j\,]`,
  provenance: 'read',
  cite: [{ title: 'TTRL: Test-Time Reinforcement Learning', source: 'arXiv:2504.16084' }],
  useWhen: 'There is no answer key, and the policy is right more often than it is wrong in any one way.',
  breaksWhen: 'A mistake is popular: the group then agrees on it, and after a while on anything at all.',
  category: 'outcome',
  params: {},
  needs: { answer: 'trajectory-id', group: 'group' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Two sevens beat one eight; the other group is a tie, which the first answer wins.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { answer: '7' } },
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { answer: '8' } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { answer: '7' } },
          { group: 1, length: 1, signals: {}, outcome: 0, extra: { answer: '3' } },
          { group: 1, length: 1, signals: {}, outcome: 1, extra: { answer: '4' } },
        ],
      },
      params: {},
      expect: [[0, 1], [0], [1], [1], [0]],
    },
  ],
  price(columns, _params, { buffer }) {
    const winner = Array.from({ length: columns.group.count }, (_, g) => majority(columns, g).answer);
    return { reward: payOnLastStep(columns, buffer, (i) => (columns.answer[i] === winner[columns.group.id[i]] ? 1 : 0)) };
  },
  explain(columns, _params, { reward }, i, t) {
    const { votes, of } = majority(columns, columns.group.id[i]);
    const value = reward[i * columns.maxLen + t];
    return explainedOnLastStep(columns, i, t, () => [rewardLine('1[y = mode]', value === 1 ? '1' : '0', value)], `The most frequent answer was given ${votes} times out of ${of}; this is ${value === 1 ? 'it' : 'another'}.`);
  },
});
