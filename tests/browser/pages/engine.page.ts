import { allPlugins } from '../../../src/core/all-plugins';
import { loadPreset } from '../../../src/core/experiment/presets';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { TableScenario } from '../../../src/core/contracts/scenario';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { softmaxRow } from '../../../src/core/math/elementary';
import { EngineLostError, type Engine, type EngineName, type NetworkShape } from '../../../src/engine/engine';
import { openEngine } from '../../../src/engine/open-engine';
import { createOptimiser } from '../../../src/engine/optimiser';
import { METRICS, type RolloutCheckResult } from '../../../src/worker/protocol';
import { Training } from '../../../src/worker/training-loop';
import { problem, uniform, type Problem } from '../../engine/reference-network';
import { transformerProblem } from '../../engine/reference-transformer';
import { expose } from './expose';

const wasmBinaries = new URL('wasm/', document.baseURI).href;
const open = (name: EngineName) => openEngine(name, { wasmBinaries });

export interface Evaluation {
  readonly adapter: string;
  readonly isEmulated: boolean;
  readonly logits: number[];
  readonly gradient: number[];
}

async function evaluateOn(engine: Engine, { shape, features, parameters, dLogits }: Problem): Promise<Evaluation> {
  const network = await engine.create(shape, features);
  network.setParameters(parameters);
  const logits = [...(await network.forward())];
  const gradient = [...(await network.vjp(dLogits))];
  network.dispose();
  return { adapter: engine.adapter, isEmulated: engine.isEmulated, logits, gradient };
}

/** One forward and one vjp of the same problem on each engine, all in this page. */
async function evaluate(shape: NetworkShape, rows: number): Promise<Record<EngineName, Evaluation>> {
  const engines = await Promise.all([open('ts'), open('wasm'), open('webgpu')]);
  const given = problem(shape, rows, 17);
  // Interleaved on purpose: TensorFlow.js has one current backend, which every call must make its own.
  const [ts, wasm, webgpu] = await Promise.all(engines.map((engine) => evaluateOn(engine, given)));
  engines.forEach((engine) => engine.dispose());
  return { ts, wasm, webgpu };
}

/** Trains every member to a fixed random label per row, by Adam on cross-entropy: the mean loss of every iteration. */
async function learningCurve(name: EngineName, shape: NetworkShape, rows: number, iterations: number): Promise<number[]> {
  const engine = await open(name);
  const { features, parameters, dLogits: scores } = problem(shape, rows, 23);
  const network = await engine.create(shape, features);
  const optimiser = createOptimiser({ kind: 'adam', learningRate: 0.01 }, parameters.length);
  const { outputs, population } = shape;
  const cells = population * rows;
  const label = Array.from({ length: rows }, (_, r) => (scores[r] > 0 ? 0 : 1));
  const dLogits = new Float32Array(cells * outputs);
  const curve: number[] = [];
  for (let k = 0; k < iterations; k++) {
    network.setParameters(parameters);
    const logits = Float64Array.from(await network.forward());
    const probability = new Float64Array(logits.length);
    let loss = 0;
    for (let cell = 0; cell < cells; cell++) {
      const from = cell * outputs;
      loss += softmaxRow(logits, from, outputs, probability) - logits[from + label[cell % rows]];
      for (let o = 0; o < outputs; o++) dLogits[from + o] = (probability[from + o] - Number(o === label[cell % rows])) / rows;
    }
    curve.push(loss / cells);
    optimiser.step(parameters, await network.vjp(dLogits));
  }
  engine.dispose();
  return curve;
}

/** The numbers of tensors seen after each of `iterations` iterations, and before and after the network's life. */
async function tensorsOver(iterations: number): Promise<{ during: number[]; before: number; after: number }> {
  const engine = await open('webgpu');
  const { tensorCount } = await import('../../../src/engine/tfjs-engine');
  const before = tensorCount();
  const given = problem({ inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population: 4 }, 64, 29);
  const network = await engine.create(given.shape, given.features);
  const during: number[] = [];
  for (let k = 0; k < iterations; k++) {
    network.setParameters(given.parameters);
    await network.forward();
    await network.vjp(given.dLogits);
    during.push(tensorCount());
  }
  network.dispose();
  const after = tensorCount();
  engine.dispose();
  return { during, before, after };
}

/** Dispatches and read-backs of one whole iteration, once everything is compiled: as the GPU's own methods are called, and as the engine says. */
async function workPerIteration(population: number): Promise<Record<'called' | 'told', { dispatches: number; readBacks: number }>> {
  const given = problem({ inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population }, 64, 37);
  const engine = await open('webgpu');
  const network = await engine.create(given.shape, given.features);
  const iteration = async () => {
    network.setParameters(given.parameters);
    await network.forward();
    await network.vjp(given.dLogits);
  };
  await iteration();
  const before = engine.use!();
  const counts = { dispatches: 0, readBacks: 0 };
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  const { mapAsync } = GPUBuffer.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...size) {
    counts.dispatches += 1;
    return dispatchWorkgroups.apply(this, size);
  };
  GPUBuffer.prototype.mapAsync = function (...range) {
    counts.readBacks += 1;
    return mapAsync.apply(this, range);
  };
  await iteration();
  Object.assign(GPUComputePassEncoder.prototype, { dispatchWorkgroups });
  Object.assign(GPUBuffer.prototype, { mapAsync });
  const after = engine.use!();
  engine.dispose();
  return { called: counts, told: { dispatches: after.dispatches - before.dispatches, readBacks: after.readBacks - before.readBacks } };
}

/** Destroys the device in mid-run; says what the engine reports, and whether a fresh one computes the same again. */
async function loseDevice(): Promise<{ reason: string; rejections: string[]; mentions: boolean; isSameAfterwards: boolean }> {
  const devices: GPUDevice[] = [];
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  const given = problem({ inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population: 1 }, 64, 31);
  const engine = await open('webgpu');
  const network = await engine.create(given.shape, given.features);
  network.setParameters(given.parameters);
  const logits = [...(await network.forward())];
  const inFlight = network.vjp(given.dLogits);
  devices.forEach((device) => device.destroy());
  const outcome = (attempt: Promise<unknown>) => attempt.then(() => 'resolved', (error: Error) => error);
  const errors = [await outcome(inFlight), await outcome(network.forward())];
  const reason = await engine.lost;
  engine.dispose();
  const again = await open('webgpu');
  const fresh = await evaluateOn(again, given);
  again.dispose();
  GPUAdapter.prototype.requestDevice = requestDevice;
  return {
    reason,
    rejections: errors.map((error) => (error instanceof EngineLostError ? error.name : String(error))),
    mentions: errors.every((error) => error instanceof EngineLostError && error.message.includes(reason)),
    isSameAfterwards: fresh.logits.length > 0 && fresh.logits.every((logit, k) => logit === logits[k]),
  };
}

export interface Played {
  readonly found: readonly { readonly steps: number; readonly differing: number }[];
  /** What the engine counted meanwhile. */
  readonly dispatches: number;
  readonly checkDispatches: number;
}

/** Batches of a scenario under a random policy, played by the core and by the kernel; `shift` moves the kernel's thresholds. */
async function playOnDevice(scenario: string, nTraj: number, shift: number): Promise<Played> {
  const plugin = allPlugins().get('scenario', scenario) as TableScenario;
  const table = plugin.table(completeParameters(plugin.params, {}).values as never);
  const logits = Float64Array.from(uniform(table.S * table.A, 2, 5));
  const { threshold } = softmaxPolicy(logits, table.S, table.A);
  const engine = await open('webgpu');
  const kernel = await engine.createRollout!(table);
  const results: { steps: number; differing: number }[] = [];
  for (const iteration of [0, 3]) {
    const options = { nTraj, groupSize: 1, seed: 7, learner: 2, iteration };
    results.push(await kernel.compare(threshold.map((word) => (word < 0xffffffff - shift ? word + shift : word)), options, rollout(table, threshold, options)));
  }
  const { dispatches, checkDispatches } = engine.use!();
  engine.dispose();
  return { found: results, dispatches, checkDispatches };
}

/** A transformer over a forest of prefixes on each engine. */
async function evaluateTransformer(states: number): Promise<Record<EngineName, Pick<Evaluation, 'logits' | 'gradient'>>> {
  const { shape, prefix, parameters, dLogits } = transformerProblem({ width: 16, layers: 1, heads: 2 }, states, 3);
  const all = Uint32Array.from({ length: states }, (_, state) => state);
  const on = async (name: EngineName) => {
    const engine = await open(name);
    const network = await engine.createTransformer(shape, prefix, all);
    network.setParameters(parameters);
    const logits = [...(await network.forward())];
    const gradient = [...(await network.vjp(dLogits))];
    engine.dispose();
    return { logits, gradient };
  };
  return { ts: await on('ts'), wasm: await on('wasm'), webgpu: await on('webgpu') };
}

export interface LosingRun {
  readonly engine: string;
  /** What the rollout kernel found, where there is one. */
  readonly rollout: RolloutCheckResult | null;
  readonly notices: readonly string[];
  /** Parameters of all learners at the end. */
  readonly parameters: readonly number[];
  readonly iterations: number;
  /** Mean return of each learner's batch, by iteration. */
  readonly curve: readonly number[];
  /** Read-backs and dispatches of each iteration, without those of checks. */
  readonly readBacks: readonly number[];
  readonly dispatches: readonly number[];
}

/** Trains two schemes on an engine, with a checkpoint every fourth iteration, and destroys the device in use after each of these iterations. */
async function trainLosing(iterations: number, losses: readonly number[], name: EngineName = 'webgpu', withCritics = false): Promise<LosingRun> {
  const devices: GPUDevice[] = [];
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    devices.push(device);
    return device;
  };
  const { spec } = (await loadPreset(withCritics ? 'key-door-gae' : 'boat-race'))!;
  const notices: string[] = [];
  const training = await Training.start(
    {
      ...spec,
      schemes: spec.schemes.slice(0, 2),
      training: {
        ...spec.training,
        policy: { kind: 'mlp', hidden: [8], activation: 'tanh' },
        optimiser: 'adam',
        learningRate: 0.05,
        engine: name,
        iterations,
        seeds: { first: 0, count: 1 },
        ...(withCritics && { critic: { kind: 'network' as const, learningRate: 0.02 } }),
      },
    },
    { plugins: allPlugins(), now: () => performance.now(), checkpointInterval: 4, wasmBinaries, notice: (code, message) => notices.push(`${code}: ${message}`) },
  );
  let done = 0;
  const curve: number[] = [];
  const readBacks: number[] = [];
  const dispatches: number[] = [];
  for (;;) {
    const before = training.device;
    const report = await training.iterate();
    if (!report) break;
    done += 1;
    report.learners.forEach((_, k) => curve.push(report.metrics[k * METRICS.length + METRICS.indexOf('proxy')]));
    readBacks.push((training.device?.readBacks ?? 0) - (before?.readBacks ?? 0));
    dispatches.push((training.device?.dispatches ?? 0) - (before?.dispatches ?? 0));
    if (losses.includes(done)) devices.at(-1)!.destroy();
  }
  GPUAdapter.prototype.requestDevice = requestDevice;
  await training.settle();
  const parameters = training.learners.flatMap((learner) => [...learner.parameters, ...(learner.criticNetwork?.parameters ?? [])]);
  const engine = training.engine.name;
  const rollout = training.device?.rollout ?? null;
  training.dispose();
  return { engine, rollout, notices, parameters, iterations: done, curve, readBacks, dispatches };
}

/** What a person reads where WebGPU is there and no adapter is. */
async function withoutAdapter(): Promise<string> {
  const requestAdapter = GPU.prototype.requestAdapter;
  GPU.prototype.requestAdapter = async () => null;
  const message = await open('webgpu').then(() => 'opened', (error: Error) => `${error.name}: ${error.message}`);
  GPU.prototype.requestAdapter = requestAdapter;
  return message;
}

expose({ playOnDevice, evaluateTransformer, trainLosing, evaluate, learningCurve, tensorsOver, workPerIteration, loseDevice, withoutAdapter });
