import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { rubric: Float64Array; group: GroupLayout };

function largestInGroup({ rubric, group }: Read, i: number): number {
  const g = group.id[i];
  let most = -Infinity;
  for (let k = group.start[g]; k < group.start[g + 1]; k++) most = Math.max(most, rubric[group.member[k]]);
  return most;
}

/** The rubric score as it enters: divided by the group's largest where asked, untouched in the positive mode. */
function entering(columns: Read, normalize: boolean, mode: string, i: number): number {
  const most = largestInGroup(columns, i);
  return mode !== 'positive' && normalize && most > 0 ? columns.rubric[i] / most : columns.rubric[i];
}

/**
 * Citation-aware rubrics beside the outcome.
 *
 *     positive: R where R = 0, else (1 − a) R + a ρ     negative: R where R > 0, else a ρ̃     all: (1 − a) R + a ρ̃
 *
 * ρ̃ = ρ / max of the group. The positive mode uses ρ itself even when normalising is on: so does the released code.
 */
export default defineReward({
  id: 'carr-cgrpo',
  title: 'Rubrics for right answers',
  summary: 'Shares the reward of right answers between being right and being supported.',
  formula: String.raw`r_T = \begin{cases} (1-a)\, R + a\, \rho & R \ne 0 \\ R & R = 0 \end{cases}`,
  provenance: 'code',
  cite: [{ title: 'CaRR: citation-aware rubric rewards', source: 'THUDM/CaRR@c97e7e8:slime/slime/rollout/sglang_rollout.py' }],
  useWhen: 'Right answers without evidence should earn less than supported ones, and wrong answers nothing for their citations.',
  breaksWhen: 'Few answers are right: the rubrics then have nothing to tell apart. Dividing by the group’s best makes a poor group’s best look perfect.',
  category: 'gated',
  params: {
    ratio: { kind: 'number', default: 0.3, min: 0, max: 1, step: 0.01, symbol: 'a', help: 'Share of the rubrics.' },
    normalize: { kind: 'boolean', default: true, help: 'Divide the rubric score by the group’s largest; the positive mode does not.' },
    mode: {
      kind: 'choice',
      default: 'positive',
      help: 'Whose rubrics count.',
      options: [
        { value: 'positive', title: 'right answers', help: 'The shipped setting.' },
        { value: 'negative', title: 'wrong answers' },
        { value: 'all', title: 'all answers' },
      ],
    },
  },
  needs: { outcome: 'trajectory', rubric: 'trajectory', group: 'group' },
  laws: ['terminal-only', 'zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The right answer shares its reward with the raw rubric score; the wrong one gets nothing for its own.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { rubric: 0.4 } },
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { rubric: 0.8 } },
        ],
      },
      params: { ratio: 0.25, mode: 'positive' },
      expect: [[0.85], [0, 0]],
    },
    {
      why: 'In mode all the scores are divided by the group’s 0.8.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { rubric: 0.4 } },
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { rubric: 0.8 } },
        ],
      },
      params: { ratio: 0.5, mode: 'all' },
      expect: [[0.75], [0, 0.5]],
    },
  ],
  price: (columns, { ratio, normalize, mode }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const outcome = columns.outcome[i];
      if (mode === 'positive' && outcome === 0) return outcome;
      if (mode === 'negative') return outcome > 0 ? outcome : ratio * entering(columns, normalize, mode, i);
      return (1 - ratio) * outcome + ratio * entering(columns, normalize, mode, i);
    }),
  }),
  explain: (columns, { ratio, normalize, mode }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const outcome = columns.outcome[i];
      const value = reward[i * columns.maxLen + t];
      const alone = (mode === 'positive' && outcome === 0) || (mode === 'negative' && outcome > 0);
      if (alone) return [rewardLine('R', printed(outcome), value)];
      const rho = entering(columns, normalize, mode, i);
      const most = largestInGroup(columns, i);
      const divided = mode !== 'positive' && normalize && most > 0;
      return [
        step('Rubric score', 'ρ', divided ? 'ρ / max of the group' : 'ρ', divided ? `${printed(columns.rubric[i])} / ${printed(most)}` : printed(rho), rho),
        mode === 'negative'
          ? rewardLine('a ρ', `${printed(ratio)} × ${operand(rho)}`, value)
          : rewardLine('(1 − a) R + a ρ', `(1 − ${printed(ratio)}) × ${operand(outcome)} + ${printed(ratio)} × ${operand(rho)}`, value),
      ];
    }),
});
