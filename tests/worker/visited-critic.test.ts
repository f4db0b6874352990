/** Critic networks on a table of which only the visited states are evaluated. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { learnerStream, resolveExperiment, type Experiment } from '../../src/core/experiment/resolve';
import { readSpec, type ExperimentSpec, type TrainingSpec } from '../../src/core/experiment/spec';
import { evaluatePolicy, startValue } from '../../src/core/mdp/exact';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import type { Engine } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { createTsEngine } from '../../src/engine/ts-engine';
import { openFamily } from '../../src/worker/policy-family';
import { networksOf } from '../../src/worker/policy-network';
import { SurvivingEngine } from '../../src/worker/surviving-engine';
import { Training } from '../../src/worker/training-loop';
import { VisitedNetwork } from '../../src/worker/visited-network';
import { relativeDistance, uniform } from '../engine/reference-network';
import { advance, deps, parametersOf, smallSpec, withScheme } from './small-spec';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

const LAMBDA = 0.9;
/** Of finite differences: above the rounding of single precision, and small beside the kinks of ReLU. */
const STEP = 0.0005;
const mlp: TrainingSpec['policy'] = { kind: 'mlp', hidden: [12], activation: 'tanh' };
const transformer: TrainingSpec['policy'] = { kind: 'transformer', width: 16, layers: 1, heads: 2 };
const own: TrainingSpec['critic'] = { kind: 'network', learningRate: 0.01 };
const ownMlp: TrainingSpec['critic'] = { kind: 'network', learningRate: 0.01, mlp: { hidden: [8], activation: 'gelu' } };
const shared: TrainingSpec['critic'] = { kind: 'shared', weight: 0.5 };

const KINDS: readonly (readonly [string, TrainingSpec['policy'], TrainingSpec['critic']])[] = [
  ['an MLP beside an MLP', mlp, own],
  ['an output of an MLP', mlp, shared],
  ['a transformer beside a transformer', transformer, own],
  ['an MLP beside a transformer', transformer, ownMlp],
  ['an output of a transformer', transformer, shared],
];

async function gaeSpec(change: Partial<TrainingSpec>): Promise<ExperimentSpec> {
  const spec = await smallSpec('token-warm', ['out'], { optimiser: 'adam', learningRate: 0.003, engine: 'ts', seeds: { first: 3, count: 1 }, trajectories: 16, iterations: 8, ...change });
  return withScheme(spec, 0, { estimator: { id: 'gae', params: { gamma: 1, lambda: LAMBDA } }, value: 'learned' });
}

const start = async (change: Partial<TrainingSpec>, figures = false) => Training.start(await gaeSpec(change), { ...deps, wasmBinaries, figures, checkpointInterval: 3 });

let experiment: Experiment;
beforeAll(async () => {
  experiment = resolveExperiment(await gaeSpec({}), allPlugins());
});
const withNetworks = (policy: TrainingSpec['policy'], critic: TrainingSpec['critic']): Experiment => ({
  ...experiment,
  spec: { ...experiment.spec, training: { ...experiment.spec.training, policy, ...(critic && { critic }) } },
});

describe.each(KINDS)('a critic that is %s', (_name, policy, critic) => {
  it('says in the visited states what it says in all, to the bit, in what is replayed too', async () => {
    const training = await start({ policy, critic }, true);
    await advance(training, 5);
    const [{ critic: values, valueGradient }] = training.learners;
    const visited = [...valueGradient!.keys()].filter((s) => valueGradient![s] !== 0);
    expect(visited.length).toBeGreaterThan(20);
    const everywhere = (await training.recall(0, 4)).critic!;
    expect(everywhere.filter((x) => x !== 0).length).toBeGreaterThan(visited.length);
    for (const s of visited) expect(values![s], `state ${s}`).toBe(everywhere[s]);
    expect(visited.some((s) => Math.abs(values![s]) > 1e-3)).toBe(true);
  });

  it('has the gradient of its error, by finite differences, and on WASM to 1e-5', async () => {
    const networks = await networksOf(withNetworks(policy, critic));
    const kind = networks.critic ?? networks.policy;
    const at = networks.critic ? 0 : experiment.table.A;
    const first = networks.create(3);
    const from = Float32Array.from((networks.critic ? first.criticNetwork! : first).parameters);
    const noise = uniform(from.length, 0.2, 5, 1);
    const parameters = from.map((x, k) => x + noise[k]);
    // Prompts, and states along some sequences after them.
    const states = Uint32Array.from({ length: 40 }, (_, k) => (k * 397) % experiment.table.S);
    const target = uniform(states.length, 1, 6, 1);
    const open = (engine: Engine) => new VisitedNetwork(kind, new SurvivingEngine(engine, '', {}));
    const valuesOf = async (network: VisitedNetwork, flat: Float32Array) => {
      const values: number[] = [];
      await network.evaluate(flat, states, (_s, outputs, row) => values.push(outputs[row + at]));
      return values;
    };
    const gradientOf = (network: VisitedNetwork, values: readonly number[]) => {
      const outputs = at + 1;
      const d = new Float32Array(states.length * outputs);
      values.forEach((value, row) => (d[row * outputs + at] = (value - target[row]) / states.length));
      return network.gradient(parameters, states, d);
    };
    const ts = open(createTsEngine());
    const values = await valuesOf(ts, parameters);
    const gradient = (await gradientOf(ts, values)).slice();
    const loss = async (k: number, step: number) => {
      const moved = parameters.slice();
      moved[k] += step;
      return (await valuesOf(ts, moved)).reduce((sum, value, row) => sum + (value - target[row]) ** 2 / (2 * states.length), 0);
    };
    const spread = Array.from({ length: 40 }, (_, k) => Math.floor((k * gradient.length) / 40));
    const differences: number[] = [];
    for (const k of spread) differences.push(((await loss(k, STEP)) - (await loss(k, -STEP))) / (2 * STEP));
    expect(Math.max(...differences.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(relativeDistance(spread.map((k) => gradient[k]), differences)).toBeLessThan(1e-3);
    const wasm = open(await openEngine('wasm', { wasmBinaries }));
    const onWasm = await valuesOf(wasm, parameters);
    expect(relativeDistance(onWasm, values)).toBeLessThan(1e-5);
    expect(relativeDistance(await gradientOf(wasm, onWasm), gradient)).toBeLessThan(1e-5);
  });
});

/** One update as it is written down: GAE of a batch, the policy's gradient and the critic's, in every state. */
function plainUpdate(logits: Float64Array, values: Float64Array, iteration: number): { dLogits: Float64Array; dValues: Float64Array } {
  const { table, spec } = experiment;
  const { S, A } = table;
  const { trajectories: nTraj, groupSize } = spec.training;
  const { probability, threshold } = softmaxPolicy(logits, S, A);
  const { row, maxLen, length } = rollout(table, threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, iteration) });
  const steps = length.reduce((a, b) => a + b);
  const dLogits = new Float64Array(S * A);
  const dValues = new Float64Array(S);
  for (let i = 0; i < nTraj; i++) {
    let advantage = 0;
    let next = 0;
    for (let t = length[i] - 1; t >= 0; t--) {
      const r = row[i * maxLen + t];
      const s = table.rowState[r];
      advantage = table.metrics['success'][r] + next - values[s] + LAMBDA * advantage;
      next = values[s];
      for (let b = 0; b < A; b++) dLogits[s * A + b] -= (advantage / nTraj) * ((table.rowAction[r] === b ? 1 : 0) - probability[s * A + b]);
      dValues[s] -= advantage / steps;
    }
  }
  return { dLogits, dValues };
}

describe.each([KINDS[0], KINDS[1], KINDS[4]])('a learner whose critic is %s', (_name, policy, critic) => {
  it('learns what it learns when all states are evaluated', async () => {
    const change = { policy, critic, optimiser: 'sgd', learningRate: 0.5 } as const;
    const { S, A } = experiment.table;
    const networks = await networksOf(withNetworks(policy, critic));
    const engine = createTsEngine();
    const trunk = await networks.policy.create(engine, 1);
    const apart = networks.critic && (await networks.critic.create(engine, 1));
    const learner = networks.create(3);
    const sgd = (parameters: Float32Array, gradient: Float32Array) => gradient.forEach((g, k) => (parameters[k] -= 0.5 * g));
    const parameters = Float32Array.from(learner.parameters);
    const width = trunk.shape.outputs;
    for (let iteration = 0; iteration < 3; iteration++) {
      trunk.setParameters(parameters);
      const out = (await trunk.forward()).slice();
      const logits = Float64Array.from({ length: S * A }, (_, k) => networks.policy.base[k] + out[Math.floor(k / A) * width + (k % A)]);
      apart?.setParameters(learner.criticNetwork!.parameters as Float32Array);
      const values = Float64Array.from(apart ? await apart.forward() : Float32Array.from({ length: S }, (_, s) => out[s * width + A]));
      const { dLogits, dValues } = plainUpdate(logits, values, iteration);
      const d = Float32Array.from(out, (_, k) => (k % width < A ? dLogits[Math.floor(k / width) * A + (k % width)] : 0.5 * dValues[Math.floor(k / width)]));
      sgd(parameters, await trunk.vjp(d));
      if (apart) learner.criticNetwork!.optimiser.step(learner.criticNetwork!.parameters, await apart.vjp(Float32Array.from(dValues)));
    }
    const training = await start(change);
    await advance(training, 3);
    expect(relativeDistance(training.learners[0].parameters, parameters)).toBeLessThan(1e-6);
    if (apart) expect(relativeDistance(training.learners[0].criticNetwork!.parameters, learner.criticNetwork!.parameters)).toBeLessThan(1e-5);
  });
});

describe('learners with critic networks', () => {
  it('are moved by V in states where the policy is at rest', async () => {
    const resting = withNetworks(mlp, shared);
    const { table, spec } = resting;
    const learning = { ...resting, spec: { ...spec, training: { ...spec.training, optimiser: 'sgd', learningRate: 0.5 } } } as const;
    const family = await openFamily(learning, 1);
    const learner = family.create(3);
    const before = Float32Array.from(learner.parameters);
    const states = Uint32Array.from([5, 900, 12_000]);
    const dValues = new Float64Array(table.S);
    const d = new Float32Array(states.length * (table.A + 1));
    states.forEach((s, row) => {
      dValues[s] = row - 0.5;
      d[row * (table.A + 1) + table.A] = 0.5 * dValues[s];
    });
    const network = new VisitedNetwork((await networksOf(learning)).policy, new SurvivingEngine(createTsEngine(), '', {}));
    const gradient = await network.gradient(before, states, d);
    expect(gradient.some((g) => Math.abs(g) > 0.05)).toBe(true);
    await family.step([learner], [new Float64Array(table.S * table.A)], [dValues]);
    expect(learner.parameters).toEqual(before.map((x, k) => x - 0.5 * gradient[k]));
  });

  it('learn beside one another as each alone, and on a GPU’s few shapes', async () => {
    const criticsOf = (training: Training) => training.learners.map(({ criticNetwork }) => [...criticNetwork!.parameters]);
    const run = async (change: Partial<TrainingSpec>, open: typeof openEngine = openEngine) => {
      const training = await Training.start(await gaeSpec({ policy: mlp, critic: ownMlp, ...change }), { ...deps, figures: false, open });
      await advance(training, 3);
      return { parameters: parametersOf(training), critics: criticsOf(training) };
    };
    const together = await run({ seeds: { first: 3, count: 2 } });
    expect(await run({ seeds: { first: 4, count: 1 } })).toEqual({ parameters: together.parameters.slice(1), critics: together.critics.slice(1) });
    const rows = new Set<number>();
    const counting = async (): Promise<Engine> => {
      const inner = await openEngine('ts');
      return { ...inner, name: 'webgpu', create: (shape, features) => (rows.add(features.length / shape.inputs), inner.create(shape, features)) };
    };
    expect(await run({ seeds: { first: 3, count: 2 }, engine: 'webgpu' }, counting)).toEqual(together);
    expect([...rows].every((count) => Number.isInteger(Math.log2(count)))).toBe(true);
  });

  it('leave a critic alone that no estimator reads', async () => {
    const spec = withScheme(await gaeSpec({ policy: mlp, critic: own }), 0, { estimator: { id: 'grpo', params: {} } });
    const training = await Training.start(spec, { ...deps, figures: false });
    const before = [...training.learners[0].criticNetwork!.parameters];
    await advance(training, 2);
    expect([...training.learners[0].criticNetwork!.parameters]).toEqual(before);
  });

  it.each<[string, TrainingSpec['critic']]>([
    ['a network of its own', { kind: 'network', learningRate: 0.01, mlp: { hidden: [32], activation: 'tanh' } }],
    ['an output of the policy’s network', { kind: 'shared', weight: 1 }],
  ])('learn with %s: more answers are right, and V comes nearer to the exact one', async (_name, critic) => {
    const training = await start({ policy: { kind: 'mlp', hidden: [32], activation: 'tanh' }, critic, trajectories: 64, learningRate: 0.01, iterations: 20 });
    const { table } = training.experiment;
    const judge = async (iteration: number) => {
      const { logits, critic: values } = await training.recall(0, iteration);
      const policy = softmaxPolicy(logits, table.S, table.A);
      const exact = evaluatePolicy(table, policy.probability, table.metrics['success']).value;
      // States that fresh batches of that policy visit, by their visits; a prefix fixes its time.
      const { row, maxLen, length } = rollout(table, policy.threshold, { nTraj: 256, groupSize: 1, seed: 5, learner: 0, iteration });
      let error = 0;
      let steps = 0;
      length.forEach((count, i) => {
        for (let t = 0; t < count; t++) {
          const s = table.rowState[row[i * maxLen + t]];
          error += (values![s] - exact[t * table.S + s]) ** 2;
          steps += 1;
        }
      });
      return { success: startValue(table, exact), error: error / steps };
    };
    const first = await judge(0);
    await advance(training);
    const last = await judge(20);
    expect(last.success).toBeGreaterThan(first.success + 0.15);
    expect(last.error).toBeLessThan(0.6 * first.error);
  });
});

describe('weights that were trained before', () => {
  it.each<[string, TrainingSpec['policy']]>([
    ['token-mlp', { kind: 'mlp', hidden: [64, 64], activation: 'tanh', pretrained: 'token-mlp' }],
    ['token-transformer', { kind: 'transformer', width: 32, layers: 2, heads: 4, pretrained: 'token-transformer' }],
  ])('%s are the same policy with an output for V, which starts at 0', async (_name, policy) => {
    const states = Uint32Array.from({ length: 25 }, (_, k) => (k * 641) % experiment.table.S);
    const outputs = async (critic: TrainingSpec['critic']) => {
      const networks = await networksOf(withNetworks(policy, critic));
      const network = await networks.policy.create(createTsEngine(), 1, states);
      network.setParameters(networks.create(1).parameters as Float32Array);
      expect(networks.policy.base.every((x) => x === 0)).toBe(true);
      return (await network.forward()).slice();
    };
    const { A } = experiment.table;
    const [plain, wider] = [await outputs(undefined), await outputs(shared)];
    expect(plain.some((x) => Math.abs(x) > 0.5)).toBe(true);
    states.forEach((_, row) => {
      expect(wider.slice(row * (A + 1), row * (A + 1) + A)).toEqual(plain.slice(row * A, (row + 1) * A));
      expect(wider[row * (A + 1) + A]).toBe(0);
    });
  });
});

describe('the critic of a spec', () => {
  it('reads as before without layers of its own, and names what it refuses', async () => {
    const spec = await gaeSpec({ policy: mlp });
    const read = (policy: TrainingSpec['policy'], critic: unknown) => readSpec({ ...spec, training: { ...spec.training, policy, critic } });
    for (const critic of [own, ownMlp, shared]) expect(read(mlp, critic)).toMatchObject({ spec: { training: { critic } } });
    expect(read({ kind: 'mlp', hidden: [64, 64], activation: 'tanh', pretrained: 'token-mlp' }, shared)).toMatchObject({ spec: { training: { critic: shared } } });
    expect(read(transformer, { ...ownMlp, mlp: { hidden: [8, 8, 8, 8, 8], activation: 'tanh' } })).toMatchObject({ problems: [{ field: '/training/critic/mlp/hidden' }] });
    expect(read({ kind: 'tabular' }, ownMlp)).toMatchObject({ problems: [{ field: '/training/critic' }] });
  });
});
