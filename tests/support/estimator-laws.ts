import { columnsFor } from '../../src/core/batch/columns-for';
import { importBatch, stepLists } from '../../src/core/batch/imported-batch';
import { freshBuffer } from '../../src/core/batch/workspace';
import type { Batch } from '../../src/core/contracts/columns';
import type { EstimateResult, EstimatorLaw, EstimatorPlugin } from '../../src/core/contracts/estimator';
import { completeParameters } from '../../src/core/contracts/parameters';
import { paddedBatch } from './padded-batch';
import { randomOrder, randomTrajectories, type Trajectory, type TrajectoryList } from './random-trajectories';

type Params = Readonly<Record<string, unknown>>;
type Buffer = (size: number) => Float64Array;

/** The estimator's default parameters with some replaced. */
export function paramsOf(plugin: EstimatorPlugin, changed: Params = {}): Record<string, unknown> {
  return completeParameters(plugin.params, changed, { clamp: false }).values;
}

export function estimateBatch(plugin: EstimatorPlugin, params: Params, batch: Batch, buffer: Buffer = freshBuffer): EstimateResult {
  const columns = columnsFor(plugin, params, batch);
  return plugin.estimate(columns as never, params as never, { buffer, state: undefined, iteration: 0, detail: true });
}

/** Advantages as ragged lists. */
export function advantagesOf(plugin: EstimatorPlugin, params: Params, input: TrajectoryList): number[][] {
  const batch = importBatch(input);
  return stepLists(estimateBatch(plugin, params, batch).advantage, batch);
}

/** First place where two lists of lists differ by more than the tolerance; null when nowhere. */
export function difference(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[], tolerance = 1e-9): string | null {
  for (let i = 0; i < expected.length; i++) {
    if (actual[i]?.length !== expected[i].length) return `trajectory ${i} has ${actual[i]?.length} steps instead of ${expected[i].length}`;
    for (let t = 0; t < expected[i].length; t++) {
      const [x, y] = [actual[i][t], expected[i][t]];
      if (!(Math.abs(x - y) <= tolerance * (1 + Math.abs(y)))) return `step ${t} of trajectory ${i} is ${x} instead of ${y}`;
    }
  }
  return null;
}

const mapped = (advantages: readonly (readonly number[])[], f: (x: number) => number) => advantages.map((steps) => steps.map(f));

function withRewards(input: TrajectoryList, change: (trajectory: Trajectory, i: number) => number[]): TrajectoryList {
  return {
    trajectories: input.trajectories.map((trajectory, i) => {
      const rewards = change(trajectory, i);
      return { ...trajectory, rewards, outcome: rewards.reduce((a, b) => a + b, 0) };
    }),
  };
}

const withoutValues = (input: TrajectoryList): TrajectoryList => ({
  trajectories: input.trajectories.map((trajectory) => ({ ...trajectory, values: (trajectory['values'] as number[]).map(() => 0) })),
});

type Check = (plugin: EstimatorPlugin, params: Params, seed: number) => string | null;

/** One property test per law: what is wrong on this seed, or null. */
export const LAW_CHECKS: Readonly<Record<EstimatorLaw, Check>> = {
  'padding-invariant': (plugin, params, seed) => {
    const batch = importBatch(randomTrajectories(plugin, seed));
    const wide = paddedBatch(batch, 3);
    return difference(stepLists(estimateBatch(plugin, params, wide).advantage, wide), stepLists(estimateBatch(plugin, params, batch).advantage, batch));
  },

  'order-equivariant': (plugin, params, seed) => {
    const input = randomTrajectories(plugin, seed);
    const order = randomOrder(input.trajectories.length, seed);
    const plain = advantagesOf(plugin, params, input);
    const moved = advantagesOf(plugin, params, { trajectories: order.map((i) => input.trajectories[i]) });
    return difference(moved, order.map((i) => plain[i]));
  },

  'zero-on-equal-rewards': (plugin, params, seed) => {
    const advantages = advantagesOf(plugin, params, randomTrajectories(plugin, seed, { clones: true }));
    return difference(advantages, mapped(advantages, () => 0));
  },

  'finite-when-degenerate': (plugin, params, seed) => {
    const inputs = [randomTrajectories(plugin, seed, { degenerate: true }), { trajectories: [] }];
    for (const input of inputs) {
      const wrong = advantagesOf(plugin, params, input).flatMap((steps, i) => (steps.every(Number.isFinite) ? [] : [`trajectory ${i} has ${steps.join(', ')}`]));
      if (wrong.length > 0) return wrong[0];
    }
    return null;
  },

  'scale-equivariant': (plugin, params, seed) => {
    const input = randomTrajectories(plugin, seed);
    const scaled = withRewards(withoutValues(input), ({ rewards }) => rewards.map((r) => 2.5 * r));
    return difference(advantagesOf(plugin, params, scaled), mapped(advantagesOf(plugin, params, withoutValues(input)), (x) => 2.5 * x));
  },

  'scale-invariant': (plugin, params, seed) => {
    const input = randomTrajectories(plugin, seed);
    const sharp = Object.hasOwn(plugin.params, 'epsilon') ? { ...params, epsilon: 1e-12 } : params;
    const scaled = withRewards(input, ({ rewards }) => rewards.map((r) => 2.5 * r));
    return difference(advantagesOf(plugin, sharp, scaled), advantagesOf(plugin, sharp, input), 1e-6);
  },

  'shift-invariant': (plugin, params, seed) => {
    const input = randomTrajectories(plugin, seed);
    const shifted = withRewards(input, ({ rewards }) => rewards.map((r, t) => (t === rewards.length - 1 ? r + 3 : r)));
    return difference(advantagesOf(plugin, params, shifted), advantagesOf(plugin, params, input));
  },

  'sums-to-zero': (plugin, params, seed) => {
    const input = randomTrajectories(plugin, seed);
    const advantages = advantagesOf(plugin, params, input);
    const sums = new Map<number, number>();
    input.trajectories.forEach(({ group }, i) => sums.set(group, (sums.get(group) ?? 0) + advantages[i][0]));
    const wrong = [...sums].find(([, sum]) => !(Math.abs(sum) < 1e-9));
    return wrong ? `group ${wrong[0]} adds up to ${wrong[1]}` : null;
  },

  linear: (plugin, params, seed) => {
    const input = withoutValues(randomTrajectories(plugin, seed));
    const other = randomTrajectories(plugin, seed + 1).trajectories.map(({ rewards }) => rewards);
    const more = (i: number, t: number) => other[i % other.length][t % other[i % other.length].length];
    const first = advantagesOf(plugin, params, input);
    const second = advantagesOf(plugin, params, withRewards(input, ({ rewards }, i) => rewards.map((_, t) => more(i, t))));
    const both = advantagesOf(plugin, params, withRewards(input, ({ rewards }, i) => rewards.map((r, t) => r + more(i, t))));
    return difference(both, first.map((steps, i) => steps.map((x, t) => x + second[i][t])));
  },
};

/** Whether the extra outputs or the padding depend on what scratch arrays held before. */
export const poisonedBuffers: Check = (plugin, params, seed) => {
  const batch = importBatch(randomTrajectories(plugin, seed, { degenerate: seed % 2 === 1 }));
  const clean = estimateBatch(plugin, params, batch);
  const poisoned = estimateBatch(plugin, params, batch, (size) => new Float64Array(size).fill(NaN));
  const wrong = Array.from(poisoned.advantage).findIndex((x, k) => x !== clean.advantage[k]);
  if (wrong >= 0) return `cell ${wrong} is ${poisoned.advantage[wrong]} instead of ${clean.advantage[wrong]}`;
  for (const name of Object.keys(plugin.outputs)) {
    const [a, b] = [JSON.stringify(poisoned[name]), JSON.stringify(clean[name])];
    if (a !== b) return `${name} is ${a} instead of ${b}`;
  }
  for (let i = 0; i < batch.nTraj; i++) {
    for (let t = batch.length[i]; t < batch.maxLen; t++) {
      if (clean.advantage[i * batch.maxLen + t] !== 0) return `padding of trajectory ${i} holds ${clean.advantage[i * batch.maxLen + t]}`;
    }
  }
  return null;
};

/** Whether an input column was written to. */
export const mutatedInputs: Check = (plugin, params, seed) => {
  const batch = importBatch(randomTrajectories(plugin, seed));
  const columns = columnsFor(plugin, params, batch);
  const before = structuredClone(columns);
  plugin.estimate(columns as never, params as never, { buffer: freshBuffer, state: undefined, iteration: 0, detail: true });
  return JSON.stringify(before) === JSON.stringify(columns) ? null : 'a column was changed';
};
