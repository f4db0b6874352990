/** A seeded batch of boat races (track 0–7, finish 8, lagoon 9–11, T = 30), priced four ways. */
import type { Picture } from '../../../src/core/contracts/scenario';

const T = 30;
const next = (s: number, a: number): number =>
  s >= 9 ? (a === 0 ? (s === 11 ? 9 : s + 1) : 4) : a === 0 ? s + 1 : s === 4 ? 9 : s;
const checkpoint = (s: number, to: number) => (to !== s && [2, 4, 6, 9, 10, 11].includes(to) ? 1 : 0);

export function stream(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (x + 0x9e3779b9) >>> 0;
    let z = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** Exact values of finishing under the uniform policy, [T + 1][12]. */
const value: number[][] = Array.from({ length: T + 1 }, () => new Array<number>(12).fill(0));
for (let t = T - 1; t >= 0; t--) {
  for (let s = 0; s < 12; s++) {
    if (s === 8) continue;
    value[t]![s] = [0, 1].reduce((sum, a) => sum + 0.5 * (next(s, a) === 8 ? 1 : value[t + 1]![next(s, a)]!), 0);
  }
}

export interface RaceBatch {
  nTraj: number;
  maxLen: number;
  length: Int32Array;
  group: Int32Array;
  terminated: Uint8Array;
  outcome: Float64Array;
  state: Int32Array[];
  action: Int32Array[];
  cp: Float64Array;
  exact: Float64Array;
}

export function races(nTraj: number, groupSize: number, seed: number): RaceBatch {
  const random = stream(seed);
  const batch: RaceBatch = {
    nTraj,
    maxLen: T,
    length: new Int32Array(nTraj),
    group: Int32Array.from({ length: nTraj }, (_, i) => Math.floor(i / groupSize)),
    terminated: new Uint8Array(nTraj),
    outcome: new Float64Array(nTraj),
    state: [],
    action: [],
    cp: new Float64Array(nTraj * T),
    exact: new Float64Array(nTraj * T),
  };
  for (let i = 0; i < nTraj; i++) {
    const states = [0];
    const actions: number[] = [];
    const lazy = 0.35 + 0.3 * random();
    for (let t = 0; t < T; t++) {
      const s = states[t]!;
      const a = random() < lazy ? 0 : 1;
      const to = next(s, a);
      batch.cp[i * T + t] = checkpoint(s, to);
      batch.exact[i * T + t] = (to === 8 ? 1 : value[t + 1]![to]!) - value[t]![s]!;
      actions.push(a);
      states.push(to);
      if (to === 8) {
        batch.terminated[i] = 1;
        batch.outcome[i] = 1;
        break;
      }
    }
    batch.length[i] = actions.length;
    batch.state.push(Int32Array.from(states));
    batch.action.push(Int32Array.from(actions));
  }
  return batch;
}

/** Advantage of a total reward per trajectory against its group's mean, over the group's deviation. */
export function groupAdvantage(batch: RaceBatch, total: Float64Array): Float64Array {
  const advantage = new Float64Array(batch.nTraj * T);
  const groups = Math.max(...batch.group) + 1;
  for (let g = 0; g < groups; g++) {
    const members = Array.from({ length: batch.nTraj }, (_, i) => i).filter((i) => batch.group[i] === g);
    const mean = members.reduce((a, i) => a + total[i]!, 0) / members.length;
    const deviation = Math.sqrt(members.reduce((a, i) => a + (total[i]! - mean) ** 2, 0) / members.length);
    for (const i of members) advantage.fill((total[i]! - mean) / (deviation + 1e-6), i * T, i * T + batch.length[i]!);
  }
  return advantage;
}

/** Discounted reward-to-go minus the mean over the trajectories that reached the step. */
export function rewardToGo(batch: RaceBatch, reward: Float64Array, gamma: number): Float64Array {
  const advantage = new Float64Array(reward.length);
  for (let i = 0; i < batch.nTraj; i++) {
    let later = 0;
    for (let t = batch.length[i]! - 1; t >= 0; t--) advantage[i * T + t] = later = reward[i * T + t]! + gamma * later;
  }
  for (let t = 0; t < T; t++) {
    const reached = Array.from({ length: batch.nTraj }, (_, i) => i).filter((i) => batch.length[i]! > t);
    const mean = reached.reduce((a, i) => a + advantage[i * T + t]!, 0) / Math.max(1, reached.length);
    for (const i of reached) advantage[i * T + t]! -= mean;
  }
  return advantage;
}

export const trackPicture: Extract<Picture, { kind: 'track' }> = {
  kind: 'track',
  nodes: [
    ...Array.from({ length: 8 }, (_, k) => ({
      x: 0.06 + 0.11 * k,
      y: 0.3 + 0.06 * Math.sin(k * 0.9),
      role: k === 0 ? ('start' as const) : ('track' as const),
      checkpoint: [2, 4, 6].includes(k),
      label: String(k),
    })),
    { x: 0.95, y: 0.26, role: 'finish', checkpoint: false, label: 'finish' },
    { x: 0.38, y: 0.62, role: 'lagoon', checkpoint: true, label: '9' },
    { x: 0.5, y: 0.88, role: 'lagoon', checkpoint: true, label: '10' },
    { x: 0.64, y: 0.64, role: 'lagoon', checkpoint: true, label: '11' },
  ],
  links: [
    ...Array.from({ length: 8 }, (_, k) => ({ from: k, to: k + 1 })),
    { from: 4, to: 9 },
    { from: 9, to: 10 },
    { from: 10, to: 11 },
    { from: 11, to: 9 },
    { from: 9, to: 4 },
    { from: 10, to: 4 },
    { from: 11, to: 4 },
  ],
  nodeOf: Int32Array.from({ length: 12 }, (_, s) => s),
};
