import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { runEstimatorCase } from '../../src/core/batch/estimator-case';
import { firstDifference } from './compare';

interface GoldenCase {
  readonly id: string;
  readonly estimator: string;
  readonly note: string;
  readonly provenance: string;
  readonly params: Record<string, unknown>;
  readonly input: unknown;
  readonly expected: Record<string, unknown>;
}

const { cases } = JSON.parse(readFileSync('tests/golden/estimators.json', 'utf8')) as { cases: GoldenCase[] };
const plugins = allPlugins();
const ids = [...new Set(cases.map(({ estimator }) => estimator))];

/** Catalogue ids that have vectors and no plug-in yet. An id on this list that has become a plug-in fails the first test. */
const NOT_YET: readonly string[] = [];

test('every id with vectors is a plug-in or is named as missing', () => {
  expect(ids.filter((id) => !plugins.has('estimator', id)).sort()).toEqual([...NOT_YET].sort());
});

test('a number that is off by more than the tolerance is found', () => {
  expect(firstDifference([[1, 2]], [[1, 2.00001]])).toContain('[0][1]');
  expect(firstDifference({ a: [1] }, { a: [1], b: 0 })).toContain('.b');
  expect(firstDifference({ a: NaN }, { a: 0 })).toContain('.a');
  expect(firstDifference({ a: [true] }, { a: [1] })).toContain('.a[0]');
  expect(firstDifference({ a: [1 + 5e-7] }, { a: [1] })).toBeNull();
});

describe.each(ids.filter((id) => plugins.has('estimator', id)))('%s', (id) => {
  test('says as much about where it comes from as its vectors do', () => {
    expect(new Set(cases.filter(({ estimator }) => estimator === id).map(({ provenance }) => provenance))).toEqual(new Set([plugins.get('estimator', id).provenance]));
  });

  test.each(cases.filter(({ estimator }) => estimator === id).map((golden) => [golden.id, golden.note, golden] as const))('%s: %s', (_id, _note, golden) => {
    expect(firstDifference(runEstimatorCase(golden, plugins), golden.expected)).toBeNull();
  });
});
