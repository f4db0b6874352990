import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engine/open-engine';
import { tensorCount } from '../../src/engine/tfjs-engine';
import { createTsEngine } from '../../src/engine/ts-engine';
import { initialTransformer, transformerLayout } from '../../src/engine/transformer-shape';
import { relativeDistance } from './reference-network';
import { referenceTransformerLogits, transformerDifferences, transformerProblem, type TransformerProblem } from './reference-transformer';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

const everyState = (states: number) => Uint32Array.from({ length: states }, (_, state) => state);

async function run({ shape, prefix, states, parameters, dLogits }: TransformerProblem) {
  const network = await createTsEngine().createTransformer(shape, prefix, everyState(states));
  network.setParameters(parameters);
  const logits = (await network.forward()).slice();
  return { logits, gradient: (await network.vjp(dLogits)).slice(), network };
}

describe('the transformer by hand', () => {
  test.each([
    [{ width: 16, layers: 2, heads: 2 }, 40],
    [{ width: 20, layers: 1, heads: 4, outputs: 4 }, 70],
    [{ width: 16, layers: 4, heads: 2 }, 9],
  ])('%j: logits follow the definition sequence by sequence, and vjp the finite differences', async (given, states) => {
    const problem = transformerProblem(given, states, 4);
    const { logits, gradient } = await run(problem);
    expect(relativeDistance(logits, referenceTransformerLogits(problem, problem.parameters))).toBeLessThan(1e-6);
    // Every part of the parameters has some of these.
    const spread = Array.from({ length: 120 }, (_, k) => Math.floor((k * gradient.length) / 120));
    const expected = transformerDifferences(problem, spread);
    expect(relativeDistance(spread.map((p) => gradient[p]), expected)).toBeLessThan(2e-6);
  });

  test('has the size and the first policy that it says', async () => {
    const shape = { width: 32, layers: 2, heads: 4, outputs: 5, symbols: 8, depth: 9, population: 1 };
    expect(transformerLayout(shape).size).toBe(17_861);
    const problem = transformerProblem({ width: 16, layers: 2, heads: 2 }, 12, 1);
    const { logits } = await run({ ...problem, parameters: initialTransformer(problem.shape, 3) });
    expect(new Set(logits)).toEqual(new Set([0]));
    expect(initialTransformer({ ...problem.shape, population: 2 }, 3, { learner: [5, 5] }).slice(0, problem.parameters.length)).toEqual(
      initialTransformer(problem.shape, 3, { learner: [5] }),
    );
  });

  test('a population computes what its members compute alone, bit by bit', async () => {
    const one = transformerProblem({ width: 16, layers: 1, heads: 2 }, 30, 6);
    const other = transformerProblem({ width: 16, layers: 1, heads: 2 }, 30, 7);
    const join = (a: Float32Array, b: Float32Array) => Float32Array.from([...a, ...b]);
    const both = await run({ ...one, shape: { ...one.shape, population: 2 }, parameters: join(one.parameters, other.parameters), dLogits: join(one.dLogits, other.dLogits) });
    const apart = [await run(one), await run({ ...one, parameters: other.parameters, dLogits: other.dLogits })];
    expect(both.logits).toEqual(join(apart[0].logits, apart[1].logits));
    expect(both.gradient).toEqual(join(apart[0].gradient, apart[1].gradient));
  });

  test('a state’s logits are the same bits whatever else is computed, in whatever order, and the gradient that of the whole', async () => {
    const problem = transformerProblem({ width: 16, layers: 2, heads: 2 }, 150, 8);
    const { outputs } = problem.shape;
    const few = [130, 4, 77, 5];
    problem.dLogits.forEach((_, k) => {
      if (!few.includes(Math.floor(k / outputs))) problem.dLogits[k] = 0;
    });
    const { logits, gradient } = await run(problem);
    const { parameters, shape, prefix, dLogits } = problem;
    const part = (of: Float32Array, state: number) => of.slice(state * outputs, (state + 1) * outputs);
    const engine = createTsEngine();
    for (const states of [few, few.slice(1), few]) {
      const network = await engine.createTransformer(shape, prefix, Uint32Array.from(states));
      network.setParameters(parameters);
      const own = await network.forward();
      states.forEach((state, row) => expect(part(own, row)).toEqual(part(logits, state)));
      const whole = states.length === few.length ? gradient : (await run({ ...problem, dLogits: dLogits.map((x, k) => (Math.floor(k / outputs) === few[0] ? 0 : x)) })).gradient;
      const gathered = Float32Array.from(states.flatMap((state) => [...part(dLogits, state)]));
      expect(relativeDistance(await network.vjp(gathered), whole)).toBeLessThan(1e-6);
    }
  });

  test('nothing of other parameters is left over', async () => {
    const problem = transformerProblem({ width: 16, layers: 1, heads: 2 }, 20, 2);
    const engine = createTsEngine();
    const network = await engine.createTransformer(problem.shape, problem.prefix, everyState(20));
    network.setParameters(problem.parameters.map((x) => x + 0.1));
    await network.forward();
    network.setParameters(problem.parameters);
    expect(await network.forward()).toEqual((await run(problem)).logits);
  });

  test('refuses what does not fit, by name', async () => {
    const { shape, prefix, states, parameters, dLogits } = transformerProblem({ width: 16, layers: 1, heads: 2 }, 8, 1);
    const engine = createTsEngine();
    const create = (change: Partial<typeof shape>) => engine.createTransformer({ ...shape, ...change }, prefix, everyState(states));
    await expect(create({ width: 12 })).rejects.toThrow('Transformer width is 12. Use a whole number from 16 to 64.');
    await expect(create({ width: 20, heads: 3 })).rejects.toThrow('A transformer width of 20 is no multiple of 4 and of its 3 heads.');
    await expect(create({ symbols: 9 })).rejects.toThrow('made for 9 symbols');
    const network = await create({});
    expect(() => network.setParameters(new Float32Array(3))).toThrow('The parameter vector holds 3 numbers');
    network.setParameters(parameters);
    await expect(network.vjp(dLogits)).rejects.toThrow('Call forward first');
  });
});

describe('the transformer on TensorFlow.js in WebAssembly', () => {
  test.each([
    [{ width: 16, layers: 2, heads: 4 }, 60],
    [{ width: 24, layers: 1, heads: 3, outputs: 2 }, 200],
  ])('%j agrees with the one by hand to 1e-5 on logits and gradient, over several chunks of sequences, and leaves no tensor behind', async (given, states) => {
    const problem = transformerProblem(given, states, 5);
    const ts = await run(problem);
    const engine = await openEngine('wasm', { wasmBinaries });
    const before = tensorCount();
    const network = await engine.createTransformer(problem.shape, problem.prefix, everyState(states));
    const counts = new Set<number>();
    for (let k = 0; k < 3; k++) {
      network.setParameters(problem.parameters);
      expect(relativeDistance(await network.forward(), ts.logits)).toBeLessThan(1e-5);
      expect(relativeDistance(await network.vjp(problem.dLogits), ts.gradient)).toBeLessThan(1e-5);
      counts.add(tensorCount());
    }
    expect(counts.size).toBe(1);
    network.dispose();
    expect(tensorCount()).toBe(before);
  });
});
