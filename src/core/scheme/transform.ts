/** Transforms of a term's reward: what they compute. What they mean in words is in `term-meaning.ts`. */
import type { Batch, GroupLayout } from '../contracts/columns';
import { exp, log } from '../math/elementary';
import type { TransformSpec } from './scheme-spec';

/** Added to σ when a term is standardised. */
export const STANDARDISE_EPSILON = 1e-6;

/** Where scratch arrays come from. */
type Buffer = (size: number) => Float64Array;
type Standardise = Extract<TransformSpec, { kind: 'standardise' }>;

/** Transforms that turn one step's reward into another, whatever else happens in the trajectory. */
export type PointwiseTransform = Exclude<TransformSpec, { kind: 'first' | 'gather' | 'standardise' }>;

export function isPointwise(transform: TransformSpec): transform is PointwiseTransform {
  return transform.kind !== 'first' && transform.kind !== 'gather' && transform.kind !== 'standardise';
}

/** True when the reward stands on the last step alone afterwards. */
export function movesToEnd(transform: TransformSpec): boolean {
  return transform.kind === 'gather' || (transform.kind === 'standardise' && transform.of === 'totals');
}

/** One step's reward after a pointwise transform. */
export function applyPointwise(x: number, transform: PointwiseTransform): number {
  switch (transform.kind) {
    case 'clip':
      if (transform.low !== null && x < transform.low) return transform.low;
      return transform.high !== null && x > transform.high ? transform.high : x;
    case 'shift':
      return x + transform.by;
    case 'sign':
      return x > 0 ? 1 : x < 0 ? -1 : 0;
    case 'power': {
      if (x === 0 || transform.exponent === 1) return x;
      const size = exp(transform.exponent * log(Math.abs(x)));
      return x < 0 ? -size : size;
    }
    case 'sigmoid':
      return 1 / (1 + exp((transform.centre - x) / transform.temperature));
    case 'log-sigmoid': {
      const z = (x - transform.centre) / transform.temperature;
      return z >= 0 ? -log(1 + exp(-z)) : z - log(1 + exp(z));
    }
  }
}

/** A row's reward after all of a term's transforms, which must be pointwise. */
export function applyAllPointwise(perRow: Float64Array, transforms: readonly TransformSpec[] | undefined): Float64Array {
  if (!transforms || transforms.length === 0) return perRow;
  return perRow.map((x) => transforms.reduce((y, transform) => applyPointwise(y, transform as PointwiseTransform), x));
}

/** A term's reward after its transforms, [nTraj × maxLen], 0 in padding. `reward` itself is left as it is. */
export function applyTransforms(reward: Float64Array, transforms: readonly TransformSpec[] | undefined, batch: Batch, buffer: Buffer): Float64Array {
  if (!transforms || transforms.length === 0) return reward;
  const out = buffer(reward.length);
  out.set(reward);
  transformStages(out, transforms, batch, () => {});
  return out;
}

/**
 * Applies the transforms in place, calling `before(k, atEnd)` ahead of the k-th; `atEnd` says whether the reward
 * already stands on the last step alone.
 */
export function transformStages(
  reward: Float64Array,
  transforms: readonly TransformSpec[],
  batch: Batch,
  before: (k: number, atEnd: boolean) => void,
): void {
  let atEnd = false;
  transforms.forEach((transform, k) => {
    before(k, atEnd);
    apply(reward, transform, batch, atEnd);
    atEnd ||= movesToEnd(transform);
  });
}

function apply(reward: Float64Array, transform: TransformSpec, batch: Batch, atEnd: boolean): void {
  const { nTraj, maxLen, length } = batch;
  if (transform.kind === 'standardise') return standardise(reward, transform, batch, atEnd);
  for (let i = 0; i < nTraj; i++) {
    const end = i * maxLen + length[i];
    const from = atEnd ? Math.max(i * maxLen, end - 1) : i * maxLen;
    if (transform.kind === 'first') keepFirst(reward, from, end, transform.count);
    else if (transform.kind === 'gather') gather(reward, from, end, transform.how);
    else for (let k = from; k < end; k++) reward[k] = applyPointwise(reward[k], transform);
  }
}

function keepFirst(reward: Float64Array, from: number, end: number, count: number): void {
  let paid = 0;
  for (let k = from; k < end; k++) {
    if (reward[k] === 0) continue;
    if (paid >= count) reward[k] = 0;
    paid += 1;
  }
}

function gather(reward: Float64Array, from: number, end: number, how: Extract<TransformSpec, { kind: 'gather' }>['how']): void {
  if (from >= end) return;
  let result = how === 'last' ? reward[end - 1] : reward[from];
  for (let k = from + 1; k < end && how !== 'last'; k++) {
    if (how === 'min') result = Math.min(result, reward[k]);
    else if (how === 'max') result = Math.max(result, reward[k]);
    else result += reward[k];
  }
  reward.fill(0, from, end);
  reward[end - 1] = how === 'mean' ? result / (end - from) : result;
}

function standardise(reward: Float64Array, transform: Standardise, batch: Batch, atEnd: boolean): void {
  if (!atEnd && transform.of === 'totals') apply(reward, { kind: 'gather', how: 'sum' }, batch, false);
  const { group } = comparison(transform, batch);
  const { mean, deviation } = standardMoments(reward, transform, batch, atEnd);
  everyCell(batch, atEnd || transform.of === 'totals', (i, k) => {
    const g = group ? group.id[i] : 0;
    reward[k] = deviation[g] === 0 ? 0 : (reward[k] - mean[g]) / (deviation[g] + STANDARDISE_EPSILON);
  });
}

/**
 * μ and σ (over n − 1) by group, or of the whole batch under number 0: of the last steps where the reward stands there alone or
 * is to, else of all steps. Trajectories without a step do not count.
 */
export function standardMoments(reward: Float64Array, transform: Standardise, batch: Batch, atEnd: boolean): { mean: Float64Array; deviation: Float64Array } {
  const { group, count: groups } = comparison(transform, batch);
  const [mean, squares, count, first] = [0, 1, 2, 3].map(() => new Float64Array(groups));
  const everyOne = (visit: (g: number, x: number) => void) =>
    everyCell(batch, atEnd || transform.of === 'totals', (i, k) => visit(group ? group.id[i] : 0, reward[k]));
  // Counted from the first, so that equal numbers have exactly that mean and deviation 0.
  everyOne((g, x) => {
    if (count[g] === 0) first[g] = x;
    count[g] += 1;
    mean[g] += x - first[g];
  });
  for (let g = 0; g < groups; g++) mean[g] = count[g] > 0 ? first[g] + mean[g] / count[g] : 0;
  everyOne((g, x) => (squares[g] += (x - mean[g]) * (x - mean[g])));
  return { mean, deviation: squares.map((x, g) => (count[g] > 1 ? Math.sqrt(x / (count[g] - 1)) : 0)) };
}

function comparison({ over }: Standardise, { group }: Batch): { group: GroupLayout | null; count: number } {
  return over === 'group' ? { group, count: group.count } : { group: null, count: 1 };
}

/** Visits every step, or the last one of each trajectory. */
function everyCell({ nTraj, maxLen, length }: Batch, lastAlone: boolean, visit: (i: number, k: number) => void): void {
  for (let i = 0; i < nTraj; i++) {
    const end = i * maxLen + length[i];
    for (let k = lastAlone ? Math.max(i * maxLen, end - 1) : i * maxLen; k < end; k++) visit(i, k);
  }
}
