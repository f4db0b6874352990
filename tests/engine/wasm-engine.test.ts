import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBackend } from '@tensorflow/tfjs-core';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm';
import { describe, expect, test } from 'vitest';
import type { Engine, NetworkShape } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { tensorCount } from '../../src/engine/tfjs-engine';
import { problem, relativeDistance, type Problem } from './reference-network';

const package_ = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
const wasmBinaries = `${join(dirname(package_), 'dist')}/`;
const shape: NetworkShape = { inputs: 6, hidden: [12, 9], outputs: 4, activation: 'tanh', population: 1 };

async function run(engine: Engine, { shape, features, parameters, dLogits }: Problem) {
  const network = await engine.create(shape, features);
  network.setParameters(parameters);
  const logits = (await network.forward()).slice();
  const gradient = (await network.vjp(dLogits)).slice();
  network.dispose();
  return { logits, gradient };
}

describe('TensorFlow.js on WebAssembly, beside the TypeScript engine', () => {
  test.each([
    ['one network', shape],
    ['a population of 4', { ...shape, population: 4 }],
    ['a population of 3 wide ones, multiplied one by one', { ...shape, hidden: [64, 40], population: 3 }],
    ['ReLU', { ...shape, activation: 'relu', population: 2 }],
    ['GELU, four layers', { ...shape, hidden: [12, 9, 10, 7], activation: 'gelu', population: 2 }],
    ['no hidden layer', { ...shape, hidden: [] }],
  ] satisfies [string, NetworkShape][])('%s: logits and gradient agree to 1e-5', async (_name, given) => {
    const p = problem(given, 50, 3);
    const [wasm, ts] = [await openEngine('wasm', { wasmBinaries }), await openEngine('ts')];
    expect(wasm.adapter).toMatch(/^WASM/);
    const [a, b] = [await run(wasm, p), await run(ts, p)];
    expect(relativeDistance(a.logits, b.logits)).toBeLessThan(1e-5);
    expect(relativeDistance(a.gradient, b.gradient)).toBeLessThan(1e-5);
  });

  test('a population with more activations than fit a cache is computed in groups, and agrees to 1e-5', async () => {
    const p = problem({ ...shape, hidden: [64], population: 3 }, 1000, 8);
    const [a, b] = [await run(await openEngine('wasm', { wasmBinaries }), p), await run(await openEngine('ts'), p)];
    expect(relativeDistance(a.logits, b.logits)).toBeLessThan(1e-5);
    expect(relativeDistance(a.gradient, b.gradient)).toBeLessThan(1e-5);
  });

  test('a second vjp after one forward uses its own dLogits', async () => {
    const p = problem(shape, 20, 4);
    const network = await (await openEngine('wasm', { wasmBinaries })).create(shape, p.features);
    network.setParameters(p.parameters);
    await network.forward();
    const once = (await network.vjp(p.dLogits)).slice();
    const twice = (await network.vjp(p.dLogits.map((x) => 2 * x))).slice();
    expect(relativeDistance(twice, once.map((x) => 2 * x))).toBeLessThan(1e-6);
    network.dispose();
  });

  test('leaves no tensor behind, over 50 iterations and after disposal, of small and wide members', async () => {
    const engine = await openEngine('wasm', { wasmBinaries });
    const before = tensorCount();
    for (const [hidden, activation] of [[[12, 9], 'tanh'], [[64, 40], 'tanh'], [[12, 9], 'gelu']] as const) {
      const p = problem({ ...shape, hidden, activation, population: 2 }, 30, 5);
      const network = await engine.create(p.shape, p.features);
      const counts = new Set<number>();
      for (let k = 0; k < 50; k++) {
        network.setParameters(p.parameters);
        await network.forward();
        await network.vjp(p.dLogits);
        counts.add(tensorCount());
      }
      expect(counts.size).toBe(1);
      network.dispose();
      expect(tensorCount()).toBe(before);
    }
  });

  test.each([['small', [4]], ['wide enough to be multiplied one by one', [32, 20]]] as const)('2,000 iterations of %s members leave tensors, bytes and the heap as they were', async (_name, hidden) => {
    const engine = await openEngine('wasm', { wasmBinaries });
    const p = problem({ ...shape, hidden, population: 2 }, 8, 6);
    const network = await engine.create(p.shape, p.features);
    const held = () => {
      const { tensors, bytes } = engine.use!();
      return { tensors, bytes, heap: ((findBackend('wasm') as BackendWasm).wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length };
    };
    const iterate = async (times: number) => {
      for (let k = 0; k < times; k++) {
        network.setParameters(p.parameters);
        await network.forward();
        await network.vjp(p.dLogits);
      }
    };
    await iterate(10);
    const before = held();
    expect(before.tensors).toBeGreaterThan(0);
    await iterate(2000);
    expect(held()).toEqual(before);
    network.dispose();
  });

  test('says what is missing', async () => {
    await expect(openEngine('wasm')).rejects.toThrow('not part of this build');
    await expect(openEngine('webgpu')).rejects.toThrow('There is no WebGPU here.');
    const engine = await openEngine('wasm', { wasmBinaries });
    const p = problem(shape, 4, 1);
    const network = await engine.create(shape, p.features);
    await expect(network.forward()).rejects.toThrow('Call setParameters first.');
    network.setParameters(p.parameters);
    await expect(network.vjp(p.dLogits)).rejects.toThrow('Call forward first.');
    network.dispose();
  });
});
