/** How a number compared with its group came about: the lines and members that group estimators share. */
import type { Frame, GroupLayout, NamedColumn } from '../contracts/columns';
import type { Explanation, ExplanationLine } from '../contracts/explanation';
import { deviationLine, fill, line, meanLine, memberValues, sumLine } from '../contracts/explanation-lines';
import { dimension, membersOf, stepsOf, type ScoreRule, type Singleton } from './group-statistics';
import { WHITENING_EPSILON, whiteningMoments } from './statistics';

/** R_i as the sum of its rewards. */
export function totalLine(reward: Float64Array, frame: Frame, trajectory: number): ExplanationLine {
  return sumLine('Return of the trajectory', 'R', 'Σ_t r_t', Array.from(stepsOf(reward, frame, trajectory)));
}

/** G_t as r_t + γ·G_{t+1}. */
export function rewardToGoLine(
  reward: Float64Array,
  returns: Float64Array,
  { maxLen, length }: Frame,
  gamma: number,
  trajectory: number,
  step: number,
): ExplanationLine {
  const k = trajectory * maxLen + step;
  if (step === length[trajectory] - 1) return line('Reward-to-go', 'G', 'r_t', fill`${reward[k]}`, returns[k], 'return');
  return line('Reward-to-go', 'G', 'r_t + γ × G_{t+1}', fill`${reward[k]} + ${gamma} × ${returns[k + 1]}`, returns[k], 'return');
}

interface Names {
  /** Symbol of the compared number. */
  readonly symbol?: string;
  /** Symbol and label of the result. */
  readonly result?: string;
  readonly label?: string;
  readonly mean?: string;
  readonly deviation?: string;
}

/**
 * (x − μ) / (σ + ε) over a list of members, line by line; what `groupScores` computes.
 * `own` is the number being compared.
 */
export function scoreLines(own: number, values: readonly number[], rule: ScoreRule, names: Names = {}): ExplanationLine[] {
  const { symbol = 'R', result = 'Â', label = 'Advantage', mean = 'μ', deviation = 'σ' } = names;
  const final = (formula: string, substituted: string, value: number) => line(label, result, formula, substituted, value, 'advantage');
  const { epsilon, normByStd, ddof, singleton } = rule;
  if (values.length === 1) {
    if (singleton === 'zero') return [final(`${symbol} − ${symbol}`, fill`${own} − ${own}`, 0)];
    if (!normByStd) return [final(`${symbol}`, fill`${own}`, own)];
    return [final(`${symbol} / (1 + ε)`, fill`${own} / (1 + ${epsilon})`, own / (1 + epsilon))];
  }
  const meanOf = meanLine('Group mean', mean, `mean(${symbol})`, values);
  if (!normByStd) return [meanOf, final(`${symbol} − ${mean}`, fill`${own} − ${meanOf.value}`, own - meanOf.value)];
  const deviationOf = deviationLine('Group standard deviation', deviation, values, ddof);
  const divisor = deviationOf.value + epsilon || 1;
  return [
    meanOf,
    deviationOf,
    final(
      `(${symbol} − ${mean}) / (${deviation} + ε)`,
      fill`(${own} − ${meanOf.value}) / (${deviationOf.value} + ${epsilon})`,
      (own - meanOf.value) / divisor,
    ),
  ];
}

/** One number per trajectory, for trajectory i's group: members' values in batch order. */
export function groupValues(x: Float64Array, group: GroupLayout, trajectory: number): number[] {
  return Array.from(membersOf(group, trajectory), (j) => x[j]);
}

/** Members of the group and the baseline they are compared with, for the chart beside the lines. */
export function groupMembers(
  x: Float64Array,
  group: GroupLayout,
  trajectory: number,
  title = 'Returns of the group',
  baseline?: number,
): NonNullable<Explanation['members']> {
  const values = memberValues(membersOf(group, trajectory), (j) => x[j]);
  const mean = values.reduce((sum, { value }) => sum + value, 0) / values.length;
  return { title, baseline: baseline ?? mean, values };
}

/** W(x) of one step: verl's whitening over all steps of the batch. `k` indexes the column. */
export function whitenLines(column: Float64Array, { length, maxLen }: Frame, k: number, symbol: string): ExplanationLine[] {
  const moments = whiteningMoments(column, length, maxLen);
  if (!moments) return [line('Advantage', 'Â', 'a batch of one step has no spread', '0', 0, 'advantage')];
  const { n, centre, spread } = moments;
  const variance = spread * spread - WHITENING_EPSILON;
  return [
    line('Mean over the batch', 'm', `Σ ${symbol} / N`, fill`${centre * (n + WHITENING_EPSILON)} / ${n}`, centre),
    line('Spread over the batch', 's', 'sqrt(v + 1e-8)', fill`sqrt(${variance} + 1e-8)`, spread),
    line('Advantage', 'Â', `(${symbol} − m) / s`, fill`(${column[k]} − ${centre}) / ${spread}`, (column[k] - centre) / spread, 'advantage'),
  ];
}

/** x − mean of the others; what `leaveOneOut` computes. `others` are the other members' numbers. */
export function leaveOneOutLines(own: number, others: readonly number[], singleton: Singleton, symbol = 'R'): ExplanationLine[] {
  const result = (formula: string, substituted: string, value: number) => line('Advantage', 'Â', formula, substituted, value, 'advantage');
  if (others.length === 0) {
    return singleton === 'raw' ? [result(symbol, fill`${own}`, own)] : [result(`${symbol} − ${symbol}`, fill`${own} − ${own}`, 0)];
  }
  const mean = meanLine('Mean of the others', 'b', `mean of ${symbol}_j, j ≠ i`, others);
  return [mean, result(`${symbol} − b`, fill`${own} − ${mean.value}`, own - mean.value)];
}

/** Numbers of the other members of trajectory i's group. */
export function otherValues(x: Float64Array, group: GroupLayout, trajectory: number): number[] {
  return Array.from(membersOf(group, trajectory))
    .filter((j) => j !== trajectory)
    .map((j) => x[j]);
}

/** Members of trajectory i's group that have a step t. */
export function runningAt({ length }: Frame, group: GroupLayout, trajectory: number, step: number): number[] {
  return Array.from(membersOf(group, trajectory)).filter((j) => step < length[j]);
}

/** (x − μ_t) / (σ_t + ε) at one step index; what `positionScores` computes. */
export function positionLines(
  x: Float64Array,
  frame: Frame,
  group: GroupLayout,
  trajectory: number,
  step: number,
  epsilon: number,
  symbol: string,
  names: Names = {},
): ExplanationLine[] {
  const values = runningAt(frame, group, trajectory, step).map((j) => x[j * frame.maxLen + step]);
  const rule = { normByStd: true, ddof: 0, epsilon, singleton: 'zero' } as const;
  return scoreLines(x[trajectory * frame.maxLen + step], values, rule, { symbol, ...names });
}

/** What a step was compared with: the same step of the members that have it. */
export function positionMembers(x: Float64Array, frame: Frame, group: GroupLayout, trajectory: number, step: number, title: string): NonNullable<Explanation['members']> {
  const values = runningAt(frame, group, trajectory, step).map((j) => ({ trajectory: j, step, value: x[j * frame.maxLen + step] }));
  return { title, baseline: values.reduce((sum, { value }) => sum + value, 0) / values.length, values };
}

/** Scores of every named reward of trajectory i, and their weighted sum S; what `dimensionScores` computes. */
export function dimensionLines(dims: NamedColumn, group: GroupLayout, weights: readonly number[] | null, rule: ScoreRule, trajectory: number): ExplanationLine[] {
  const lines: ExplanationLine[] = [];
  const terms: string[] = [];
  let total = 0;
  dims.names.forEach((name, k) => {
    const x = dimension(dims, k, (size) => new Float64Array(size));
    const scored = scoreLines(x[trajectory], groupValues(x, group, trajectory), rule, { symbol: 'r', result: `A_${k + 1}`, label: `Score of "${name}"` });
    const { value } = scored[scored.length - 1];
    const w = weights?.[k] ?? 1;
    lines.push(...scored.map((each) => ({ ...each, quantity: 'plain' as const })));
    terms.push(fill`${w} × ${value}`);
    total += w * value;
  });
  return [...lines, line('Weighted sum', 'S', 'Σ_k w_k × A_k', terms.join(' + ') || '0', total)];
}
