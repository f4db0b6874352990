import { describe, expect, test } from 'vitest';
import type { NetworkShape } from '../../src/engine/engine';
import { relativeDistance } from '../engine/reference-network';
import { call, withTestPage } from './harness';
import type { Evaluation, LosingRun, Played } from './pages/engine.page';

const shape: NetworkShape = { inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population: 1 };

describe('the three engines in one page', () => {
  test('agree to 1e-5 on logits and gradient, alone and as a population, and WebGPU really runs', async () => {
    await withTestPage('engine', async (page) => {
      for (const given of [shape, { ...shape, population: 4 }]) {
        const seen = await call<Record<'ts' | 'wasm' | 'webgpu', Evaluation>>(page, 'evaluate', given, 64);
        expect(seen.ts.logits).toHaveLength(given.population * 64 * 4);
        for (const name of ['wasm', 'webgpu'] as const) {
          expect(relativeDistance(seen[name].logits, seen.ts.logits), `${name} logits`).toBeLessThan(1e-5);
          expect(relativeDistance(seen[name].gradient, seen.ts.gradient), `${name} gradient`).toBeLessThan(1e-5);
        }
        expect(seen.webgpu.logits, 'WebGPU sums in an order of its own').not.toEqual(seen.ts.logits);
        expect(seen.webgpu.adapter).toMatch(seen.webgpu.isEmulated ? /emulated on the CPU$/ : /^[^,]+$/);
        expect(seen.wasm.adapter).toBe('WASM SIMD');
        expect(seen.ts.adapter).toBe('TypeScript, this core');
      }
    });
  });

  test.each(['relu', 'gelu'] as const)('%s networks agree as well', async (activation) => {
    await withTestPage('engine', async (page) => {
      const seen = await call<Record<'ts' | 'wasm' | 'webgpu', Evaluation>>(page, 'evaluate', { ...shape, activation }, 64);
      for (const name of ['wasm', 'webgpu'] as const) {
        expect(relativeDistance(seen[name].logits, seen.ts.logits), `${name} logits`).toBeLessThan(1e-5);
        expect(relativeDistance(seen[name].gradient, seen.ts.gradient), `${name} gradient`).toBeLessThan(1e-5);
      }
    });
  });

  test('agree on a transformer over prefixes', async () => {
    await withTestPage('engine', async (page) => {
      const seen = await call<Record<'ts' | 'wasm' | 'webgpu', Pick<Evaluation, 'logits' | 'gradient'>>>(page, 'evaluateTransformer', 12);
      for (const name of ['wasm', 'webgpu'] as const) {
        expect(relativeDistance(seen[name].logits, seen.ts.logits), `${name} logits`).toBeLessThan(1e-5);
        expect(relativeDistance(seen[name].gradient, seen.ts.gradient), `${name} gradient`).toBeLessThan(1e-5);
      }
    });
  });

  test('learn along the same curve', async () => {
    await withTestPage('engine', async (page) => {
      const curve = await Promise.all((['ts', 'wasm', 'webgpu'] as const).map((name) => call<number[]>(page, 'learningCurve', name, { ...shape, population: 2 }, 64, 40)));
      const [ts, wasm, webgpu] = curve;
      expect(ts.at(-1)!).toBeLessThan(0.6 * ts[0]);
      expect(relativeDistance(wasm, ts)).toBeLessThan(1e-5);
      expect(relativeDistance(webgpu, ts)).toBeLessThan(1e-5);
    });
  });
});

describe('the rollout kernel', () => {
  test('plays the very trajectories of TypeScript, also where outcomes are drawn, and is seen to differ where it does', async () => {
    await withTestPage('engine', async (page) => {
      for (const scenario of ['boat-race', 'frozen-lake', 'key-door']) {
        const { found, ...counted } = await call<Played>(page, 'playOnDevice', scenario, 100, 0);
        expect(counted, 'checks are no part of training').toEqual({ dispatches: 0, checkDispatches: found.length });
        for (const { steps, differing } of found) {
          expect(steps, scenario).toBeGreaterThan(300);
          expect(differing, scenario).toBe(0);
        }
      }
      const shifted = await call<Played>(page, 'playOnDevice', 'boat-race', 100, 200_000_000);
      expect(shifted.found[0].differing).toBeGreaterThan(50);
    });
  });
});

describe('the WebGPU engine', () => {
  test('holds as many tensors after 50 iterations as after one', async () => {
    await withTestPage('engine', async (page) => {
      const { during, before, after } = await call<{ during: number[]; before: number; after: number }>(page, 'tensorsOver', 50);
      expect(during).toHaveLength(50);
      expect(new Set(during).size).toBe(1);
      expect(after).toBe(before);
    });
  });

  test('needs 19 dispatches and two read-backs for a forward and a vjp, whatever the population, and counts them itself', async () => {
    await withTestPage('engine', async (page) => {
      for (const population of [1, 32]) {
        const { called, told } = await call<Record<'called' | 'told', { dispatches: number; readBacks: number }>>(page, 'workPerIteration', population);
        expect(called).toEqual({ dispatches: 19, readBacks: 2 });
        expect(told).toEqual(called);
        expect(told.dispatches, 'the goal for any population').toBeLessThanOrEqual(40);
      }
    });
  });

  test('reports a destroyed device, rejects every call, and a new one takes over', async () => {
    await withTestPage('engine', async (page) => {
      const seen = await call<{ reason: string; rejections: string[]; mentions: boolean; isSameAfterwards: boolean }>(page, 'loseDevice');
      expect(seen.reason).not.toBe('');
      expect(seen.rejections).toEqual(['EngineLostError', 'EngineLostError']);
      expect(seen.mentions, 'both name the reason').toBe(true);
      expect(seen.isSameAfterwards).toBe(true);
    });
  });

  test('a run lies on the curve of TypeScript, with one read-back and as many dispatches an iteration, two read-backs where it makes a checkpoint', async () => {
    await withTestPage('engine', async (page) => {
      const ts = await call<LosingRun>(page, 'trainLosing', 20, [], 'ts');
      const webgpu = await call<LosingRun>(page, 'trainLosing', 20, []);
      expect(webgpu).toMatchObject({ engine: 'webgpu', notices: [], iterations: 20 });
      expect(ts.curve).toHaveLength(40);
      expect(ts.curve.at(-1)!).toBeGreaterThan(ts.curve[1] + 0.1);
      expect(relativeDistance(webgpu.curve, ts.curve)).toBeLessThan(1e-5);
      expect(relativeDistance(webgpu.parameters, ts.parameters)).toBeLessThan(1e-4);
      expect(webgpu.readBacks).toEqual(webgpu.readBacks.map((_, k) => (k > 0 && k % 4 === 0 ? 2 : 1)));
      expect(new Set(webgpu.dispatches)).toEqual(new Set([12]));
    });
  });

  test('critics that are networks are evaluated and read back with the policies, and outlive a destroyed device with them', async () => {
    await withTestPage('engine', async (page) => {
      const ts = await call<LosingRun>(page, 'trainLosing', 7, [], 'ts', true);
      const whole = await call<LosingRun>(page, 'trainLosing', 7, [], 'webgpu', true);
      const once = await call<LosingRun>(page, 'trainLosing', 7, [6], 'webgpu', true);
      // The first iteration makes one network after the other; the fifth makes a checkpoint of both.
      expect(whole.readBacks).toEqual([2, 1, 1, 1, 2, 1, 1]);
      expect(relativeDistance(whole.parameters, ts.parameters)).toBeLessThan(1e-4);
      expect(once.notices).toHaveLength(1);
      expect(once.parameters).toEqual(whole.parameters);
      expect(once.curve).toEqual(whole.curve);
    });
  });

  test('training outlives a destroyed device without losing an iteration: the same bits on a new one, then on WASM to 1e-5 at first', async () => {
    await withTestPage('engine', async (page) => {
      const whole = await call<LosingRun>(page, 'trainLosing', 11, []);
      const once = await call<LosingRun>(page, 'trainLosing', 11, [7]);
      const twice = await call<LosingRun>(page, 'trainLosing', 11, [2, 9]);
      expect(whole).toMatchObject({ engine: 'webgpu', notices: [], iterations: 11 });
      expect(once).toMatchObject({ engine: 'webgpu', iterations: 11 });
      expect(whole.rollout).toMatchObject({ checks: 2, differing: 0 });
      expect(whole.rollout!.steps).toBeGreaterThan(100);
      expect(once.notices).toHaveLength(1);
      expect(once.notices[0]).toMatch(/^device-lost: The WebGPU device was lost \(.+\)\. Training continued on a new WebGPU device from the last checkpoint, as if nothing had happened: the 3 iterations since then are computed again\.$/);
      expect(once.parameters).toEqual(whole.parameters);
      expect(once.curve).toEqual(whole.curve);
      expect(twice).toMatchObject({ engine: 'wasm', iterations: 11 });
      expect(twice.notices).toHaveLength(2);
      expect(twice.notices[1]).toMatch(/Training continued in WASM from the last checkpoint, and agrees with the run before to 1e-5 at first: the iteration since then is computed again\.$/);
      expect(relativeDistance(twice.parameters, whole.parameters)).toBeLessThan(1e-3);
    });
  });

  test('says so where there is no adapter', async () => {
    await withTestPage('engine', async (page) => {
      expect(await call(page, 'withoutAdapter')).toBe('EngineUnavailableError: No WebGPU adapter in this browser.');
    });
  });
});
