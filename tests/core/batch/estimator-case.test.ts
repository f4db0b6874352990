import { expect, test } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { namedOutputs, ParameterError, runEstimatorCase } from '../../../src/core/batch/estimator-case';

const plugins = allPlugins();
const frame = { nTraj: 2, maxLen: 2, length: Int32Array.of(2, 1) };

test('outputs take the JSON form of their shape', () => {
  const result = {
    step: Float64Array.of(1, 2, 3, 0),
    state: Float64Array.of(1, 2, 3, 4, 5, 0),
    trajectory: Float64Array.of(7, 8),
    named: { names: ['a', 'b'], data: Float64Array.of(1, 2, 3, 4) },
    vector: { width: 2, size: Int32Array.of(2, 1), data: Float64Array.of(1, 2, 3, 4, 5, 0, 0, 0) },
    list: [0.5],
    scalar: 3,
    unasked: 1,
  };
  const outputs = { step: 'step', state: 'state', trajectory: 'trajectory', named: 'named', vector: 'step-vector', list: 'list', scalar: 'scalar', absent: 'step' } as const;
  expect(namedOutputs(outputs, result, frame)).toEqual({
    step: [[1, 2], [3]],
    state: [[1, 2, 3], [4, 5]],
    trajectory: [7, 8],
    named: [{ a: 1, b: 2 }, { a: 3, b: 4 }],
    vector: [[[1, 2], [3, 4]], [[5]]],
    list: [0.5],
    scalar: 3,
  });
});

test('constants outside a slider’s limits are taken as they are; unknown and wrong ones are refused', () => {
  const input = { trajectories: [{ group: 0, rewards: [3] }, { group: 0, rewards: [1] }] };
  expect(runEstimatorCase({ estimator: 'grpo', params: { epsilon: 7, ddof: 0 }, input }, plugins).advantages).toEqual([[0.125], [-0.125]]);
  expect(() => runEstimatorCase({ estimator: 'grpo', params: { epsilon: 'small' }, input }, plugins)).toThrow(ParameterError);
  expect(() => runEstimatorCase({ estimator: 'grpo', params: { sigma: 1 }, input }, plugins)).toThrow('There is no parameter "sigma" here. Known parameters: epsilon, ddof, normByStd, singleton.');
});
