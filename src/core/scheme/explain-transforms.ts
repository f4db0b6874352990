/** Lines of arithmetic for a term's schedule and transforms, in the grammar of explanations. */
import { freshBuffer } from '../batch/workspace';
import type { Batch } from '../contracts/columns';
import { operand, printed, type ExplanationLine } from '../contracts/explanation';
import { shareDone } from './schedule';
import type { ScheduleSpec, TransformSpec } from './scheme-spec';
import { applyPointwise, applyTransforms, isPointwise, movesToEnd, standardMoments, STANDARDISE_EPSILON, transformStages, type PointwiseTransform } from './transform';

/** A scheduled number in one iteration: what it starts from, how far it has come, what it is. */
export function scheduleLine(label: string, symbol: string, from: number, schedule: ScheduleSpec, iteration: number, value: number): ExplanationLine {
  const title = `${label} in iteration ${iteration}`;
  if (schedule.kind === 'steps') return { label: title, symbol, formula: 'the phase that holds', substituted: printed(value), value, quantity: 'plain' };
  const share = shareDone(schedule, iteration);
  return {
    label: title,
    symbol,
    formula: schedule.kind === 'linear' ? 'a + (b − a) · (n − n₀) / (n₁ − n₀)' : 'a + (b − a) · (1 − cos π(n − n₀)/(n₁ − n₀)) / 2',
    substituted: `${printed(from)} + (${printed(schedule.to)} − ${operand(from)}) × ${printed(share)}`,
    value,
    quantity: 'plain',
  };
}

/**
 * One line per transform of a term at step `t` of trajectory `i`, the last one giving the term's reward after all of
 * them. `reward` is the term's own reward, [nTraj × maxLen].
 */
export function transformLines(label: string, reward: Float64Array, transforms: readonly TransformSpec[], batch: Batch, i: number, t: number): ExplanationLine[] {
  const k = i * batch.maxLen + t;
  const lines: ExplanationLine[] = [];
  const now = reward.slice();
  const add = (n: number, formula: string, substituted: string) =>
    lines.push({ label: `${label}, ${transformNames[transforms[n].kind]}`, symbol: 'x', formula, substituted, value: NaN, quantity: 'plain' });
  transformStages(now, transforms, batch, (n, atEnd) => {
    if (n > 0) settle(lines, now[k]);
    const transform = transforms[n];
    const [formula, substituted] = isPointwise(transform) && !(atEnd && t < batch.length[i] - 1)
      ? pointwise(now[k], transform)
      : around(now, transform as TransformSpec, batch, atEnd, i, t);
    add(n, formula, substituted);
  });
  settle(lines, now[k]);
  return lines;
}

/** The lines of a term whose transforms are pointwise, from its own reward alone. */
export function pointwiseLines(label: string, x: number, transforms: readonly TransformSpec[]): ExplanationLine[] {
  return transforms.map((transform) => {
    const [formula, substituted] = pointwise(x, transform as PointwiseTransform);
    x = applyPointwise(x, transform as PointwiseTransform);
    return { label: `${label}, ${transformNames[transform.kind]}`, symbol: 'x', formula, substituted, value: x, quantity: 'plain' };
  });
}

const transformNames: Readonly<Record<TransformSpec['kind'], string>> = {
  clip: 'clipped',
  shift: 'shifted',
  sign: 'sign alone',
  power: 'raised to a power',
  sigmoid: 'squashed',
  'log-sigmoid': 'log-squashed',
  first: 'first payments only',
  gather: 'paid at the end',
  standardise: 'standardised',
};

function settle(lines: ExplanationLine[], value: number): void {
  lines[lines.length - 1] = { ...lines[lines.length - 1], value };
}

function pointwise(x: number, transform: PointwiseTransform): [formula: string, substituted: string] {
  const size = printed(Math.abs(x));
  switch (transform.kind) {
    case 'clip': {
      const { low, high } = transform;
      if (low !== null && high !== null) return ['clip(x, low, high)', `clip(${printed(x)}, ${printed(low)}, ${printed(high)})`];
      if (low !== null) return ['max(x, low)', `max(${printed(x)}, ${printed(low)})`];
      return high !== null ? ['min(x, high)', `min(${printed(x)}, ${printed(high)})`] : ['x', printed(x)];
    }
    case 'shift':
      return ['x + b', `${printed(x)} + ${operand(transform.by)}`];
    case 'sign':
      return ['x / abs(x), 0 for 0', x === 0 ? '0' : `${operand(x)} / ${size}`];
    case 'power':
      return ['sign(x) · exp(p · log(abs(x)))', x === 0 ? '0' : `${x < 0 ? '−' : ''}exp(${printed(transform.exponent)} × log(${size}))`];
    case 'sigmoid':
      return ['1 / (1 + exp((c − x) / τ))', `1 / (1 + exp((${printed(transform.centre)} − ${operand(x)}) / ${printed(transform.temperature)}))`];
    case 'log-sigmoid':
      return ['−log(1 + exp((c − x) / τ))', `−log(1 + exp((${printed(transform.centre)} − ${operand(x)}) / ${printed(transform.temperature)}))`];
  }
}

function around(now: Float64Array, transform: TransformSpec, batch: Batch, atEnd: boolean, i: number, t: number): [formula: string, substituted: string] {
  const { maxLen, length } = batch;
  const start = i * maxLen;
  const steps = now.subarray(start, start + length[i]);
  const isLast = t === length[i] - 1;
  if (!isLast && (atEnd || movesToEnd(transform))) return ['0 before the last step', '0'];
  if (transform.kind === 'first') {
    const before = steps.subarray(0, t).reduce((n, x) => n + (x === 0 ? 0 : 1), 0);
    return before < transform.count ? [`x, payment ${before + 1} of ${transform.count}`, printed(steps[t])] : [`0 after ${transform.count} payments`, '0'];
  }
  if (transform.kind === 'gather') return gathered(steps, transform.how, atEnd);
  const standardise = transform as Extract<TransformSpec, { kind: 'standardise' }>;
  const totals = standardise.of === 'totals' && !atEnd;
  // What is compared stands on the last step once it is added up.
  const compared = totals ? applyTransforms(now, [{ kind: 'gather', how: 'sum' }], batch, freshBuffer) : now;
  const { mean, deviation } = standardMoments(compared, standardise, batch, atEnd);
  const g = standardise.over === 'group' ? batch.group.id[i] : 0;
  if (deviation[g] === 0) return [`0, because all of the ${standardise.over} are alike`, '0'];
  return ['(x − μ) / (σ + ε)', `(${printed(compared[start + t])} − ${operand(mean[g])}) / (${printed(deviation[g])} + ${printed(STANDARDISE_EPSILON)})`];
}

/** More numbers than this are not written out. */
const WRITTEN_OUT = 8;

function gathered(steps: Float64Array, how: Extract<TransformSpec, { kind: 'gather' }>['how'], atEnd: boolean): [formula: string, substituted: string] {
  if (how === 'last' || atEnd) return ['the last step’s x', printed(steps[steps.length - 1])];
  const total = steps.reduce((sum, x) => sum + x, 0);
  if (how === 'sum') {
    const paid = Array.from(steps).filter((x) => x !== 0);
    return ['Σ x', paid.length === 0 ? '0' : paid.length <= WRITTEN_OUT ? `sum(${paid.map(printed).join(', ')})` : printed(total)];
  }
  if (how === 'mean') return ['Σ x / T', `${printed(total)} / ${steps.length}`];
  const extreme = how === 'min' ? steps.reduce((a, b) => Math.min(a, b)) : steps.reduce((a, b) => Math.max(a, b));
  return [how === 'min' ? 'min x' : 'max x', steps.length <= WRITTEN_OUT ? `${how}(${Array.from(steps, printed).join(', ')})` : printed(extreme)];
}
