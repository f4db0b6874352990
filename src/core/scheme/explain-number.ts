import { columnsFor } from '../batch/columns-for';
import { freshBuffer } from '../batch/workspace';
import { rowBatch } from '../batch/row-batch';
import type { ColumnSource } from '../contracts/columns';
import { operand, printed, type Explanation, type ExplanationLine } from '../contracts/explanation';
import type { PriceResult } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import { isGated, type CompiledTerm } from './compile-scheme';
import { gateMeasure } from './gate';
import { stepMoments, WHITENING_EPSILON } from './post-stages';
import { returnsOf, type PricedBatch } from './price-batch';

/** How one step's advantage came about under a scheme, from its reward terms to the last stage. */
export interface NumberExplanation {
  /** One per reward term, in the scheme's order: the unweighted term at this step. */
  readonly terms: readonly { readonly label: string; readonly explanation: Explanation }[];
  readonly gate: Explanation | null;
  /** gate × Σ + Σ, ending in this step's reward. */
  readonly reward: Explanation;
  readonly estimate: Explanation;
  /** Whitening and clipping; empty when the scheme has neither. */
  readonly stages: readonly Explanation[];
  /** The advantage shown on screen. */
  readonly advantage: number;
}

/**
 * Explains Â of step `t` of trajectory `i`. Every line's substituted arithmetic evaluates, at the printed
 * precision, to the value beside it. `priced` must have been priced with `detail: true` for
 * estimators whose explanation reads their extra outputs.
 */
export function explainNumber(priced: PricedBatch, table: Table | null, i: number, t: number): NumberExplanation {
  const { batch, scheme, estimate, own, advantage } = priced;
  const k = i * batch.maxLen + t;
  const terms = scheme.terms.map((term, j) => ({
    label: term.spec.label || term.plugin.title,
    explanation: explainTerm(term, j, priced, table, i, t),
  }));
  const { estimator, estimatorParams } = scheme;
  const columns = columnsFor(estimator, estimatorParams, batch, own);
  return {
    terms,
    gate: scheme.spec.gate ? explainGate(priced, i) : null,
    reward: explainReward(priced, terms, i, t),
    estimate: estimator.explain(columns as never, estimatorParams as never, estimate, i, t),
    stages: explainStages(priced, k),
    advantage: advantage[k],
  };
}

function explainTerm(term: CompiledTerm, j: number, priced: PricedBatch, table: Table | null, i: number, t: number): Explanation {
  const { batch, side } = priced;
  const result = priced.priced[j];
  if (result) {
    const columns = columnsFor(term.plugin, term.params, batch, side.columns as ColumnSource | null);
    return term.plugin.explain(columns as never, term.params as never, result, i, t);
  }
  if (!table || !batch.row || !term.perRow) throw new Error('A term priced by table row cannot be explained without its table.');
  const rows = rowBatch(table);
  const columns = columnsFor(term.plugin, term.params, rows);
  return term.plugin.explain(columns as never, term.params as never, { reward: term.perRow } as PriceResult, batch.row[i * batch.maxLen + t], 0);
}

function explainGate({ batch, scheme, gate }: PricedBatch, i: number): Explanation {
  const { source, threshold, inclusive, softness } = scheme.spec.gate!;
  const x = gateMeasure(batch, source, freshBuffer)[i];
  const value = gate![i];
  const relation = inclusive ? '≥' : '>';
  const soft = softness > 0;
  return {
    value,
    lines: [
      {
        label: soft ? 'Soft gate' : 'Gate',
        symbol: 'g',
        formula: soft ? '1 / (1 + exp(−(x − θ) / softness))' : `1 if x ${relation} θ, else 0`,
        substituted: soft
          ? `1 / (1 + exp((${printed(threshold)} − ${operand(x)}) / ${printed(softness)}))`
          : printed(value),
        value,
        quantity: 'plain',
      },
    ],
    note: soft
      ? `x is this trajectory's ${source}, ${printed(x)}.`
      : `This trajectory's ${source} is ${printed(x)}; the gate opens at ${relation} ${printed(threshold)}, so it is ${value === 1 ? 'open' : 'shut'}.`,
  };
}

function explainReward(priced: PricedBatch, terms: NumberExplanation['terms'], i: number, t: number): Explanation {
  const { batch, scheme, gate, reward } = priced;
  const value = reward[i * batch.maxLen + t];
  const gated = scheme.terms.map((term) => isGated(term, scheme.spec));
  const product = (j: number) => `${operand(scheme.terms[j].spec.weight)} × ${operand(terms[j].explanation.value)}`;
  const sum = (inside: boolean) => terms.flatMap((_, j) => (gated[j] === inside ? [product(j)] : [])).join(' + ');
  const name = (inside: boolean) => terms.flatMap((term, j) => (gated[j] === inside ? [`w · ${term.label}`] : [])).join(' + ');
  const parts = gate
    ? [gated.includes(true) ? `${printed(gate[i])} × (${sum(true)})` : '', sum(false)]
    : [sum(false)];
  const formula = gate ? [gated.includes(true) ? `g · (${name(true)})` : '', name(false)] : [name(false)];
  const line: ExplanationLine = {
    label: 'Reward',
    symbol: `r_${t}`,
    formula: formula.filter(Boolean).join(' + ') || '0',
    substituted: parts.filter(Boolean).join(' + ') || '0',
    value,
    quantity: 'reward',
  };
  return {
    value,
    lines: [line],
    parts: terms.map((term, j) => ({
      label: term.label,
      value: scheme.terms[j].spec.weight * term.explanation.value * (gated[j] ? gate![i] : 1),
    })),
    note: `The return from here, discounted by ${printed(scheme.spec.gamma)}, is ${printed(returnsOf(priced)[i * batch.maxLen + t])}.`,
  };
}

function explainStages({ batch, scheme, estimate, advantage }: PricedBatch, k: number): Explanation[] {
  const stages: Explanation[] = [];
  let value = estimate.advantage[k];
  if (scheme.spec.whiten === 'batch') {
    const { mean, deviation, count } = stepMoments(estimate.advantage, batch);
    if (count > 1) {
      const whitened = (value - mean) / deviation;
      stages.push({
        value: whitened,
        lines: [
          {
            label: 'Whitened over the batch',
            symbol: 'Â′',
            formula: `(Â − m) / sqrt(v + ${printed(WHITENING_EPSILON)})`,
            substituted: `(${printed(value)} − ${operand(mean)}) / ${printed(deviation)}`,
            value: whitened,
            quantity: 'advantage',
          },
        ],
      });
      value = whitened;
    }
  }
  if (scheme.spec.clip !== null) {
    const { clip } = scheme.spec;
    stages.push({
      value: advantage[k],
      lines: [
        {
          label: 'Clipped',
          symbol: 'Â″',
          formula: 'clip(Â, −c, c)',
          substituted: `clip(${printed(value)}, ${printed(-clip)}, ${printed(clip)})`,
          value: advantage[k],
          quantity: 'advantage',
        },
      ],
    });
  }
  return stages;
}
