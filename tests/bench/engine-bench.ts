/**
 * What a forward and a vjp cost on each engine that runs in Node, beside the same gradient by
 * TensorFlow.js's own tape. WebGPU is measured in the browser.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { Engine, NetworkShape } from '../../src/engine/engine';
import { measureEngine } from '../../src/engine/measure-engine';
import { layersOf } from '../../src/engine/network-shape';
import { openEngine } from '../../src/engine/open-engine';
import type { SpeedRow } from './core-speed';
import { measurePeerLoop } from './peer-loop';

const shape: NetworkShape = { inputs: 16, hidden: [64, 64], outputs: 5, activation: 'tanh', population: 1 };

export const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

export async function engineBench(): Promise<SpeedRow[]> {
  const rows: SpeedRow[] = [];
  const engines: readonly Engine[] = [await openEngine('ts'), await openEngine('wasm', { wasmBinaries })];
  for (const [S, population] of [[256, 1], [256, 8], [4096, 1]]) {
    for (const engine of engines) {
      const value = await measureEngine(engine, { ...shape, population }, S, 1000);
      rows.push({ name: `forward + vjp, 16-64-64-5, S=${S}, population=${population}, ${engine.adapter}`, value, unit: 'ms' });
    }
  }
  for (const backend of ['wasm', 'cpu']) rows.push({ name: `the same gradient by autodiff, S=256, population=1, TensorFlow.js ${backend}`, value: await tapeMilliseconds(backend, 256), unit: 'ms' });
  rows.push(...(await measurePeerLoop('wasm')));
  return rows;
}

/** Median of one taped gradient of Σ logits · dLogits with its read-back: how it is done without an engine of one's own. */
async function tapeMilliseconds(backend: string, rows: number): Promise<number> {
  await tf.setBackend(backend);
  const features = tf.randomUniform([rows, shape.inputs]);
  const dLogits = tf.randomUniform([rows, shape.outputs]);
  const weights = layersOf(shape).flatMap(({ inputs, outputs }) => [tf.randomNormal([inputs, outputs], 0, 0.1), tf.zeros([outputs])]);
  const gradient = tf.grads((...given: tf.Tensor[]) => {
    let x: tf.Tensor = features;
    for (let l = 0; l < given.length; l += 2) {
      const sum = tf.add(tf.matMul(x, given[l]), given[l + 1]);
      x = l + 2 < given.length ? tf.tanh(sum) : sum;
    }
    return tf.sum(tf.mul(x, dLogits));
  });
  const times: number[] = [];
  for (let k = 0; k < 40; k++) {
    const start = performance.now();
    const parts = gradient(weights);
    await Promise.all(parts.map((part) => part.data()));
    times.push(performance.now() - start);
    tf.dispose(parts);
  }
  tf.dispose([features, dLogits, ...weights]);
  return times.slice(5).sort((a, b) => a - b)[17];
}
