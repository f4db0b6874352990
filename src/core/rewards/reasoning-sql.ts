import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, list, rewardLine, step } from '../contracts/explain-reward';
import { operand } from '../contracts/explanation';
import { asTexts, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { mean } from '../math/statistics';

type Read = Frame & {
  outcome: Float64Array;
  syntax: Float64Array;
  judge: Float64Array;
  predSchema: readonly unknown[];
  goldSchema: readonly unknown[];
  predTokens: readonly unknown[];
  goldTokens: readonly unknown[];
};

const PARTS = ['execution', 'judge', 'schema', 'ngram', 'syntax'] as const;
type Weights = Readonly<Record<(typeof PARTS)[number], number>>;

/** |A ∩ B| / |A ∪ B| of what the lists hold; 1 for two empty ones. */
function jaccard(a: readonly string[], b: readonly string[]): number {
  const [A, B] = [new Set(a), new Set(b)];
  const union = new Set([...A, ...B]).size;
  return union === 0 ? 1 : [...A].filter((x) => B.has(x)).length / union;
}

const grams = (tokens: readonly string[], n: number): string[] =>
  Array.from({ length: Math.max(0, tokens.length - n + 1) }, (_, k) => JSON.stringify(tokens.slice(k, k + n)));

function partsOf(columns: Read, sizes: readonly number[], i: number): { parts: Weights; overlaps: number[] } {
  const texts = (name: 'predSchema' | 'goldSchema' | 'predTokens' | 'goldTokens') => asTexts(columns[name][i], fieldOf(name, i));
  const [predicted, gold] = [texts('predTokens'), texts('goldTokens')];
  const overlaps = sizes.map((n) => jaccard(grams(predicted, n), grams(gold, n)));
  const schema = jaccard(texts('predSchema'), texts('goldSchema'));
  return { parts: { execution: columns.outcome[i], judge: columns.judge[i], schema, ngram: mean(overlaps), syntax: columns.syntax[i] }, overlaps };
}

/** r_T = Σ of execution, judge, Jaccard of schema items, mean Jaccard of n-grams and syntax, each with its weight. */
export default defineReward({
  id: 'reasoning-sql',
  title: 'Partial rewards for SQL',
  summary: 'Adds partial credit for schema, wording and syntax to whether the query returns the right rows.',
  formula: String.raw`r_T = w_e R + w_s J_{\text{schema}} + w_n \tfrac1{|N|} \sum_{n \in N} J_n + w_x\, \text{syntax} + w_j\, \text{judge}`,
  provenance: 'recalled',
  cite: [{ title: 'Reasoning-SQL: Reinforcement Learning with SQL Tailored Partial Rewards for Reasoning-Enhanced Text-to-SQL', source: 'arXiv:2503.23157' }],
  useWhen: 'Hardly any query runs right at the start, but some use the right tables.',
  breaksWhen: 'The parts add up to more than being right is worth: copying the schema then pays.',
  category: 'dense',
  params: {
    weights: {
      kind: 'json',
      default: { execution: 3, judge: 2, schema: 1, ngram: 1, syntax: 1 },
      help: 'Weights of execution, judge, schema, ngram and syntax.',
      check: (value) =>
        typeof value === 'object' && value !== null && PARTS.every((name) => typeof (value as Record<string, unknown>)[name] === 'number') ? null : `expected a number for each of ${PARTS.join(', ')}.`,
    },
    ngrams: { kind: 'numbers', default: [1, 2], min: 1, max: 8, maxLength: 8, symbol: 'N', help: 'Lengths of the runs of tokens that are compared.' },
  },
  needs: { outcome: 'trajectory', predSchema: 'json', goldSchema: 'json', predTokens: 'json', goldTokens: 'json', syntax: 'trajectory', judge: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'One of three schema items shared; words ½ and pairs 0 shared: 3·1 + 2·½ + 1·⅓ + 4·¼ + 5·1.',
      input: {
        trajectories: [
          {
            group: 0,
            length: 2,
            signals: {},
            outcome: 1,
            extra: { predSchema: ['a', 'b'], goldSchema: ['b', 'c'], predTokens: ['x', 'y', 'z'], goldTokens: ['y', 'x', 'w', 'z', 'v', 'u'], syntax: 1, judge: 0.5 },
          },
        ],
      },
      params: { weights: { execution: 3, judge: 2, schema: 1, ngram: 4, syntax: 5 }, ngrams: [1, 2] },
      expect: [[0, 10.3333333333333]],
    },
  ],
  price(columns, params, { buffer }) {
    const weights = params.weights as Weights;
    const reward = payOnLastStep(columns, buffer, (i) => {
      const { parts } = partsOf(columns, params.ngrams ?? [], i);
      return PARTS.reduce((sum, name) => sum + weights[name] * parts[name], 0);
    });
    return { reward };
  },
  explain: (columns, params, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const weights = params.weights as Weights;
      const { parts, overlaps } = partsOf(columns, params.ngrams ?? [], i);
      return [
        step('Runs of tokens shared', 'J', 'mean Jaccard', overlaps.length === 0 ? '0' : `mean(${list(overlaps)})`, parts.ngram),
        rewardLine(PARTS.map((name) => `w·${name}`).join(' + '), PARTS.map((name) => `${operand(weights[name])} × ${operand(parts[name])}`).join(' + '), reward[i * columns.maxLen + t]),
      ];
    }),
});
