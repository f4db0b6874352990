/** What a forward and a vjp cost on each engine that runs in Node, beside the same gradient by TensorFlow.js's own tape. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import type { NetworkShape } from '../../src/engine/engine';
import { measureEngine } from '../../src/engine/measure-engine';
import { layersOf } from '../../src/engine/network-shape';
import { openEngine } from '../../src/engine/open-engine';
import { quantile, type SpeedRow } from './speed-row';
import { wasmBinaries } from './wasm-files';

const BUDGET = 600;

export async function networkBench(): Promise<SpeedRow[]> {
  const [ts, wasm] = [await openEngine('ts'), await openEngine('wasm', { wasmBinaries })];
  const rows: SpeedRow[] = [];
  for (const [hidden, S] of [[[16], 32], [[64, 64], 256], [[64, 64], 4096], [[128, 128], 256]] as const) {
    const shape: NetworkShape = { inputs: 16, hidden, outputs: 5, activation: 'tanh', population: 1 };
    const name = `forward + vjp, 16-${hidden.join('-')}-5, S=${S.toLocaleString('en')}`;
    const tape = await tapeMilliseconds(shape, S);
    const own = await measureEngine(ts, shape, S, BUDGET);
    const other = await measureEngine(wasm, shape, S, BUDGET);
    rows.push(
      { name: `${name}: autodiff, TensorFlow.js on WASM`, value: tape, unit: 'ms' },
      { name: `${name}: ${ts.adapter}`, value: own, unit: 'ms', ratios: [{ times: tape / own, than: 'autodiff' }] },
      { name: `${name}: ${wasm.adapter}`, value: other, unit: 'ms', ratios: [{ times: tape / other, than: 'autodiff' }, { times: own / other, than: 'TypeScript' }] },
    );
  }
  return rows;
}

/** Median of one taped gradient of Σ logits · dLogits with its read-back: how it is done without an engine of one's own. */
async function tapeMilliseconds(shape: NetworkShape, rows: number): Promise<number> {
  await tf.setBackend('wasm');
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
  const end = performance.now() + BUDGET;
  do {
    const start = performance.now();
    const parts = gradient(weights);
    await Promise.all(parts.map((part) => part.data()));
    times.push(performance.now() - start);
    tf.dispose(parts);
  } while (performance.now() < end || times.length < 6);
  tf.dispose([features, dLogits, ...weights]);
  return quantile(times.slice(Math.min(5, times.length - 1)), 0.5);
}
