import type { Engine, Network, NetworkShape } from '../../../src/engine/engine';
import { openEngine } from '../../../src/engine/open-engine';
import { createOptimiser, type OptimiserSpec } from '../../../src/engine/optimiser';
import { problem, uniform } from '../../engine/reference-network';
import { transformerProblem } from '../../engine/reference-transformer';
import { expose } from './expose';

const open = () => openEngine('webgpu');

interface Given {
  readonly parameters: Float32Array;
  readonly members: number;
  readonly create: (engine: Engine) => Promise<Network>;
  /** dLogits of step k. */
  readonly dLogits: (k: number) => Float32Array;
}

function mlp(shape: NetworkShape, rows: number): Given {
  const { features, parameters, dLogits } = problem(shape, rows, 41);
  return { parameters, members: shape.population, create: (engine) => engine.create(shape, features), dLogits: (k) => uniform(dLogits.length, 1, 43, k) };
}

function transformer(): Given {
  const { shape, prefix, parameters, dLogits } = transformerProblem({ width: 16, layers: 2, heads: 2 }, 12, 3);
  const states = Uint32Array.from({ length: 12 }, (_, state) => state);
  return { parameters, members: shape.population, create: (engine) => engine.createTransformer(shape, prefix, states), dLogits: (k) => uniform(dLogits.length, 1, 47, k) };
}

export interface Descended {
  /** Of each step: the greatest difference of a parameter from TypeScript's, from the device's own last state and from TypeScript's, over its magnitude and the move's. */
  readonly perStep: readonly number[];
  readonly together: readonly number[];
  readonly moments: number;
  /** Whether logits and gradient after the steps are the bits of a network that is given the same parameters. */
  readonly isSameNetwork: boolean;
  readonly parameters: readonly number[];
}

/** Steps of a population by the kernel, each beside one of TypeScript along the same gradient. `specs` go round the members. */
async function descendBeside(kind: NetworkShape | 'transformer', specs: readonly OptimiserSpec[], steps: number): Promise<Descended> {
  const engine = await open();
  const given = kind === 'transformer' ? transformer() : mlp(kind, 64);
  const network = await given.create(engine);
  const P = network.parameterCount;
  const optimisers = Array.from({ length: given.members }, (_, m) => createOptimiser(specs[m % specs.length], P));
  const local = optimisers.map((_, m) => createOptimiser(specs[m % specs.length], P));
  const flat = given.parameters.slice();
  let device: Float32Array = given.parameters.slice();
  const perStep: number[] = [];
  const together: number[] = [];
  let moments = 0;
  network.setParameters(device);
  network.descent!.setMoments(...momentsOf(optimisers));
  for (let k = 0; k < steps; k++) {
    const dLogits = given.dLogits(k);
    await network.forward();
    const gradient = (await network.vjp(dLogits)).slice();
    network.descent!.descend(dLogits, optimisers.map((optimiser) => optimiser.nextStep()));
    const before = device;
    const held = await network.descent!.read();
    device = held.parameters;
    const again = before.slice();
    let near = 0;
    let far = 0;
    for (let m = 0; m < given.members; m++) {
      const own = (x: Float32Array) => x.subarray(m * P, (m + 1) * P);
      // The kernel's step from where it stood, and TypeScript's from where TypeScript stands.
      optimisers[m].step(own(again), own(gradient));
      local[m].step(own(flat), own(gradient));
      near = Math.max(near, distance(own(device), own(again)));
      far = Math.max(far, distance(own(device), own(flat)));
      const { first, second } = optimisers[m].save();
      if (first.length > 0) moments = Math.max(moments, distance(own(held.first), first), distance(own(held.second), second));
    }
    perStep.push(near);
    together.push(far);
  }
  const [logits, gradient] = [[...(await network.forward())], [...(await network.vjp(given.dLogits(0)))]];
  network.setParameters(device);
  const again = [[...(await network.forward())], [...(await network.vjp(given.dLogits(0)))]];
  engine.dispose();
  return { perStep, together, moments, isSameNetwork: logits.every((x, k) => x === again[0][k]) && gradient.every((x, k) => x === again[1][k]), parameters: [...device] };
}

function momentsOf(optimisers: readonly ReturnType<typeof createOptimiser>[]): [Float32Array, Float32Array] {
  const states = optimisers.map((optimiser) => optimiser.save());
  return [Float32Array.from(states.flatMap(({ first }) => [...first])), Float32Array.from(states.flatMap(({ second }) => [...second]))];
}

/** max |a − b| / max |b| over a member. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = 0;
  let scale = 0;
  for (let k = 0; k < b.length; k++) {
    most = Math.max(most, Math.abs(a[k] - b[k]));
    scale = Math.max(scale, Math.abs(b[k]));
  }
  return most / scale;
}

const small: NetworkShape = { inputs: 6, hidden: [16, 16], outputs: 4, activation: 'tanh', population: 3 };
const adam: OptimiserSpec = { kind: 'adam', learningRate: 0.01 };

/** Five Adam steps of three members; says what they hold afterwards. `edit` may change dLogits, `inBuffer` hands them over on the device. */
async function fiveSteps(edit: (dLogits: Float32Array, k: number) => void, inBuffer = false): Promise<Float32Array> {
  const engine = await open();
  const given = mlp(small, 57);
  const network = await given.create(engine);
  const optimisers = Array.from({ length: 3 }, () => createOptimiser(adam, network.parameterCount));
  network.setParameters(given.parameters);
  network.descent!.setMoments(...momentsOf(optimisers));
  for (let k = 0; k < 5; k++) {
    const dLogits = given.dLogits(k);
    edit(dLogits, k);
    await network.forward();
    network.descent!.descend(inBuffer ? await bufferOf(dLogits) : dLogits, optimisers.map((optimiser) => optimiser.nextStep()));
    optimisers.forEach((optimiser) => optimiser.countStep());
  }
  const { parameters } = await network.descent!.read();
  engine.dispose();
  return parameters;
}

/** A buffer of the device in use with these numbers in it. */
async function bufferOf(data: Float32Array): Promise<GPUBuffer> {
  const { backend } = await import('@tensorflow/tfjs-core');
  const { device } = backend() as unknown as { device: GPUDevice };
  const buffer = device.createBuffer({ size: data.byteLength, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, data as Float32Array<ArrayBuffer>);
  return buffer;
}

/** Whether steps repeat to the bit, also along dLogits that are on the device. */
async function repeats(): Promise<{ again: boolean; fromBuffer: boolean }> {
  const plain = await fiveSteps(() => {});
  return { again: same(await fiveSteps(() => {}), plain), fromBuffer: same(await fiveSteps(() => {}, true), plain) };
}

const same = (a: Float32Array, b: Float32Array) => a.every((x, k) => Object.is(x, b[k]));

export interface Spoiled {
  /** Share of numbers of each member that are finite: parameters after NaN or too large dLogits of the middle one, logits after NaN parameters of it. */
  readonly parameters: readonly number[];
  readonly overflown: readonly number[];
  readonly logits: readonly number[];
  /** Whether the others have the bits that they have without it. */
  readonly othersSame: boolean;
}

/** What a number that is none in the middle one of three members does to the others, whose neighbour it is. */
async function spoil(): Promise<Spoiled> {
  const plain = await fiveSteps(() => {});
  const third = plain.length / 3;
  const finite = (x: Float32Array) => [0, 1, 2].map((m) => x.subarray((m * x.length) / 3, ((m + 1) * x.length) / 3).filter(Number.isFinite).length / (x.length / 3));
  const at = (value: number) => (dLogits: Float32Array, k: number) => {
    if (k === 3) dLogits[dLogits.length / 3 + 5] = value;
  };
  const parameters = await fiveSteps(at(NaN));
  const overflown = await fiveSteps(at(1e38));
  const engine = await open();
  const given = mlp(small, 57);
  const network = await given.create(engine);
  network.setParameters(given.parameters);
  const right = (await network.forward()).slice();
  network.setParameters(given.parameters.map((x, k) => (k === third + 3 ? NaN : x)));
  const logits = (await network.forward()).slice();
  engine.dispose();
  const others = (x: Float32Array, y: Float32Array) => [0, 2].every((m) => same(x.subarray((m * x.length) / 3, ((m + 1) * x.length) / 3), y.subarray((m * y.length) / 3, ((m + 1) * y.length) / 3)));
  return {
    parameters: finite(parameters),
    overflown: finite(overflown),
    logits: finite(logits),
    othersSame: others(parameters, plain) && others(overflown, plain) && others(logits, right),
  };
}

/** Dispatches and read-backs of one iteration whose step is made on the device: as the GPU's own methods are called, and as the engine says. */
async function workOfDescent(population: number): Promise<Record<'called' | 'told', { dispatches: number; readBacks: number }>> {
  const engine = await open();
  const given = mlp({ ...small, population }, 64);
  const network = await given.create(engine);
  const optimisers = Array.from({ length: population }, () => createOptimiser(adam, network.parameterCount));
  network.setParameters(given.parameters);
  network.descent!.setMoments(...momentsOf(optimisers));
  const iteration = async () => {
    await network.forward();
    network.descent!.descend(given.dLogits(0), optimisers.map((optimiser) => optimiser.nextStep()));
  };
  await iteration();
  const before = engine.use!();
  const called = { dispatches: 0, readBacks: 0 };
  const { dispatchWorkgroups } = GPUComputePassEncoder.prototype;
  const { mapAsync } = GPUBuffer.prototype;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...size) {
    called.dispatches += 1;
    return dispatchWorkgroups.apply(this, size);
  };
  GPUBuffer.prototype.mapAsync = function (...range) {
    called.readBacks += 1;
    return mapAsync.apply(this, range);
  };
  await iteration();
  Object.assign(GPUComputePassEncoder.prototype, { dispatchWorkgroups });
  Object.assign(GPUBuffer.prototype, { mapAsync });
  const after = engine.use!();
  engine.dispose();
  return { called, told: { dispatches: after.dispatches - before.dispatches, readBacks: after.readBacks - before.readBacks } };
}

/** Tensors and bytes after each of `iterations` iterations with a step on the device. */
async function heldOver(iterations: number): Promise<readonly string[]> {
  const engine = await open();
  const given = mlp(small, 64);
  const network = await given.create(engine);
  const optimisers = Array.from({ length: 3 }, () => createOptimiser(adam, network.parameterCount));
  network.setParameters(given.parameters);
  const seen: string[] = [];
  for (let k = 0; k < iterations; k++) {
    await network.forward();
    network.descent!.descend(given.dLogits(k), optimisers.map((optimiser) => optimiser.nextStep()));
    const { tensors, bytes, pool } = engine.use!();
    seen.push(`${tensors} tensors, ${bytes} bytes, ${pool} bytes with the pool`);
  }
  engine.dispose();
  return seen;
}

expose({ descendBeside, repeats, spoil, workOfDescent, heldOver });
