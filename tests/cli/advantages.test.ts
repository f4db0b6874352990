import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { advantages } from '../../src/cli/advantages';
import { UsageError } from '../../src/cli/arguments';
import { allPlugins } from '../../src/core/all-plugins';
import { firstDifference } from '../golden/compare';

const plugins = allPlugins();
const trajectories = [{ group: 0, rewards: [1] }, { group: 0, rewards: [3] }];
const answerTo = (entry: unknown) => advantages({ cases: [entry] }, plugins).cases[0];

test('the golden file is answered case by case', () => {
  const file = JSON.parse(readFileSync('tests/golden/estimators.json', 'utf8')) as { cases: { id: string; estimator: string; expected: object }[] };
  const known = file.cases.filter(({ estimator }) => plugins.has('estimator', estimator));
  const answers = advantages({ cases: known }, plugins).cases;
  expect(answers.map(({ id }) => id)).toEqual(known.map(({ id }) => id));
  known.forEach(({ id, expected }, k) => expect(firstDifference(answers[k], { id, ...expected }), id).toBeNull());
  expect(() => JSON.stringify(answers)).not.toThrow();
});

test('a case that fails says why, and the others are answered', () => {
  const { cases } = advantages({ cases: [{ id: 'a', estimator: 'grppo', input: { trajectories } }, { id: 'b', estimator: 'rloo', input: { trajectories } }] }, plugins);
  expect(cases[0]).toEqual({ id: 'a', error: { code: 'unknown-estimator', message: 'There is no estimator called "grppo". Did you mean "grpo"?' } });
  expect(cases[1]).toEqual({ id: 'b', advantages: [[-2], [2]] });
});

test.each([
  ['bad-parameter', { estimator: 'gae', params: { lamda: 1 }, input: { trajectories } }, 'There is no parameter "lamda" here.'],
  ['bad-parameter', { estimator: 'gae', params: 3, input: { trajectories } }, 'params is not an object of parameters.'],
  ['missing-column', { estimator: 'gae', input: { trajectories } }, 'trajectories[0] has no "values"'],
  ['bad-input', { estimator: 'gae', input: {} }, 'input.trajectories is missing.'],
  ['bad-input', { input: { trajectories } }, 'estimator is missing.'],
  ['bad-input', 7, 'estimator is missing.'],
  ['not-finite', { estimator: 'mc-return', input: { trajectories: [{ rewards: [1e308, 1e308] }] } }, 'advantages[0][0] is not a finite number.'],
])('%s: %o', (code, entry, message) => {
  expect(answerTo(entry)).toEqual({ id: (entry as { id?: unknown }).id ?? 'cases[0]', error: { code, message: expect.stringContaining(message) as string } });
});

test('a file without cases cannot be read at all', () => {
  expect(() => advantages({ trajectories }, plugins)).toThrow(UsageError);
  expect(() => advantages(null, plugins)).toThrow('cases: expected a list of {id, estimator, params, input}.');
});
