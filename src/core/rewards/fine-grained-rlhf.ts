import type { Frame } from '../contracts/columns';
import { chain, explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumbers, ContentError, fieldOf } from '../contracts/json-column';
import { isLastStep, payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { factor } from '../contracts/reward-parameters';

type Read = Frame & {
  subSentenceEnds: readonly unknown[];
  relevanceOk: readonly unknown[];
  sentenceEnds: readonly unknown[];
  factualOk: readonly unknown[];
  completeness: Float64Array;
};

/** Verdict at the segment's last token, by token; the last verdict on a token holds. */
function verdicts(columns: Read, ends: 'subSentenceEnds' | 'sentenceEnds', flags: 'relevanceOk' | 'factualOk', i: number): Map<number, boolean> {
  const places = asNumbers(columns[ends][i], fieldOf(ends, i));
  const ok = asNumbers(columns[flags][i], fieldOf(flags, i), places.length);
  const beyond = places.find((place) => !(place >= 0 && place < columns.length[i]));
  if (beyond !== undefined) throw new ContentError(fieldOf(ends, i), `places of tokens from 0 to ${columns.length[i] - 1} (there is ${beyond})`);
  return new Map(places.map((place, k): [number, boolean] => [place, ok[k] !== 0]));
}

/** Rewards of three densities, added: ± per sub-sentence, ± per sentence, one score at the end. */
export default defineReward({
  id: 'fine-grained-rlhf',
  title: 'Fine-grained feedback',
  summary: 'Pays relevance by clause, factuality by sentence and completeness at the end.',
  formula: String.raw`r_t = \mathbb 1[t \in \text{clause ends}]\, v^{\mathrm{rel}}_\pm + \mathbb 1[t \in \text{sentence ends}]\, v^{\mathrm{fact}}_\pm + \mathbb 1[t = T]\, \Big(\tfrac{c - \mu}{\sigma}\, s + b\Big)`,
  provenance: 'mixed',
  cite: [{ title: 'Fine-Grained Human Feedback Gives Better Rewards for Language Model Training', source: 'allenai/FineGrainedRLHF@5ffbe54:tasks/qa_feedback/training/reward.py' }],
  useWhen: 'One score for a long answer says too little about what in it is wrong.',
  breaksWhen: 'Clauses are cheap: many short relevant ones are paid one by one.',
  category: 'dense',
  params: {
    relevancePos: factor(0.3, 'v_rel⁺', 'A relevant clause.'),
    relevanceNeg: factor(-0.3, 'v_rel⁻', 'An irrelevant clause.'),
    factualPos: factor(0.5, 'v_fact⁺', 'A factual sentence.'),
    factualNeg: factor(-0.5, 'v_fact⁻', 'A sentence with an error.'),
    mean: { kind: 'number', default: 0, min: -100, max: 100, step: 0.01, symbol: 'μ', help: 'Mean of the completeness scores.', advanced: true },
    std: { kind: 'number', default: 1, min: 1e-3, max: 100, step: 0.01, symbol: 'σ', help: 'Spread of the completeness scores.', advanced: true },
    bias: factor(0, 'b', 'Added to the completeness term.'),
    scale: factor(1, 's', 'Scale of the completeness term.'),
  },
  needs: { subSentenceEnds: 'json', relevanceOk: 'json', sentenceEnds: 'json', factualOk: 'json', completeness: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'A relevant clause, then an irrelevant one that also ends a factual sentence; completeness (5 − 3)/4 · 2 + 0.5 at the end.',
      input: { trajectories: [{ group: 0, length: 3, signals: {}, outcome: 0, extra: { subSentenceEnds: [0, 1], relevanceOk: [1, 0], sentenceEnds: [1, 2], factualOk: [1, 0], completeness: 5 } }] },
      params: { relevancePos: 1, relevanceNeg: -2, factualPos: 4, factualNeg: -8, mean: 3, std: 4, bias: 0.5, scale: 2 },
      expect: [[1, 2, -6.5]],
    },
  ],
  price(columns, p, { buffer }) {
    let clauses = new Map<number, boolean>();
    let sentences = new Map<number, boolean>();
    const reward = payEveryStep(columns, buffer, (i, t) => {
      if (t === 0) {
        clauses = verdicts(columns, 'subSentenceEnds', 'relevanceOk', i);
        sentences = verdicts(columns, 'sentenceEnds', 'factualOk', i);
      }
      const relevance = clauses.has(t) ? (clauses.get(t) ? p.relevancePos : p.relevanceNeg) : 0;
      const factual = sentences.has(t) ? (sentences.get(t) ? p.factualPos : p.factualNeg) : 0;
      const complete = isLastStep(columns, i, t) ? ((columns.completeness[i] - p.mean) / p.std) * p.scale + p.bias : 0;
      return relevance + factual + complete;
    });
    return { reward };
  },
  explain(columns, p, { reward }, i, t) {
    const clause = verdicts(columns, 'subSentenceEnds', 'relevanceOk', i).get(t);
    const sentence = verdicts(columns, 'sentenceEnds', 'factualOk', i).get(t);
    const paid = [
      ...(clause === undefined ? [] : [clause ? p.relevancePos : p.relevanceNeg]),
      ...(sentence === undefined ? [] : [sentence ? p.factualPos : p.factualNeg]),
    ];
    const complete = isLastStep(columns, i, t)
      ? ` + (${printed(columns.completeness[i])} − ${operand(p.mean)}) / ${printed(p.std)} × ${operand(p.scale)} + ${operand(p.bias)}`
      : '';
    const names = [clause === undefined ? '' : 'clause', sentence === undefined ? '' : 'sentence', complete && '(c − μ)/σ × s + b'];
    return explained([rewardLine(names.filter(Boolean).join(' + ') || '0', `${chain(paid)}${complete}`, reward[i * columns.maxLen + t])]);
  },
});
