import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { answer: Int32Array; view: Int32Array; group: GroupLayout };

/** The most frequent answer to the other wording of the question, the first given of equals; null when nobody was asked. */
function otherView({ answer, view, group }: Read, i: number): number | null {
  const g = group.id[i];
  const votes = new Map<number, number>();
  for (let k = group.start[g]; k < group.start[g + 1]; k++) {
    const j = group.member[k];
    if (view[j] !== view[i]) votes.set(answer[j], (votes.get(answer[j]) ?? 0) + 1);
  }
  return votes.size === 0 ? null : [...votes].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
}

/** r_T = 1[the answer is the majority's answer to the question in the other wording]. */
export default defineReward({
  id: 'co-rewarding',
  title: 'Agreement across wordings',
  summary: 'Takes the majority’s answer to a paraphrase of the question for the right one.',
  formula: String.raw`r_T = \mathbb 1\big[\,y = \operatorname{mode}\{\, y_j : v_j \ne v \,\}\,\big]`,
  provenance: 'read',
  cite: [{ title: 'Co-rewarding: Stable Self-supervised RL for Eliciting Reasoning in Large Language Models', source: 'arXiv:2508.00410' }],
  useWhen: 'There is no answer key, and voting on one wording alone has collapsed into agreement on anything.',
  breaksWhen: 'The two wordings lead to different answers: then one side, or both, are all wrong.',
  category: 'outcome',
  params: {},
  needs: { answer: 'trajectory-id', view: 'trajectory-id', group: 'group' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The paraphrase was answered 5, so only the original’s 5 is right; the original is a tie that 4 wins, so 5 is wrong there.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { answer: '4', view: 0 } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { answer: '5', view: 0 } },
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { answer: '5', view: 1 } },
        ],
      },
      params: {},
      expect: [[0], [1], [0, 0]],
    },
  ],
  price: (columns, _params, { buffer }) => ({ reward: payOnLastStep(columns, buffer, (i) => (columns.answer[i] === otherView(columns, i) ? 1 : 0)) }),
  explain(columns, _params, { reward }, i, t) {
    const value = reward[i * columns.maxLen + t];
    const label = otherView(columns, i);
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine('1[y = label]', value === 1 ? '1' : '0', value)],
      label === null ? 'Nobody in the group answered the other wording.' : `The other wording’s majority gave ${value === 1 ? 'the same' : 'another'} answer.`,
    );
  },
});
