import { columnsFor } from '../batch/columns-for';
import { freshBuffer } from '../batch/workspace';
import { rowBatch } from '../batch/row-batch';
import type { ColumnSource } from '../contracts/columns';
import { operand, printed, type Explanation, type ExplanationLine } from '../contracts/explanation';
import type { PriceResult } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import { isGated, type CompiledTerm } from './compile-scheme';
import { scheduleLine, pointwiseLines, transformLines } from './explain-transforms';
import { conditionMeasure, conditionsOf, gateValue } from './gate';
import { stepMoments, WHITENING_EPSILON } from './post-stages';
import { returnsOf, termTotals, type PricedBatch } from './price-batch';
import type { ConditionSpec } from './scheme-spec';

/** How one step's advantage came about under a scheme, from its reward terms to the last stage. */
export interface NumberExplanation {
  /** One per reward term, in the scheme's order: the unweighted term at this step, after its transforms. */
  readonly terms: readonly { readonly label: string; readonly explanation: Explanation }[];
  readonly gate: Explanation | null;
  /** Scheduled weights and transformed terms, then gate × Σ + Σ, ending in this step's reward. */
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
  const own = explainOwn(term, j, priced, table, i, t);
  const { transforms } = term.spec;
  if (!transforms || transforms.length === 0) return own;
  const result = priced.priced[j];
  const label = nameOf(term);
  const lines = result ? transformLines(label, result.reward, transforms, priced.batch, i, t) : pointwiseLines(label, own.value, transforms);
  const { parts: _ofTheTermAlone, ...rest } = own;
  return { ...rest, lines: [...own.lines, ...lines], value: lines[lines.length - 1].value };
}

/** The plug-in's own words for what it paid, before transforms. */
function explainOwn(term: CompiledTerm, j: number, priced: PricedBatch, table: Table | null, i: number, t: number): Explanation {
  const { batch, side } = priced;
  const result = priced.priced[j];
  if (result) {
    const columns = columnsFor(term.plugin, term.params, batch, side.columns as ColumnSource | null);
    return term.plugin.explain(columns as never, term.params as never, result, i, t);
  }
  if (!table || !batch.row || !term.ownPerRow) throw new Error('A term priced by table row cannot be explained without its table.');
  const rows = rowBatch(table);
  const columns = columnsFor(term.plugin, term.params, rows);
  return term.plugin.explain(columns as never, term.params as never, { reward: term.ownPerRow } as PriceResult, batch.row[i * batch.maxLen + t], 0);
}

const nameOf = (term: CompiledTerm) => term.spec.label || term.plugin.title;

function explainGate(priced: PricedBatch, i: number): Explanation {
  const { scheme, gate, at, side } = priced;
  const conditions = conditionsOf(at.gate);
  const many = conditions.length > 1;
  const lines = conditions.flatMap((condition, j): ExplanationLine[] => {
    const x = measureOf(priced, condition, i);
    const { schedule, threshold: from } = conditionsOf(scheme.spec.gate)[j];
    const number = many ? SUBSCRIPTS[j] : '';
    const moved = schedule ? [scheduleLine('Threshold', `θ${number}`, from, schedule, side.iteration, condition.threshold)] : [];
    return [...moved, conditionLine(condition, x, `g${number}`)];
  });
  const value = gate![i];
  if (many) {
    const each = lines.filter((line) => line.symbol.startsWith('g'));
    const any = at.gate!.combine === 'any';
    lines.push({
      label: any ? 'Gate, any of them' : 'Gate, all of them',
      symbol: 'g',
      formula: any ? '1 − Π (1 − gⱼ)' : 'Π gⱼ',
      substituted: any ? `1 − ${each.map((line) => `(1 − ${printed(line.value)})`).join(' × ')}` : each.map((line) => printed(line.value)).join(' × '),
      value,
      quantity: 'plain',
    });
  }
  return { value, lines, note: conditions.map((condition) => conditionNote(priced, condition, i)).join(' ') };
}

const SUBSCRIPTS = ['₁', '₂', '₃', '₄'];

function conditionLine(condition: ConditionSpec, x: number, symbol: string): ExplanationLine {
  const { threshold, inclusive, softness } = condition;
  const value = gateValue(x, condition);
  const soft = softness > 0;
  return {
    label: soft ? 'Soft gate' : 'Gate',
    symbol,
    formula: soft ? '1 / (1 + exp(−(x − θ) / softness))' : `1 if x ${inclusive ? '≥' : '>'} θ, else 0`,
    substituted: soft ? `1 / (1 + exp((${printed(threshold)} − ${operand(x)}) / ${printed(softness)}))` : printed(value),
    value,
    quantity: 'plain',
  };
}

function conditionNote(priced: PricedBatch, condition: ConditionSpec, i: number): string {
  const x = printed(measureOf(priced, condition, i));
  const { source, term, threshold, inclusive, softness } = condition;
  const what = term === undefined ? `This trajectory's ${source}` : `The total of ${nameOf(priced.scheme.terms[term])} in this trajectory`;
  if (softness > 0) return `x is ${what.charAt(0).toLowerCase()}${what.slice(1)}, ${x}.`;
  const open = gateValue(measureOf(priced, condition, i), condition) === 1;
  return `${what} is ${x}; the gate opens at ${inclusive ? '≥' : '>'} ${printed(threshold)}, so it is ${open ? 'open' : 'shut'}.`;
}

function measureOf({ batch, scheme, shaped }: PricedBatch, condition: ConditionSpec, i: number): number {
  return conditionMeasure(batch, condition, (k) => termTotals(batch, scheme.terms[k], shaped[k], freshBuffer), freshBuffer)[i];
}

function explainReward(priced: PricedBatch, terms: NumberExplanation['terms'], i: number, t: number): Explanation {
  const { batch, scheme, gate, reward, at, side } = priced;
  const value = reward[i * batch.maxLen + t];
  const gated = scheme.terms.map((term) => isGated(term, scheme.spec));
  const product = (j: number) => `${operand(at.weights[j])} × ${operand(terms[j].explanation.value)}`;
  const sum = (inside: boolean) => terms.flatMap((_, j) => (gated[j] === inside ? [product(j)] : [])).join(' + ');
  const transformed = scheme.terms.map((term) => (term.spec.transforms?.length ?? 0) > 0);
  const name = (inside: boolean) => terms.flatMap((term, j) => (gated[j] === inside ? [`w · ${transformed[j] ? `T(${term.label})` : term.label}`] : [])).join(' + ');
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
  const made = scheme.terms.flatMap((term, j) => {
    const { schedule, weight, transforms } = term.spec;
    const moved = schedule ? [scheduleLine(`Weight of ${nameOf(term)}`, 'w', weight, schedule, side.iteration, at.weights[j])] : [];
    const { lines } = terms[j].explanation;
    return [...(transforms ? lines.slice(lines.length - transforms.length) : []), ...moved];
  });
  return {
    value,
    lines: [...made, line],
    parts: terms.map((term, j) => ({
      label: term.label,
      value: at.weights[j] * term.explanation.value * (gated[j] ? gate![i] : 1),
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
