import type { Frame, GroupLayout } from '../contracts/columns';

/** Steps whose exact advantage is at most this share of the batch's largest are not judged for sign. */
export const SIGN_THRESHOLD = 0.01;

/** How the advantages of one batch compare with the exact ones. Says nothing about other batches. */
export interface BatchFigures {
  /** Root mean square of Â − A over the steps, after scaling Â by the least-squares factor c = Σ ÂA / Σ Â². */
  readonly error: number;
  /** Steps with |A| above 1 % of its maximum whose Â has the opposite sign, as a share of those steps. */
  readonly wrongSign: number;
  /** Of the same steps, the share whose Â is not zero. */
  readonly nonzero: number;
  /** Groups in which every advantage is zero, as a share of the groups. */
  readonly zeroGroups: number;
  /** Number of steps judged for sign. */
  readonly judged: number;
}

/** Compares [nTraj × maxLen] advantages with exact ones. */
export function batchFigures(advantage: Float64Array, exact: Float64Array, frame: Frame, group: GroupLayout): BatchFigures {
  const threshold = SIGN_THRESHOLD * largest(exact, frame);
  const { nTraj, maxLen, length } = frame;
  const silent = new Uint8Array(group.count).fill(1);
  let judged = 0;
  let wrong = 0;
  let nonzero = 0;
  let cross = 0;
  let own = 0;
  let truth = 0;
  let steps = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const estimate = advantage[k];
      const target = exact[k];
      if (estimate !== 0) silent[group.id[i]] = 0;
      cross += estimate * target;
      own += estimate * estimate;
      truth += target * target;
      steps += 1;
      if (Math.abs(target) <= threshold) continue;
      judged += 1;
      if (estimate !== 0) nonzero += 1;
      if (estimate * target < 0) wrong += 1;
    }
  }
  const explained = own > 0 ? (cross * cross) / own : 0;
  let silentGroups = 0;
  for (const flag of silent) silentGroups += flag;
  return {
    error: steps > 0 ? Math.sqrt(Math.max(0, truth - explained) / steps) : 0,
    wrongSign: judged > 0 ? wrong / judged : 0,
    nonzero: judged > 0 ? nonzero / judged : 0,
    zeroGroups: group.count > 0 ? silentGroups / group.count : 0,
    judged,
  };
}

/** True when step k is judged and its advantage has the opposite sign of the exact one. */
export function isWrongSign(advantage: number, exact: number, largestExact: number): boolean {
  return Math.abs(exact) > SIGN_THRESHOLD * largestExact && advantage * exact < 0;
}

/** Largest |x| over the valid steps. */
export function largest(x: Float64Array, { nTraj, maxLen, length }: Frame): number {
  let most = 0;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) most = Math.max(most, Math.abs(x[k]));
  }
  return most;
}
