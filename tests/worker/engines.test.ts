import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingSpec } from '../../src/core/experiment/spec';
import { EngineLostError, EngineUnavailableError, type Engine, type EngineName } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec } from './small-spec';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

const mlp = (engine: TrainingSpec['engine']): Partial<TrainingSpec> => ({
  policy: { kind: 'mlp', hidden: [12], activation: 'tanh' },
  optimiser: 'adam',
  learningRate: 0.02,
  iterations: 25,
  engine,
});

async function successes(engine: TrainingSpec['engine']) {
  const training = await Training.start(await smallSpec('boat-race', ['sparse', 'dense'], mlp(engine)), { ...deps, wasmBinaries });
  const curve: number[] = [];
  for (let report = await training.iterate(); report; report = await training.iterate()) {
    for (let k = 0; k < 4; k++) curve.push(report.metrics[k * METRICS.length + METRICS.indexOf('success')]);
  }
  const snapshot = await training.recall(1, 10);
  training.dispose();
  return { curve, training, snapshot };
}

/** The TypeScript engine under another name, whose device goes at the n-th vjp. */
async function losing(name: EngineName, vjps: number): Promise<Engine> {
  const inner = await openEngine('ts');
  let left = vjps;
  return {
    ...inner,
    name,
    async create(shape, features) {
      const network = await inner.create(shape, features);
      return {
        shape,
        rows: network.rows,
        parameterCount: network.parameterCount,
        setParameters: (flat) => network.setParameters(flat),
        forward: () => network.forward(),
        vjp: (dLogits) => (left-- > 0 ? network.vjp(dLogits) : Promise.reject(new EngineLostError(name, 'destroyed'))),
        dispose: () => network.dispose(),
      };
    },
  };
}

describe('training on other engines', () => {
  it('WASM learns the curve of TypeScript, to the same bits again, and a past policy is the one that was used', async () => {
    const ts = await successes('ts');
    const wasm = await successes('wasm');
    expect(wasm.training.engine.name).toBe('wasm');
    expect(Math.max(...wasm.curve.map((x, k) => Math.abs(x - ts.curve[k])))).toBeLessThan(1e-3);
    const again = await successes('wasm');
    expect(again.curve).toEqual(wasm.curve);
    expect(again.snapshot.logits).toEqual(wasm.snapshot.logits);
    expect(wasm.snapshot.iteration).toBe(10);
    wasm.snapshot.logits.forEach((x, k) => expect(Math.abs(x - ts.snapshot.logits[k])).toBeLessThan(1e-3));
  });

  it('goes on from the same parameters when devices are lost in the middle of updates: on a new device once, then on what is left', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], mlp('webgpu'));
    const notices: string[] = [];
    const opened: EngineName[] = [];
    const open = (name: EngineName) => {
      opened.push(name);
      if (name === 'wasm') throw new EngineUnavailableError('wasm', 'WebAssembly is blocked here.');
      return name === 'webgpu' ? losing('webgpu', 7) : openEngine(name);
    };
    const training = await Training.start(spec, { ...deps, open: async (name) => open(name), notice: (code, message) => notices.push(`${code}: ${message}`) });
    await advance(training);
    const undisturbed = await Training.start(await smallSpec('boat-race', ['sparse', 'dense'], mlp('ts')), deps);
    await advance(undisturbed);
    expect(opened).toEqual(['webgpu', 'webgpu', 'wasm', 'ts']);
    expect(notices).toEqual([
      'device-lost: The WebGPU device was lost (destroyed). Training continued on a new WebGPU device from the same parameters, as if nothing had happened.',
      'device-lost: The WebGPU device was lost (destroyed). Training continued in TypeScript from the same parameters, and agrees with the run before to 1e-5 at first.',
    ]);
    expect(training.engine).toEqual({ name: 'ts', words: 'TypeScript: the WebGPU device was lost, and training continued in TypeScript.' });
    expect(parametersOf(training)).toEqual(parametersOf(undisturbed));
  });

  it('falls back with a notice when the engine that was asked for cannot start', async () => {
    const spec = await smallSpec('boat-race', ['sparse'], mlp('webgpu'));
    const messages: string[] = [];
    const open = async (name: EngineName) => {
      if (name === 'webgpu') throw new EngineUnavailableError('webgpu', 'This browser offers no WebGPU adapter.');
      return openEngine(name);
    };
    const training = await Training.start(spec, { ...deps, open, notice: (_code, message) => messages.push(message) });
    expect(training.engine.name).toBe('ts');
    expect(messages).toEqual(['This browser offers no WebGPU adapter. Training runs in TypeScript instead, with the same results.']);
  });
});
