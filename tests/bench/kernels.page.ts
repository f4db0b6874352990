/** What `npm run bench` measures of the device's kernels, in the browser that has the device. */
import { allPlugins } from '../../src/core/all-plugins';
import { TableBatch } from '../../src/core/batch/table-batch';
import { Workspace } from '../../src/core/batch/workspace';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { emptyRollout, rollout } from '../../src/core/mdp/rollout';
import { aggregate, aggregateBuffer } from '../../src/core/scheme/aggregate';
import { compileScheme } from '../../src/core/scheme/compile-scheme';
import { EMPTY_SIDE, priceBatch } from '../../src/core/scheme/price-batch';
import { ReadBack, storageBuffer } from '../../src/engine/compute-kernel';
import { DeviceSignals } from '../../src/engine/device-signals';
import type { Network, NetworkShape } from '../../src/engine/engine';
import { findGpu } from '../../src/engine/gpu-adapter';
import { initialParameters } from '../../src/engine/initial-parameters';
import { openEngine } from '../../src/engine/open-engine';
import { createOptimiser } from '../../src/engine/optimiser';
import { signalPlan, type SignalPlan } from '../../src/engine/signal-plan';
import { randomWorld, schemeOf } from '../engine/priced-problem';
import { uniform } from '../engine/reference-network';

declare global {
  /** What this page offers to the bench. */
  var timeKernels: { signals(size: KernelSize): Promise<SignalTimes>; iteration(size: KernelSize): Promise<IterationTimes> };
}

export interface KernelSize {
  readonly S: number;
  readonly nTraj: number;
  readonly T: number;
}

const A = 5;
const GROUP = 16;
const REPEATS = 5;

/** A batch and two schemes of it: generalized advantages with V by state, and scores of groups. */
function setUp({ S, nTraj, T }: KernelSize) {
  const table = randomWorld(S, A, T);
  const { threshold } = softmaxPolicy(new Float64Array(S * A), S, A);
  const options = { nTraj, groupSize: GROUP, seed: 1, learner: 0, iteration: 0 };
  const value = Float64Array.from(uniform(S, 1, 2));
  const schemes = [schemeOf('gae', { gamma: 0.99, lambda: 0.95 }, { value: 'learned' }), schemeOf('grpo', {})].map((spec) => compileScheme(spec, allPlugins(), table));
  return { table, threshold, options, value, schemes, played: rollout(table, threshold, options) };
}

const plansOf = ({ schemes, table }: ReturnType<typeof setUp>) => schemes.map((scheme) => signalPlan(scheme, table, 0) as SignalPlan);

async function median(round: () => Promise<void> | void): Promise<number> {
  const times: number[] = [];
  for (let k = 0; k < REPEATS + 2; k++) {
    const start = performance.now();
    await round();
    if (k >= 2) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

export interface SignalTimes {
  readonly adapter: string;
  /** Milliseconds of pricing, both estimators and sums in TypeScript. */
  readonly typescript: number;
  /** The same by the kernels, until they are done; and until rewards, advantages and sums are read back. */
  readonly device: number;
  readonly readBack: number;
}

async function signals(size: KernelSize): Promise<SignalTimes> {
  const given = setUp(size);
  const { table, played, value, schemes } = given;
  const { nTraj } = size;
  const workspace = new Workspace();
  const sums = aggregateBuffer(table, nTraj);
  const typescript = await median(() => {
    for (const scheme of schemes) {
      workspace.releaseAll();
      const batch = new TableBatch(table, played, { buffer: workspace.buffer });
      const { advantage } = priceBatch(batch, scheme, { ...EMPTY_SIDE, rewardState: scheme.terms.map(() => undefined), value }, { buffer: workspace.buffer });
      aggregate(advantage, batch, played.row, table, sums);
    }
  });

  const gpu = (await findGpu())!;
  const device = await gpu.adapter.requestDevice();
  const { group } = new TableBatch(table, played);
  const kernels = new DeviceSignals(device, table, group, { learners: 2, nTraj, groups: group.count });
  kernels.setPlans(plansOf(given), [value, null]);
  // Rows and lengths of both learners, who meet the same batch.
  const on = storageBuffer(device, 8 * nTraj * (size.T + 2));
  for (const m of [0, 1]) {
    device.queue.writeBuffer(on, 4 * m * nTraj * size.T, played.row as Uint32Array<ArrayBuffer>);
    device.queue.writeBuffer(on, 4 * nTraj * (2 * size.T + m), played.length as Int32Array<ArrayBuffer>);
  }
  const back = new ReadBack(device, [kernels.reward, kernels.advantage, kernels.sums, kernels.largest]);
  const run = async (isRead: boolean) => {
    const encoder = device.createCommandEncoder();
    kernels.encode(encoder, on, 'training');
    if (isRead) back.encode(encoder);
    device.queue.submit([encoder.finish()]);
    await (isRead ? back.read() : device.queue.onSubmittedWorkDone());
  };
  const times = { adapter: gpu.name, typescript, device: await median(() => run(false)), readBack: await median(() => run(true)) };
  device.destroy();
  return times;
}

export interface IterationTimes {
  readonly adapter: string;
  /** Milliseconds of an iteration of both learners: in TypeScript; networks on the device and the rest in TypeScript; whole on the device. */
  readonly typescript: number;
  readonly networks: number;
  readonly device: number;
  readonly dispatches: number;
}

/** Forward, rollout, pricing without V, sums, dL/dlogits, backward and Adam, of both learners. */
async function iteration(size: KernelSize): Promise<IterationTimes> {
  const given = setUp(size);
  const { table, schemes, options } = given;
  const { S, nTraj } = size;
  const shape: NetworkShape = { inputs: table.features.width, hidden: [64, 64], outputs: A, activation: 'tanh', population: 2 };
  const flat = initialParameters(shape, 1, { outputVariance: 0.01 });
  const newOptimisers = () => [0, 1].map(() => createOptimiser({ kind: 'adam', learningRate: 0.001 }, flat.length / 2));

  const between = (forward: Float32Array, dLogits: Float32Array, scratch: ReturnType<typeof scratchFor>) => {
    schemes.forEach((scheme, m) => {
      scratch.workspace.releaseAll();
      const logits = Float64Array.from(forward.subarray(m * S * A, (m + 1) * S * A));
      const { threshold, probability } = softmaxPolicy(logits, S, A);
      const played = rollout(table, threshold, options, scratch.rollout);
      const batch = new TableBatch(table, played, { buffer: scratch.workspace.buffer });
      const { advantage } = priceBatch(batch, scheme, { ...EMPTY_SIDE, rewardState: scheme.terms.map(() => undefined), value: new Float64Array(S) }, { buffer: scratch.workspace.buffer });
      aggregate(advantage, batch, played.row, table, scratch.sums);
      gradient(scratch.sums, probability, dLogits.subarray(m * S * A, (m + 1) * S * A));
    });
  };
  const scratchFor = () => ({ workspace: new Workspace(), rollout: emptyRollout(size.T, nTraj, GROUP), sums: aggregateBuffer(table, nTraj) });
  const loop = async (network: Network): Promise<number> => {
    const own = flat.slice();
    const dLogits = new Float32Array(2 * S * A);
    const optimisers = newOptimisers();
    const scratch = scratchFor();
    network.setParameters(own);
    return median(async () => {
      between(await network.forward(), dLogits, scratch);
      if (network.descent) return network.descent.descend(dLogits, optimisers.map(stepOf));
      const moved = await network.vjp(dLogits);
      optimisers.forEach((optimiser, m) => optimiser.step(own.subarray((m * flat.length) / 2, ((m + 1) * flat.length) / 2), moved.subarray((m * flat.length) / 2, ((m + 1) * flat.length) / 2)));
      network.setParameters(own);
    });
  };

  const ts = await openEngine('ts');
  const typescript = await loop(await ts.create(shape, table.features.data));
  const webgpu = await openEngine('webgpu');
  const networks = await loop(await webgpu.create(shape, table.features.data));

  const network = await webgpu.create(shape, table.features.data);
  network.setParameters(flat);
  const optimisers = newOptimisers();
  const { group } = new TableBatch(table, given.played);
  const whole = await webgpu.createIteration!(table, new Float64Array(S * A), group, { learners: 2, nTraj, groups: group.count });
  whole.setPlans(plansOf(given), [null, null]);
  let rounds = 0;
  const before = webgpu.use!().dispatches;
  const device = await median(async () => {
    rounds += 1;
    await whole.iterate(network, [options, options], optimisers.map(stepOf));
  });
  const dispatches = (webgpu.use!().dispatches - before) / rounds;
  whole.dispose();
  webgpu.dispose();
  return { adapter: webgpu.adapter, typescript, networks, device, dispatches };
}

function stepOf(optimiser: ReturnType<typeof createOptimiser>) {
  const step = optimiser.nextStep();
  optimiser.countStep();
  return step;
}

/** dL/dlogits of REINFORCE from sums. */
function gradient({ S, A, nTraj, positive, negative }: ReturnType<typeof aggregateBuffer>, probability: Float64Array, out: Float32Array): void {
  for (let s = 0; s < S; s++) {
    let total = 0;
    for (let k = s * A; k < (s + 1) * A; k++) total += positive[k] - negative[k];
    for (let k = s * A; k < (s + 1) * A; k++) out[k] = -(positive[k] - negative[k] - probability[k] * total) / nTraj;
  }
}

globalThis.timeKernels = { signals, iteration };
