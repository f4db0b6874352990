/** Temporal-difference errors of a value column, and the λ-return over them. */
import type { Frame } from '../contracts/columns';
import type { Buffer } from './group-statistics';

export interface ValuedSteps extends Frame {
  /** [nTraj × maxLen] */
  readonly reward: Float64Array;
  /** [nTraj × (maxLen + 1)] V(s_0) … V(s_T) */
  readonly value: Float64Array;
  /** [nTraj] 1 where the task ended; V(s_T) then counts as 0. */
  readonly terminated: Float64Array;
}

/** V(s_{t+1}) as bootstrapping reads it: 0 after the step that ended the task. */
export function nextValue({ value, terminated, length, maxLen }: ValuedSteps, trajectory: number, step: number): number {
  return step === length[trajectory] - 1 && terminated[trajectory] !== 0 ? 0 : value[trajectory * (maxLen + 1) + step + 1];
}

/** Â_t = δ_t + γλ Â_{t+1} with δ_t = r_t + γ V(s_{t+1}) − V(s_t), 0 in padding, [nTraj × maxLen]. */
export function advantageLambda({ nTraj, maxLen, length, reward, value, terminated }: ValuedSteps, gamma: number, lambda: number, buffer: Buffer): Float64Array {
  const advantage = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    const values = i * (maxLen + 1);
    const T = length[i];
    advantage.fill(0, start + T, start + maxLen);
    let next = terminated[i] !== 0 ? 0 : value[values + T];
    let following = 0;
    for (let t = T - 1; t >= 0; t--) {
      const here = value[values + t];
      advantage[start + t] = following = reward[start + t] + gamma * next - here + gamma * lambda * following;
      next = here;
    }
  }
  return advantage;
}
