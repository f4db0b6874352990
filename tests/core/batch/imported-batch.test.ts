import { expect, test } from 'vitest';
import { importBatch, stateLists, stepLists } from '../../../src/core/batch/imported-batch';
import type { GroupLayout, NamedColumn, VectorColumn } from '../../../src/core/contracts/columns';

const two = {
  trajectories: [
    { group: 'b', rewards: [1, 2], states: [5, 6, 7], values: [0.1, 0.2, 0.3], actions: ['left', 'right'], signals: { a: [3, 4] }, extra: { tokens: 9, hit: true, dims: { x: 1, y: 2 }, matrix: [[1, 2], [3, 4]] } },
    { group: 'a', rewards: [5], terminated: false, outcome: 7, states: [8], values: [0.5], actions: ['left'], signals: { a: [6] }, extra: { tokens: 4, hit: false, dims: { y: 4, x: 3 }, matrix: [[5, 6, 7]] } },
  ],
};
const batch = importBatch(two);
const column = <T>(name: string, shape: Parameters<typeof batch.column>[1]) => batch.column(name, shape) as T;
const list = (name: string, shape: Parameters<typeof batch.column>[1]) => Array.from(column<Float64Array>(name, shape));

test('ragged lists become padded columns, by name and shape', () => {
  expect([batch.nTraj, batch.maxLen, Array.from(batch.length)]).toEqual([2, 2, [2, 1]]);
  expect(list('reward', 'step')).toEqual([1, 2, 5, 0]);
  expect(list('a', 'step')).toEqual([3, 4, 6, 0]);
  expect(list('value', 'state')).toEqual([0.1, 0.2, 0.3, 0.5, 0, 0]);
  expect(list('state', 'state-id')).toEqual([5, 6, 7, 8, -1, 0]);
  expect(list('tokens', 'trajectory')).toEqual([9, 4]);
  expect(list('hit', 'trajectory')).toEqual([1, 0]);
  expect(column<unknown[]>('dims', 'json')).toEqual([{ x: 1, y: 2 }, { y: 4, x: 3 }]);
});

test('texts are numbered by first appearance', () => expect(list('action', 'step-id')).toEqual([0, 1, 0, 0]));

test('named numbers follow the order of the first trajectory; vectors keep their own width', () => {
  const dims = column<NamedColumn>('dims', 'named');
  expect([dims.names, Array.from(dims.data)]).toEqual([['x', 'y'], [1, 2, 3, 4]]);
  const { width, size, data } = column<VectorColumn>('matrix', 'step-vector');
  expect([width, Array.from(size), Array.from(data)]).toEqual([3, [2, 3], [1, 2, 0, 3, 4, 0, 5, 6, 7, 0, 0, 0]]);
});

test('outcome, terminated and done follow from what is there', () => {
  expect(list('outcome', 'trajectory')).toEqual([3, 7]);
  expect(list('terminated', 'trajectory')).toEqual([1, 0]);
  expect(list('done', 'step')).toEqual([0, 1, 0, 0]);
  expect((column<GroupLayout>('group', 'group')).label).toEqual(['b', 'a']);
});

test('columns go back to ragged lists', () => {
  expect(stepLists(column<Float64Array>('reward', 'step'), batch)).toEqual([[1, 2], [5]]);
  expect(stateLists(column<Float64Array>('value', 'state'), batch)).toEqual([[0.1, 0.2, 0.3], [0.5, 0]]);
});

test('a trajectory without rewards has the steps of its actions, its signals or its length', () => {
  const lengths = importBatch({ trajectories: [{ actions: [1, 2, 3] }, { signals: { a: [1, 2] } }, { length: 4 }, { rewards: [] }] }).length;
  expect(Array.from(lengths)).toEqual([3, 2, 4, 0]);
});

test('what is missing is said, and by which trajectory', () => {
  expect(batch.column('logProbs', 'step')).toBe('trajectories[0] has no "logProbs", neither beside its rewards nor in signals or extra.');
});

const broken: [string, unknown, string][] = [
  ['no list', { trajectory: [] }, 'input.trajectories is missing. Give a list of trajectories.'],
  ['a trajectory that is a number', { trajectories: [3] }, 'trajectories[0] is not an object with rewards, group and outcome.'],
  ['no steps', { trajectories: [{ group: 0 }] }, 'trajectories[0] has no steps. Give rewards, actions, signals or length.'],
  ['rewards that are no list', { trajectories: [{ rewards: 3 }] }, 'trajectories[0].rewards is not a list.'],
  ['a group that is an object', { trajectories: [{ rewards: [], group: {} }] }, 'trajectories[0].group is not a number or a text.'],
];
test.each(broken)('%s is refused', (_what, input, message) => expect(() => importBatch(input)).toThrow(message));

test('a bad cell is named when its column is read', () => {
  const bad = importBatch({ trajectories: [{ rewards: [0] }, { rewards: [1, 2, NaN], values: [1], states: [1, 2, 0.5], extra: { d: { x: 'a' }, m: [[1], [2, 3], [4]] } }, { rewards: [0] }] });
  const only = importBatch({ trajectories: [{ rewards: [1, 2, 3], values: [1], states: [1, 2, 0.5], extra: { d: { x: 'a' }, m: [[1], [2, 3], [4]] } }] });
  expect(() => bad.column('reward', 'step')).toThrow('trajectories[1].rewards[2] is not a finite number.');
  expect(() => only.column('value', 'state')).toThrow('trajectories[0].values has 1 entries for 3 steps. Give 3 or 4.');
  expect(() => only.column('state', 'state-id')).toThrow('trajectories[0].states[2] is not a whole number.');
  expect(() => only.column('d', 'named')).toThrow('trajectories[0].extra.d.x is not a finite number.');
  expect(() => only.column('m', 'step-vector')).toThrow('trajectories[0].extra.m[1] has 2 entries where the first step has 1.');
});
