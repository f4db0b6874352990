/**
 * Statistics of groups of trajectories and of the steps inside them. Results go to arrays that the
 * caller brings, so that pricing allocates nothing. Columns are row-major [nTraj × maxLen].
 */
import type { Frame, GroupLayout, NamedColumn } from '../contracts/columns';

/** Where scratch arrays come from. */
export type Buffer = (size: number) => Float64Array;

/** R_i = Σ_t r_{i,t}, [nTraj]. */
export function trajectoryTotals(reward: Float64Array, { nTraj, maxLen, length }: Frame, buffer: Buffer): Float64Array {
  const total = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) {
    let sum = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) sum += reward[k];
    total[i] = sum;
  }
  return total;
}

/** The same number on every step of a trajectory, 0 in padding, [nTraj × maxLen]. */
export function broadcast(perTrajectory: Float64Array, { nTraj, maxLen, length }: Frame, buffer: Buffer): Float64Array {
  const steps = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    steps.fill(perTrajectory[i], start, start + length[i]);
    steps.fill(0, start + length[i], start + maxLen);
  }
  return steps;
}

/** G_t = r_t + γ·G_{t+1}, 0 in padding, [nTraj × maxLen]. */
export function rewardToGo(reward: Float64Array, { nTraj, maxLen, length }: Frame, gamma: number, buffer: Buffer): Float64Array {
  const returns = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    returns.fill(0, start + length[i], start + maxLen);
    let total = 0;
    for (let k = start + length[i] - 1; k >= start; k--) returns[k] = total = reward[k] + gamma * total;
  }
  return returns;
}

export interface GroupMoments {
  /** [count] */
  readonly mean: Float64Array;
  /** [count] standard deviation with the given ddof; 0 where n ≤ ddof. */
  readonly deviation: Float64Array;
}

/** Mean and standard deviation of one number per trajectory over each group. */
export function groupMoments(x: Float64Array, group: GroupLayout, ddof: number, buffer: Buffer): GroupMoments {
  const { count, start, member } = group;
  const mean = buffer(count);
  const deviation = buffer(count);
  for (let g = 0; g < count; g++) {
    const n = start[g + 1] - start[g];
    // Counted from the first member, so that equal numbers have exactly that mean and deviation 0.
    const first = x[member[start[g]]];
    let sum = 0;
    for (let m = start[g]; m < start[g + 1]; m++) sum += x[member[m]] - first;
    const centre = first + sum / n;
    let squares = 0;
    for (let m = start[g]; m < start[g + 1]; m++) squares += (x[member[m]] - centre) * (x[member[m]] - centre);
    mean[g] = centre;
    deviation[g] = n > ddof ? Math.sqrt(squares / (n - ddof)) : 0;
  }
  return { mean, deviation };
}

/** What a group of one member is compared with. */
export type Singleton = 'raw' | 'zero';

export interface ScoreRule {
  /** Divide by σ + ε. */
  readonly normByStd: boolean;
  readonly ddof: number;
  readonly epsilon: number;
  /** `raw`: μ = 0 and σ = 1, so the number passes as it is; `zero`: it becomes 0. */
  readonly singleton: Singleton;
}

/** Group-relative score (x − μ) / (σ + ε), or x − μ without the division, [nTraj]. */
export function groupScores(x: Float64Array, group: GroupLayout, rule: ScoreRule, buffer: Buffer): Float64Array {
  const { mean, deviation } = groupMoments(x, group, rule.ddof, buffer);
  const score = buffer(x.length);
  for (let i = 0; i < x.length; i++) {
    const g = group.id[i];
    const alone = group.start[g + 1] - group.start[g] === 1;
    const centre = alone && rule.singleton === 'raw' ? 0 : mean[g];
    score[i] = (x[i] - centre) / scoreDivisor(alone, deviation[g], rule);
  }
  return score;
}

/** σ + ε as `groupScores` divides by it; 1 where that is 0. */
export function scoreDivisor(alone: boolean, deviation: number, { normByStd, epsilon, singleton }: ScoreRule): number {
  if (!normByStd) return 1;
  if (alone) return singleton === 'raw' ? 1 + epsilon : 1;
  return deviation + epsilon || 1;
}

/** What `groupScores` divided every trajectory by, [nTraj]. */
export function scoreDivisors(x: Float64Array, group: GroupLayout, rule: ScoreRule, buffer: Buffer): Float64Array {
  const { deviation } = groupMoments(x, group, rule.ddof, buffer);
  const divisor = buffer(x.length);
  for (let i = 0; i < x.length; i++) {
    const g = group.id[i];
    divisor[i] = scoreDivisor(group.start[g + 1] - group.start[g] === 1, deviation[g], rule);
  }
  return divisor;
}

export interface PositionMoments {
  /** [count × maxLen] number of members of the group that have a step t. */
  readonly alive: Float64Array;
  readonly mean: Float64Array;
  /** 0 where alive ≤ ddof. */
  readonly deviation: Float64Array;
}

/**
 * Mean and standard deviation at each step index over the members of a group that still run there.
 * `finished: 'zero'` lets finished members count as 0, so that every mean divides by the group size.
 */
export function positionMoments(
  x: Float64Array,
  frame: Frame,
  group: GroupLayout,
  ddof: number,
  buffer: Buffer,
  finished: 'absent' | 'zero' = 'absent',
): PositionMoments {
  const { nTraj, maxLen, length } = frame;
  const size = group.count * maxLen;
  const alive = buffer(size).fill(0);
  const mean = buffer(size).fill(0);
  const deviation = buffer(size).fill(0);
  for (let i = 0; i < nTraj; i++) {
    const row = group.id[i] * maxLen;
    for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
      alive[row + t] += 1;
      mean[row + t] += x[k];
    }
  }
  for (let g = 0; g < group.count; g++) {
    const members = group.start[g + 1] - group.start[g];
    for (let j = g * maxLen, end = j + maxLen; j < end; j++) {
      const n = finished === 'zero' ? members : alive[j];
      if (n > 0) mean[j] /= n;
      if (finished === 'zero') deviation[j] = (members - alive[j]) * mean[j] * mean[j];
    }
  }
  for (let i = 0; i < nTraj; i++) {
    const row = group.id[i] * maxLen;
    for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) {
      const distance = x[k] - mean[row + t];
      deviation[row + t] += distance * distance;
    }
  }
  for (let g = 0; g < group.count; g++) {
    const members = group.start[g + 1] - group.start[g];
    for (let j = g * maxLen, end = j + maxLen; j < end; j++) {
      const n = finished === 'zero' ? members : alive[j];
      deviation[j] = n > ddof ? Math.sqrt(deviation[j] / (n - ddof)) : 0;
    }
  }
  return { alive, mean, deviation };
}

/** Mean and standard deviation over all steps of each group, and how many there are, [count] each. */
export function groupStepMoments(
  x: Float64Array,
  { nTraj, maxLen, length }: Frame,
  group: GroupLayout,
  ddof: number,
  buffer: Buffer,
): GroupMoments & { readonly steps: Float64Array } {
  const steps = buffer(group.count).fill(0);
  const mean = buffer(group.count).fill(0);
  const deviation = buffer(group.count).fill(0);
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    steps[g] += length[i];
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) mean[g] += x[k];
  }
  for (let g = 0; g < group.count; g++) if (steps[g] > 0) mean[g] /= steps[g];
  for (let i = 0; i < nTraj; i++) {
    const g = group.id[i];
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) deviation[g] += (x[k] - mean[g]) * (x[k] - mean[g]);
  }
  for (let g = 0; g < group.count; g++) deviation[g] = steps[g] > ddof ? Math.sqrt(deviation[g] / (steps[g] - ddof)) : 0;
  return { steps, mean, deviation };
}

/** All trajectories as one group, for statistics over the batch. */
export function wholeBatch(nTraj: number): GroupLayout {
  const member = Int32Array.from({ length: nTraj }, (_, i) => i);
  return { id: new Int32Array(nTraj), count: 1, start: Int32Array.of(0, nTraj), member, label: ['batch'] };
}

/** Members of trajectory i's group, in batch order. */
export function membersOf(group: GroupLayout, trajectory: number): Int32Array {
  const g = group.id[trajectory];
  return group.member.subarray(group.start[g], group.start[g + 1]);
}

/** Rewards of one trajectory's steps, or any other step column, without padding. */
export function stepsOf(column: Float64Array, { maxLen, length }: Frame, trajectory: number): Float64Array {
  return column.subarray(trajectory * maxLen, trajectory * maxLen + length[trajectory]);
}

/**
 * Return minus the mean of the other members, n/(n − 1)·(x − μ), [nTraj]. A group of one gets its own number
 * or 0.
 */
export function leaveOneOut(x: Float64Array, group: GroupLayout, singleton: Singleton, buffer: Buffer): Float64Array {
  const { count, start, member } = group;
  const score = buffer(x.length);
  for (let g = 0; g < count; g++) {
    const n = start[g + 1] - start[g];
    const first = x[member[start[g]]];
    let sum = 0;
    for (let m = start[g]; m < start[g + 1]; m++) sum += x[member[m]] - first;
    for (let m = start[g]; m < start[g + 1]; m++) {
      const own = x[member[m]];
      const above = own - first;
      score[member[m]] = n > 1 ? above - (sum - above) / (n - 1) : singleton === 'raw' ? own : 0;
    }
  }
  return score;
}

/** x_{t+1} − x_t of a state column, 0 in padding, [nTraj × maxLen]. */
export function stateGains(x: Float64Array, { nTraj, maxLen, length }: Frame, buffer: Buffer): Float64Array {
  const gain = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    for (let t = 0, k = i * (maxLen + 1); t < length[i]; t++, k++) gain[start + t] = x[k + 1] - x[k];
    gain.fill(0, start + length[i], start + maxLen);
  }
  return gain;
}

/** (x − μ_t) / (σ_t + ε) over the members of a group at each step index, σ of the population, [nTraj × maxLen]. */
export function positionScores(x: Float64Array, frame: Frame, group: GroupLayout, epsilon: number, buffer: Buffer): Float64Array {
  const { nTraj, maxLen, length } = frame;
  const { mean, deviation } = positionMoments(x, frame, group, 0, buffer);
  const score = buffer(nTraj * maxLen).fill(0);
  for (let i = 0; i < nTraj; i++) {
    const row = group.id[i] * maxLen;
    for (let t = 0, k = i * maxLen; t < length[i]; t++, k++) score[k] = (x[k] - mean[row + t]) / (deviation[row + t] + epsilon || 1);
  }
  return score;
}

/** Column k of several numbers per trajectory, [nTraj]. */
export function dimension({ names, data }: NamedColumn, k: number, buffer: Buffer): Float64Array {
  const K = names.length;
  const x = buffer(K === 0 ? 0 : data.length / K);
  for (let i = 0; i < x.length; i++) x[i] = data[i * K + k];
  return x;
}

/** Σ_k w_k · group score of dimension k, [nTraj]; a missing weight is 1. */
export function dimensionScores(dims: NamedColumn, group: GroupLayout, weights: readonly number[] | null, rule: ScoreRule, buffer: Buffer): Float64Array {
  const sum = buffer(group.id.length).fill(0);
  for (let k = 0; k < dims.names.length; k++) {
    const score = groupScores(dimension(dims, k, buffer), group, rule, buffer);
    const w = weights?.[k] ?? 1;
    for (let i = 0; i < sum.length; i++) sum[i] += w * score[i];
  }
  return sum;
}
