/** Min-form credit: a chain's process rewards weighted so that they add up to about their minimum. */
import type { Frame } from '../contracts/columns';
import type { ExplanationLine } from '../contracts/explanation';
import { fill, line } from '../contracts/explanation-lines';
import { exp } from './elementary';
import type { Buffer } from './group-statistics';

/** `approx-min`: softmax_t(−r/T₀)·r_t; `mean`: r_t / T; `sum`: r_t. */
export type Credit = 'approx-min' | 'mean' | 'sum';

/** r*_t of every step, 0 in padding, [nTraj × maxLen]. */
export function creditedReward(reward: Float64Array, { nTraj, maxLen, length }: Frame, credit: Credit, temperature: number, buffer: Buffer): Float64Array {
  const credited = buffer(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    const end = start + length[i];
    credited.fill(0, end, start + maxLen);
    if (credit === 'approx-min') softMinimum(reward, start, end, temperature, credited);
    else for (let k = start; k < end; k++) credited[k] = credit === 'mean' ? reward[k] / length[i] : reward[k];
  }
  return credited;
}

function softMinimum(reward: Float64Array, start: number, end: number, temperature: number, out: Float64Array): void {
  let least = Infinity;
  for (let k = start; k < end; k++) if (reward[k] < least) least = reward[k];
  let sum = 0;
  for (let k = start; k < end; k++) sum += out[k] = exp((least - reward[k]) / temperature);
  for (let k = start; k < end; k++) out[k] = (out[k] / sum) * reward[k];
}

/** The credited reward of one step of a chain, line by line. */
export function softMinimumLines(rewards: readonly number[], t: number, temperature: number): ExplanationLine[] {
  const least = Math.min(...rewards);
  const weights = rewards.map((r) => exp((least - r) / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  const own = exp((least - rewards[t]) / temperature) / sum;
  const total = weights.length <= 16 ? fill`sum(${weights})` : fill`${sum}`;
  return [
    line('Weights of all steps, worst one 1', 'Z', 'Σ_k exp((min r − r_k) / T₀)', total, sum),
    line('Weight of this step', 'w', 'exp((min r − r_t) / T₀) / Z', fill`exp((${least} − ${rewards[t]}) / ${temperature}) / ${sum}`, own),
    line('Credited reward', 'r*', 'w × r_t', fill`${own} × ${rewards[t]}`, own * rewards[t], 'reward'),
  ];
}
