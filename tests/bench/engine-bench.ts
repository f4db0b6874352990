/**
 * What a forward and a vjp cost on each engine that runs in Node, beside the same gradient by
 * TensorFlow.js's own tape. WebGPU is measured in the browser.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { allPlugins } from '../../src/core/all-plugins';
import type { TableScenario } from '../../src/core/contracts/scenario';
import { loadPreset } from '../../src/core/experiment/presets';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import type { Engine, NetworkShape } from '../../src/engine/engine';
import { initialParameters } from '../../src/engine/initial-parameters';
import { initialTransformer } from '../../src/engine/transformer-shape';
import { Training } from '../../src/worker/training-loop';
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
  // Small networks on a small table: overhead is most of the time, and one population saves it.
  for (const population of [1, 32]) {
    for (const engine of engines) {
      const value = await measureEngine(engine, { ...shape, hidden: [16], population }, 32, 500);
      rows.push({ name: `forward + vjp, 16-16-5, S=32, population=${population}, ${engine.adapter}`, value, unit: 'ms' });
    }
  }
  for (const [S, population] of [[32, 1], [32, 8], [32, 32], [256, 1], [256, 8], [256, 32], [4096, 1]]) {
    for (const engine of engines) {
      const value = await measureEngine(engine, { ...shape, population }, S, 1000);
      rows.push({ name: `forward + vjp, 16-64-64-5, S=${S}, population=${population}, ${engine.adapter}`, value, unit: 'ms' });
    }
  }
  for (const [hidden, S] of [[[8], 12], [[16], 32], [[64, 64], 32], [[64, 64], 256]] as const) {
    rows.push({ name: `population of 32 beside 32 single learners, 16-${hidden.join('-')}-5, S=${S}, ${engines[1].adapter}`, value: await populationGain(engines[1], { ...shape, hidden }, S), unit: '×' });
  }
  rows.push(...(await transformerBench(engines)));
  for (const backend of ['wasm', 'cpu']) rows.push({ name: `the same gradient by autodiff, S=256, population=1, TensorFlow.js ${backend}`, value: await tapeMilliseconds(backend, 256), unit: 'ms' });
  rows.push(...(await measurePeerLoop('wasm')));
  return rows;
}

/**
 * How many times sooner a population of 32 is done than one network used 32 times. They take turns of
 * equal work, and the fourth shortest of 25 is compared, which what else runs here disturbs least.
 */
async function populationGain(engine: Engine, shape: NetworkShape, rows: number): Promise<number> {
  const features = new Float32Array(rows * shape.inputs).map((_, i) => ((i * 7) % 13) / 13 - 0.5);
  const open = async (population: number) => {
    const given = { ...shape, population };
    const network = await engine.create(given, features);
    const parameters = initialParameters(given, 1, { outputVariance: 1 / shape.outputs });
    const dLogits = new Float32Array(population * rows * shape.outputs).map((_, i) => ((i * 5) % 11) / 11 - 0.4);
    const round = async () => {
      network.setParameters(parameters);
      await network.forward();
      await network.vjp(dLogits);
    };
    return { network, round };
  };
  const [single, population] = [await open(1), await open(32)];
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 25; turn++) {
    const start = performance.now();
    for (let k = 0; k < 32; k++) await single.round();
    const between = performance.now();
    await population.round();
    times[0].push(between - start);
    times[1].push(performance.now() - between);
  }
  single.network.dispose();
  population.network.dispose();
  const [apart, together] = times.map((list) => list.sort((a, b) => a - b)[3]);
  return apart / together;
}

/** The transformer of the token scenario on the states that a batch of 64 responses visits, and in TypeScript on all of its 16,369 states. */
async function transformerBench([ts, wasm]: readonly Engine[]): Promise<SpeedRow[]> {
  const { plugins, table, visited } = tokenBatch();
  const prefix = table.prefix!;
  const shape = { width: 32, layers: 2, heads: 4, outputs: table.A, symbols: prefix.symbols, depth: prefix.depth, population: 1 };
  const parameters = initialTransformer(shape, 1);
  const size = `transformer d=32, 2 layers, 4 heads`;
  const rows: SpeedRow[] = [];
  for (const engine of [ts, wasm]) {
    const network = await engine.createTransformer(shape, prefix, visited);
    const dLogits = new Float32Array(visited.length * table.A).fill(0.1);
    const round = async (k: number) => {
      // Other parameters each time, as in training: what was kept of the last ones is of no use.
      parameters[0] = k;
      network.setParameters(parameters);
      await network.forward();
      await network.vjp(dLogits);
    };
    rows.push({ name: `${size}, forward + vjp on ${visited.length} visited states, ${engine.adapter}`, value: await median(9, round), unit: 'ms' });
    network.dispose();
  }
  const whole = await ts.createTransformer(shape, prefix, Uint32Array.from({ length: table.S }, (_, s) => s));
  const evaluate = async (k: number) => {
    parameters[0] = k;
    whole.setParameters(parameters);
    await whole.forward();
  };
  rows.push({ name: `${size}, forward on all ${table.S} states, ${ts.adapter}`, value: await median(3, evaluate), unit: 'ms' });
  const preset = (await loadPreset('token-cold'))!;
  const training = await Training.start(
    {
      ...preset.spec,
      schemes: preset.spec.schemes.slice(0, 1),
      training: { ...preset.spec.training, policy: { kind: 'transformer', width: 32, layers: 2, heads: 4 }, optimiser: 'adam', learningRate: 0.001, engine: 'ts', seeds: { first: 0, count: 1 } },
    },
    { plugins, now: () => performance.now() },
  );
  const iteration = await median(40, async () => void (await training.iterate()));
  training.dispose();
  rows.push({ name: `${size}, complete iteration of 64 responses, ${ts.adapter}`, value: 1000 / iteration, unit: 'iterations/s' });
  return rows;
}

/** The states that the first batch of the token scenario visits. */
function tokenBatch() {
  const plugins = allPlugins();
  const token = plugins.get('scenario', 'token') as TableScenario;
  const table = token.table({ base: 'cold' } as never);
  const { threshold } = softmaxPolicy(new Float64Array(table.S * table.A), table.S, table.A);
  const { row, maxLen, length } = rollout(table, threshold, { nTraj: 64, groupSize: 8, seed: 0, learner: 0, iteration: 0 });
  const visited = new Set<number>();
  length.forEach((count, i) => {
    for (let t = 0; t < count; t++) visited.add(table.rowState[row[i * maxLen + t]]);
  });
  return { plugins, table, visited: Uint32Array.from(visited) };
}

async function median(rounds: number, round: (k: number) => Promise<void>): Promise<number> {
  await round(-1);
  const times: number[] = [];
  for (let k = 0; k < rounds; k++) {
    const start = performance.now();
    await round(k);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
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
