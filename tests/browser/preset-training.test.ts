import { describe, expect, test } from 'vitest';
import { relativeDistance } from '../engine/reference-network';
import { call, withTestPage } from './harness';
import type { PresetRun } from './pages/preset-training.page';

describe('the transformer that was trained before, as its preset ships it', () => {
  test('moves on WebGPU as it does on TypeScript', async () => {
    await withTestPage('preset-training', async (page) => {
      // Plain gradient steps: Adam divides by the gradient's own size, and where that is at the level of rounding its steps turn.
      const training = { optimiser: 'sgd', learningRate: 0.1, trajectories: 8, groupSize: 8, iterations: 2, seeds: { first: 0, count: 1 } };
      const ts = await call<PresetRun>(page, 'trainPreset', 'token-transformer', 'ts', training);
      const webgpu = await call<PresetRun>(page, 'trainPreset', 'token-transformer', 'webgpu', training);
      expect([ts.engine, webgpu.engine]).toEqual(['ts', 'webgpu']);
      expect(webgpu.adapter).toMatch(/\S/);
      expect(webgpu.dispatches).toBeGreaterThan(100);
      expect(webgpu.readBacks).toBeGreaterThan(2);
      expect(webgpu.started).toEqual(ts.started);
      const moved = (run: PresetRun) => run.parameters.map((x, k) => x - run.started[k]);
      expect(Math.max(...moved(ts).map(Math.abs)), 'there is something to compare').toBeGreaterThan(1e-3);
      // Of the largest movement; parameters of size 1 are rounded to 6e-8 of themselves at every step.
      expect(relativeDistance(moved(webgpu), moved(ts))).toBeLessThan(1e-3);
    });
  });
});

describe('the ensemble of reward models, as its preset ships it', () => {
  test('is fitted on WebGPU to the reward that TypeScript learns, and moves its policies as there', async () => {
    await withTestPage('preset-training', async (page) => {
      const training = { iterations: 3, seeds: { first: 0, count: 2 }, rewardModel: { pairs: 10, flipRate: 0, temperature: 0.1, stepCost: 0.01, members: 2, perSeed: true } };
      const cautious = 3;
      const ts = await call<PresetRun>(page, 'trainPreset', 'reward-model-ensemble', 'ts', training, cautious);
      const webgpu = await call<PresetRun>(page, 'trainPreset', 'reward-model-ensemble', 'webgpu', training, cautious);
      expect([ts.learned!.engine, webgpu.learned!.engine, webgpu.engine]).toEqual(['ts', 'webgpu', 'webgpu']);
      expect(new Set(ts.learned!.reward.map((x) => x.toFixed(3))).size, 'rewards differ by row').toBeGreaterThan(20);
      expect(relativeDistance(webgpu.learned!.reward, ts.learned!.reward)).toBeLessThan(1e-3);
      const moved = (run: PresetRun) => run.parameters.map((x, k) => x - run.started[k]);
      expect(Math.max(...moved(ts).map(Math.abs)), 'there is something to compare').toBeGreaterThan(1e-3);
      expect(relativeDistance(moved(webgpu), moved(ts))).toBeLessThan(1e-2);
    });
  });
});
