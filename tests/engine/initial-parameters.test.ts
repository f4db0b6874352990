import { describe, expect, test } from 'vitest';
import type { NetworkShape } from '../../src/engine/engine';
import { initialParameters, meanSquaredNorm } from '../../src/engine/initial-parameters';
import { layersOf, parameterCount } from '../../src/engine/network-shape';
import { population } from '../../src/engine/population';
import { memberPart } from './reference-network';

const shape: NetworkShape = { inputs: 100, hidden: [80, 60], outputs: 5, activation: 'tanh', population: 1 };

function moments(values: Float32Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  const kurtosis = values.reduce((sum, x) => sum + (x - mean) ** 4, 0) / values.length / variance ** 2;
  return { mean, variance, kurtosis };
}

describe('initial parameters', () => {
  test('weights are normal with variance 1 / fan-in, biases and the output layer zero', () => {
    const flat = initialParameters(shape, 1);
    const [first, second, output] = layersOf(shape);
    const entering = moments(flat.subarray(first.weight, first.bias));
    // 8,000 draws: the standard errors are 0.0011, 1.6 % and 0.055.
    expect(Math.abs(entering.mean)).toBeLessThan(0.0045);
    expect(entering.variance * 100).toBeGreaterThan(0.93);
    expect(entering.variance * 100).toBeLessThan(1.07);
    expect(Math.abs(entering.kurtosis - 3)).toBeLessThan(0.25);
    expect(moments(flat.subarray(second.weight, second.bias)).variance * 80).toBeCloseTo(1, 1);
    expect(flat.subarray(first.bias, second.weight).every((x) => x === 0)).toBe(true);
    expect(flat.subarray(output.weight).every((x) => x === 0)).toBe(true);
  });

  test('the variances can be set', () => {
    const [first, , output] = layersOf(shape);
    const flat = initialParameters({ ...shape, activation: 'relu' }, 1, { inputSquaredNorm: 4, outputVariance: 1 / 32 });
    expect(moments(flat.subarray(first.weight, first.bias)).variance).toBeCloseTo(0.5, 1);
    expect(moments(flat.subarray(output.weight, output.bias)).variance * 32).toBeCloseTo(1, 0);
    expect(meanSquaredNorm(Float32Array.of(1, 0, 1, 2, 0, 0), 3)).toBe(3);
  });

  test('schemes share the start of a seed, seeds do not', () => {
    const members = population(2, 3);
    const four = { ...shape, inputs: 4, population: members.size };
    const flat = initialParameters(four, 9, { learner: members.learner });
    expect(members.learner).toEqual([0, 1, 2, 0, 1, 2]);
    expect(memberPart(flat, four, members.member(0, 2))).toEqual(memberPart(flat, four, members.member(1, 2)));
    expect(memberPart(flat, four, 0)).not.toEqual(memberPart(flat, four, 1));
    expect(initialParameters({ ...four, population: 1 }, 10)).not.toEqual(memberPart(flat, four, 0));
    expect(() => initialParameters(four, 1, { learner: [0] })).toThrow('learner names 1 streams for a population of 6.');
  });

  test('a member and its scheme and seed name each other, and its part is a view', () => {
    const members = population(3, 4);
    for (let m = 0; m < members.size; m++) expect(members.member(members.schemeOf(m), members.seedOf(m))).toBe(m);
    const flat = new Float32Array(members.size * parameterCount(shape));
    members.part(flat, 11).fill(1);
    expect(flat.indexOf(1)).toBe(11 * parameterCount(shape));
    expect(flat.at(-1)).toBe(1);
  });
});
