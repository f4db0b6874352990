import { describe, expect, test } from 'vitest';
import { tanh } from '../../src/core/math/elementary';
import type { NetworkShape } from '../../src/engine/engine';
import { tanhInPlace } from '../../src/engine/fast-tanh';
import { layersOf, parameterCount } from '../../src/engine/network-shape';
import { createTsEngine } from '../../src/engine/ts-engine';
import { finiteDifferences, memberPart, problem, referenceLogits, relativeDistance } from './reference-network';

const shape = (hidden: number[], activation: NetworkShape['activation'] = 'tanh', population = 1, inputs = 5, outputs = 3): NetworkShape => ({
  inputs,
  hidden,
  outputs,
  activation,
  population,
});

async function run({ shape, features, parameters, dLogits }: ReturnType<typeof problem>) {
  const network = await createTsEngine().create(shape, features);
  network.setParameters(parameters);
  const logits = (await network.forward()).slice();
  return { logits, gradient: (await network.vjp(dLogits)).slice(), network };
}

describe('the TypeScript engine', () => {
  test.each([
    ['one tanh layer', shape([7]), 9],
    ['two tanh layers, more rows than a block', shape([8, 6]), 67],
    ['no hidden layer', shape([]), 5],
    ['three ReLU layers', shape([9, 5, 6], 'relu'), 70],
    ['four GELU layers, widths that are no multiple of four', shape([9, 5, 6, 7], 'gelu'), 70],
    ['the widest GELU layer', shape([256], 'gelu', 1, 3, 2), 5],
    ['a single row, one output', shape([4], 'tanh', 1, 1, 1), 1],
  ] as const)('%s: logits follow the definition and vjp the finite differences', async (_name, given, rows) => {
    const p = problem(given, rows, 11);
    const { logits, gradient } = await run(p);
    expect(relativeDistance(logits, referenceLogits(given, p.features, p.parameters))).toBeLessThan(2e-7);
    expect(relativeDistance(gradient, finiteDifferences(given, p.features, p.parameters, p.dLogits))).toBeLessThan(1e-6);
  });

  test('a population computes what its members compute alone, bit by bit', async () => {
    const all = problem(shape([8, 4], 'tanh', 3), 66, 5);
    const together = await run(all);
    for (let member = 0; member < 3; member++) {
      const alone = await run({
        ...all,
        shape: { ...all.shape, population: 1 },
        parameters: memberPart(all.parameters, all.shape, member),
        dLogits: memberPart(all.dLogits, all.shape, member),
      });
      expect(memberPart(together.logits, all.shape, member)).toEqual(alone.logits);
      expect(memberPart(together.gradient, all.shape, member)).toEqual(alone.gradient);
    }
  });

  test('rows without dLogits change nothing, wherever they lie', async () => {
    const p = problem(shape([8]), 150, 7);
    p.dLogits.fill(0, 0, 3 * 40);
    p.dLogits.fill(0, 3 * 41, 3 * 149);
    const { gradient } = await run(p);
    const features = new Float32Array([...p.features.subarray(5 * 40, 5 * 41), ...p.features.subarray(5 * 149, 5 * 150)]);
    const dLogits = new Float32Array([...p.dLogits.subarray(3 * 40, 3 * 41), ...p.dLogits.subarray(3 * 149, 3 * 150)]);
    expect(gradient).toEqual((await run({ ...p, features, dLogits, rows: 2 })).gradient);
  });

  test('a diverged member does not reach the others', async () => {
    const p = problem(shape([8], 'relu', 2), 67, 7);
    p.dLogits.fill(0, 67 * 3 + 3 * 3);
    const sound = await run(p);
    const size = p.parameters.length / 2;
    const { logits, gradient } = await run({ ...p, parameters: p.parameters.map((value, i) => (i < size ? NaN : value)) });
    expect(logits[0]).toBeNaN();
    expect(memberPart(logits, p.shape, 1)).toEqual(memberPart(sound.logits, p.shape, 1));
    expect(memberPart(gradient, p.shape, 1)).toEqual(memberPart(sound.gradient, p.shape, 1));
  });

  test('refuses what does not fit, by name', async () => {
    const p = problem(shape([4]), 6, 1);
    const { network } = await run(p);
    expect(() => network.setParameters(new Float32Array(3))).toThrow('The parameter vector holds 3 numbers; this network takes 39.');
    network.setParameters(p.parameters);
    await expect(network.vjp(p.dLogits)).rejects.toThrow('Call forward first');
    await expect(network.vjp(new Float32Array(1))).rejects.toThrow('dLogits holds 1 numbers; this network takes 18.');
    await expect(createTsEngine().create(shape([0]), p.features)).rejects.toThrow('hidden[0] is 0');
    await expect(createTsEngine().create(shape([4]), new Float32Array(7))).rejects.toThrow('no positive multiple of the 5 network inputs');
  });
});

test('the flat layout is layer by layer, weights row-major, then bias', () => {
  const given = shape([4], 'tanh', 9, 2, 3);
  expect(layersOf(given)).toEqual([
    { inputs: 2, outputs: 4, weight: 0, bias: 8 },
    { inputs: 4, outputs: 3, weight: 12, bias: 24 },
  ]);
  expect(parameterCount(given)).toBe(27);
});

test('the fast tanh is the tanh of the core to single precision and better', () => {
  const x = Float64Array.from({ length: 40_001 }, (_, i) => (i - 20_000) / 1_699.3);
  const fast = x.slice();
  tanhInPlace(fast, x.length);
  let worst = 0;
  x.forEach((value, i) => {
    if (value !== 0) worst = Math.max(worst, Math.abs(fast[i] / tanh(value) - 1));
  });
  expect(worst).toBeLessThan(5e-9);
  const limits = new Float64Array([0, -0, 400, -400, NaN, Infinity]);
  tanhInPlace(limits, 6);
  expect([...limits].map(Math.fround)).toEqual([0, 0, 1, -1, NaN, 1]);
});
