import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sigmoid } from '../../src/core/math/elementary';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { openEngine } from '../../src/engine/open-engine';
import { fitRewardModels, orderedAsLabelled, preferenceLoss, stateActionFeatures } from '../../src/engine/reward-model';
import { simulatePreferences } from '../../src/engine/simulated-person';
import { createTsEngine } from '../../src/engine/ts-engine';
import { relativeDistance } from './reference-network';
import { fitRewardModel, type RewardModelData } from '../support/fit-reward-model';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

/** 12 rows (4 states × 3 actions) with a hidden true reward each, and trajectories of 3 to 6 random rows. */
function world(pairs: number, person = { temperature: 0.1, flipRate: 0 }, nTraj = 400) {
  const [states, actions, maxLen] = [4, 3, 6];
  const stream = mixSeed(99, 1);
  const below = (n: number) => Math.floor(nextUniform(stream) * n);
  const rowState = Uint32Array.from({ length: states * actions }, (_, r) => Math.floor(r / actions));
  const rowAction = Uint32Array.from({ length: states * actions }, (_, r) => r % actions);
  const truth = Float64Array.from(rowState, () => 2 * nextUniform(stream) - 1);
  const length = Int32Array.from({ length: nTraj }, () => 3 + below(4));
  const row = Uint32Array.from({ length: nTraj * maxLen }, () => below(12));
  const utility = Float64Array.from(length, (steps, i) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += truth[row[i * maxLen + t]];
    return sum;
  });
  const oneHot = Float32Array.from({ length: states * states }, (_, k) => Number(Math.floor(k / states) === k % states));
  const data: RewardModelData = {
    ...stateActionFeatures({ width: states, data: oneHot }, rowState, rowAction, actions),
    row,
    maxLen,
    length,
    train: simulatePreferences(utility, pairs, person, 1),
  };
  return { data, truth, utility, heldOut: { ...data, train: simulatePreferences(utility, 500, person, 2) } };
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (x: Float64Array) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((x, i) => {
    ab += (x - ma) * (b[i] - mb);
    aa += (x - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

describe('the Bradley–Terry reward model', () => {
  test('its gradient per row is that of its loss, by central differences', () => {
    const { data, truth } = world(40);
    const weight = Float64Array.from({ length: 40 }, (_, k) => (k % 3) / 2);
    const gradient = new Float64Array(12);
    preferenceLoss(truth, data, weight, gradient);
    const numeric = truth.map((centre, r) => {
      const at = (value: number) => preferenceLoss(truth.with(r, value), data, weight, new Float64Array(12));
      return (at(centre + 1e-5) - at(centre - 1e-5)) / 2e-5;
    });
    expect(relativeDistance(gradient, numeric)).toBeLessThan(1e-8);
  });

  test('a model without knowledge has loss log 2', () => {
    const { data } = world(40);
    expect(preferenceLoss(new Float64Array(12), data, new Float64Array(40).fill(1), new Float64Array(12))).toBeCloseTo(Math.LN2, 14);
  });

  test('learns what the person wants from 400 pairs, and less from 10', async () => {
    const many = world(400);
    const model = await fitRewardModel(createTsEngine(), many.data, { seed: 5 });
    expect(correlation(model.reward, many.truth)).toBeGreaterThan(0.97);
    const accuracy = orderedAsLabelled(model.reward, many.heldOut);
    expect(accuracy).toBeGreaterThan(0.93);
    expect(model.loss).toHaveLength(150);
    expect(model.loss.at(-1)!).toBeLessThan(0.3 * model.loss[0]);
    const few = await fitRewardModel(createTsEngine(), world(10).data, { seed: 5 });
    expect(orderedAsLabelled(few.reward, many.heldOut)).toBeLessThan(accuracy - 0.05);
  });

  test('is scaled to returns of standard deviation 1, without a shift', async () => {
    const { data } = world(100);
    const { reward } = await fitRewardModel(createTsEngine(), data, { seed: 5, epochs: 40 });
    const returns = [...data.length].map((steps, i) => data.row.subarray(i * 6, i * 6 + steps).reduce((sum, r) => sum + reward[r], 0));
    const mean = returns.reduce((a, b) => a + b, 0) / returns.length;
    expect(returns.reduce((sum, x) => sum + (x - mean) ** 2, 0) / returns.length).toBeCloseTo(1, 10);
  });

  test('repeats bit by bit on the TypeScript engine, and another seed is another model', async () => {
    const { data } = world(60);
    const [a, b, c] = await Promise.all([7, 7, 8].map((seed) => fitRewardModel(createTsEngine(), data, { seed, epochs: 30 })));
    expect(a).toEqual(b);
    expect(a.reward).not.toEqual(c.reward);
  });

  test('WASM follows the same loss curve as TypeScript, an ensemble included', async () => {
    const { data } = world(80);
    const wasm = await openEngine('wasm', { wasmBinaries });
    const options = { seed: 3, epochs: 25, members: 4 };
    const [a, b] = [await fitRewardModel(wasm, data, options), await fitRewardModel(createTsEngine(), data, options)];
    expect(relativeDistance(a.loss, b.loss)).toBeLessThan(1e-5);
    expect(relativeDistance(a.reward, b.reward)).toBeLessThan(1e-3);
    expect(relativeDistance(a.spread, b.spread)).toBeLessThan(1e-2);
  });

  test('an ensemble is the mean and spread of networks that each saw a bootstrap sample, beside one that saw every pair', async () => {
    const { data } = world(20);
    const single = await fitRewardModel(createTsEngine(), data, { seed: 3, epochs: 60 });
    const ensemble = await fitRewardModel(createTsEngine(), data, { seed: 3, epochs: 60, members: 5 });
    expect(ensemble.single).toEqual(single.reward);
    expect(single.single).toEqual(single.reward);
    expect(single.spread).toEqual(new Float64Array(12));
    expect(Math.min(...ensemble.spread)).toBeGreaterThan(0.01);
    expect(ensemble.reward).not.toEqual(single.reward);
    // A trajectory's mean return is the sum of its rows' means; its spread is no more than the sum of their spreads.
    data.length.forEach((steps, i) => {
      const rows = [...data.row.subarray(i * 6, i * 6 + steps)];
      expect(ensemble.returns.mean[i]).toBeCloseTo(rows.reduce((sum, r) => sum + ensemble.reward[r], 0), 10);
      expect(ensemble.returns.spread[i]).toBeLessThanOrEqual(rows.reduce((sum, r) => sum + ensemble.spread[r], 0) + 1e-12);
    });
  });

  test('several people fitted as one population learn what each learns alone', async () => {
    const [a, b] = [world(20).data, world(35, { temperature: 0.1, flipRate: 0.3 }).data];
    const options = { seed: 3, epochs: 20, members: 3 };
    const shares: number[] = [];
    const together = await fitRewardModels(createTsEngine(), a, [a, b], [4, 9], { ...options, progress: (share) => shares.push(share) });
    expect(together[0]).toEqual(await fitRewardModel(createTsEngine(), a, { ...options, learner: 4 }));
    expect(together[1]).toEqual(await fitRewardModel(createTsEngine(), b, { ...options, learner: 9 }));
    expect(shares).toHaveLength(20);
    expect(shares.at(-1)).toBe(1);
  });

  test('refuses to fit nothing', async () => {
    await expect(fitRewardModel(createTsEngine(), world(0).data, { seed: 1 })).rejects.toThrow('at least one labelled pair');
  });
});

describe('the simulated person', () => {
  const utility = Float64Array.of(0, 1);

  test('prefers with probability σ(ΔU / β), flipped labels included', () => {
    for (const [temperature, flipRate] of [[0.5, 0], [1, 0.3]]) {
      const { first, prefersFirst } = simulatePreferences(utility, 20_000, { temperature, flipRate }, 4);
      let better = 0;
      first.forEach((i, k) => (better += Number((i === 1) === (prefersFirst[k] === 1))));
      const p = sigmoid(1 / temperature) * (1 - flipRate) + (1 - sigmoid(1 / temperature)) * flipRate;
      // Standard error 0.0035 at most.
      expect(Math.abs(better / 20_000 - p)).toBeLessThan(0.012);
    }
  });

  test('never compares a trajectory with itself, and asks every pair alike', () => {
    const { first, second } = simulatePreferences(new Float64Array(4), 24_000, { temperature: 1, flipRate: 0 }, 4);
    const seen = new Map<string, number>();
    first.forEach((i, k) => seen.set(`${i}-${second[k]}`, (seen.get(`${i}-${second[k]}`) ?? 0) + 1));
    expect(seen.size).toBe(12);
    for (const count of seen.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
    expect([0, 1, 2, 3].some((i) => seen.has(`${i}-${i}`))).toBe(false);
  });

  test('gives the same first labels however many are asked for', () => {
    const person = { temperature: 1, flipRate: 0.1 };
    const [short, long] = [simulatePreferences(utility, 10, person, 4), simulatePreferences(utility, 50, person, 4)];
    expect(long.prefersFirst.subarray(0, 10)).toEqual(short.prefersFirst);
    expect(() => simulatePreferences(utility, 1, { temperature: 0, flipRate: 0 }, 4)).toThrow('temperature is 0');
    expect(() => simulatePreferences(Float64Array.of(1), 1, person, 4)).toThrow('needs two trajectories');
  });
});

test('state–action features give every action weights of its own', () => {
  const { inputs, features } = stateActionFeatures({ width: 2, data: Float32Array.of(1, 2, 3, 4) }, Uint32Array.of(1, 0), Uint32Array.of(0, 1), 2);
  expect(inputs).toBe(8);
  expect([...features]).toEqual([3, 4, 1, 0, 3, 4, 0, 0, 1, 2, 0, 1, 0, 0, 1, 2]);
});
