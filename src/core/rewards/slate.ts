import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asList, asNumber, asNumbers, asRecord, ContentError, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative, positive } from '../contracts/reward-parameters';

type Read = Frame & { candidates: readonly unknown[]; selected: readonly unknown[] };

interface Candidate {
  readonly answers: boolean;
  readonly think: number;
  readonly action: number;
}

function candidatesOf({ candidates, length }: Read, i: number): readonly (readonly Candidate[])[] {
  const field = fieldOf('candidates', i);
  return asList(candidates[i], field, length[i]).map((step, t) =>
    asList(step, `${field}, step ${t + 1}`).map((entry, c) => {
      const place = `${field}, step ${t + 1}, candidate ${c + 1}`;
      const { type, think, action } = asRecord(entry, place);
      return { answers: type === 'answer', think: asNumber(think, `${place}, think`), action: asNumber(action, `${place}, action`) };
    }),
  );
}

const valueOf = ({ answers, think, action }: Candidate, t: number, bonus: number, budget: number) => think + action + (answers ? (bonus * (budget - t)) / budget : 0);

function selectedAt({ selected, length }: Read, i: number, t: number, of: number): number {
  const index = asNumbers(selected[i], fieldOf('selected', i), length[i])[t];
  if (!Number.isInteger(index) || index < 0 || index >= of) throw new ContentError(`${fieldOf('selected', i)}, step ${t + 1}`, `the place of one of ${of} candidates, counted from 0`);
  return index;
}

/** r_t = think + action of the candidate that was taken, plus λ (B − t)/B when it answers. */
export default defineReward({
  id: 'slate',
  title: 'Judged candidates of a step',
  summary: 'Pays the judged thought and action of the candidate taken, and answering early.',
  formula: String.raw`r_t = \mathrm{think} + \mathrm{action} + \lambda\, \tfrac{B - t}{B}\, \mathbb 1[\text{answers}]`,
  provenance: 'mixed',
  cite: [{ title: 'SLATE: released code', source: 'algoprog/SLATE@cbab1531:slate/rewards/llm_judge.py' }],
  useWhen: 'Several next steps are drawn from the same prefix and judged side by side, so that a step is compared with its own alternatives.',
  breaksWhen: 'A step’s worth shows later: a judge that looks at the step alone cannot see it.',
  category: 'process',
  params: {
    maxBudget: { kind: 'integer', default: 4, min: 1, max: 1000, symbol: 'B', help: 'Steps there may be; steps beyond it earn no bonus in any published case.' },
    lambdaBonus: positive(0.1, 'λ', 'Bonus for answering at the first step; it falls linearly.', 5),
    k: informative('Number of candidates per step.'),
    epsilon: informative('Constant of the advantages, which are not computed here.'),
  },
  needs: { candidates: 'json', selected: 'json' },
  outputs: { candidateRewards: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The second step answers with one of four steps gone: three quarters of the bonus.',
      input: {
        trajectories: [
          {
            group: 0,
            length: 2,
            signals: {},
            outcome: 0,
            extra: {
              candidates: [
                [{ type: 'search', think: 1, action: -1 }, { type: 'search', think: 0.5, action: 1 }],
                [{ type: 'answer', think: 0, action: 1 }, { type: 'search', think: 0, action: 0 }],
              ],
              selected: [1, 0],
            },
          },
        ],
      },
      params: { maxBudget: 4, lambdaBonus: 0.4 },
      expect: [[1.5, 1.3]],
    },
  ],
  price(columns, { maxBudget, lambdaBonus }, { buffer }) {
    const candidateRewards = Array.from({ length: columns.nTraj }, (_, i) => candidatesOf(columns, i).map((step, t) => step.map((candidate) => valueOf(candidate, t, lambdaBonus, maxBudget))));
    const reward = payEveryStep(columns, buffer, (i, t) => candidateRewards[i][t][selectedAt(columns, i, t, candidateRewards[i][t].length)]);
    return { reward, candidateRewards };
  },
  explain(columns, { maxBudget, lambdaBonus }, { reward }, i, t) {
    const step = candidatesOf(columns, i)[t];
    const { answers, think, action } = step[selectedAt(columns, i, t, step.length)];
    const bonus = answers ? ` + ${printed(lambdaBonus)} × (${maxBudget} − ${t}) / ${maxBudget}` : '';
    return explained([rewardLine(`think + action${answers ? ' + λ (B − t) / B' : ''}`, `${printed(think)} + ${operand(action)}${bonus}`, reward[i * columns.maxLen + t])]);
  },
});
