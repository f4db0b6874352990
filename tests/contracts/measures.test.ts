import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { allMeasures } from '../../src/core/all-measures';
import { runMeasureCase } from '../../src/core/batch/measure-case';
import { measureFigures } from '../../src/core/reference/live-measures';
import { goldenDifference } from '../support/golden-difference';

const FOLDER = 'tests/golden/measures';
const measures = allMeasures();

interface Vector {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

const vectors = (id: string): Vector[] => (existsSync(`${FOLDER}/${id}.json`) ? (JSON.parse(readFileSync(`${FOLDER}/${id}.json`, 'utf8')) as Vector[]) : []);

test('every measure has published vectors and every file of vectors a measure', () => {
  expect(readdirSync(FOLDER).map((name) => name.replace(/\.json$/, '')).sort()).toEqual([...measures.keys()].sort());
});

describe.each([...measures])('%s', (id, measure) => {
  test('says what it is', () => {
    expect(measure.summary).toMatch(/[.]$/);
    expect(measure.useWhen ?? '').toMatch(/[.]$/);
    expect(measure.breaksWhen ?? '').toMatch(/[.]$/);
    for (const [key, parameter] of Object.entries(measure.params)) expect(parameter.help, key).toMatch(/[.]$/);
  });

  test.each(vectors(id))('vector $id', ({ params, input, expected }) => {
    expect(goldenDifference(runMeasureCase(measure, params, input), expected)).toBeNull();
  });

  test.each(measure.examples.map((example) => [example.why, example] as const))('example: %s', (_, { input, params, expect: expected }) => {
    expect(goldenDifference(runMeasureCase(measure, params, input), expected)).toBeNull();
  });

  test('answers the fields it names, reads the fields it names and changes none', () => {
    for (const { input, params } of [...measure.examples, ...vectors(id)]) {
      const before = structuredClone(input);
      expect(Object.keys(runMeasureCase(measure, params, input)).sort()).toEqual(Object.keys(measure.outputs).sort());
      expect(Object.keys(input).sort()).toEqual(Object.keys(measure.inputs).sort());
      expect(input).toEqual(before);
    }
  });

  test('an input that lacks a field is refused by its name', () => {
    const [{ input, params }] = measure.examples;
    for (const field of Object.keys(input)) {
      const { [field]: _, ...rest } = input;
      expect(() => runMeasureCase(measure, params, rest)).toThrow(field);
    }
  });
});

test('shaping and scaling leave a reward at distance 0; EPIC and STARC disagree about moving it within a step', () => {
  const transition = [[[0.25, 0.75], [0.5, 0.5]], [[1, 0], [0.125, 0.875]]];
  const rewardA = [[[1, -2], [0.5, 3]], [[0, 0], [-1, 2]]];
  const potential = [0.7, -1.1];
  const shaped = rewardA.map((row, s) => row.map((cells) => cells.map((r, next) => 3 * r + 0.9 * potential[next] - potential[s])));
  const distance = (id: string, rewardB: unknown) => runMeasureCase(measures.get(id)!, { discount: 0.9 }, { mdp: { transition, rewardA, rewardB } })['distance'] as number;
  for (const id of ['epic-distance', 'dard-distance', 'starc-distance']) expect(distance(id, shaped)).toBeLessThan(1e-7);
  const moved = rewardA.map((row, s) =>
    row.map((cells, a) => {
      const expected = cells.reduce((sum, r, next) => sum + r * transition[s][a][next], 0);
      return cells.map(() => expected);
    }),
  );
  expect(distance('starc-distance', moved)).toBeLessThan(1e-7);
  expect(distance('epic-distance', moved)).toBeGreaterThan(0.1);
});

describe('the pictures of the reference pages', () => {
  const curvesOf = (id: string) => Object.fromEntries(measureFigures(measures.get(id)!).study.curves.map(({ name, y }) => [name, y]));
  const rises = (y: readonly number[]) => y.every((value, k) => k === 0 || value >= y[k - 1] - 1e-12) && y.at(-1)! > y[0];
  const turns = (y: readonly number[], sign: number) => y.some((value, k) => k > 0 && k < y.length - 1 && sign * value > sign * y[0] && sign * value > sign * y.at(-1)!);

  test('every measure has one, of finite numbers, and answers its worked examples', () => {
    for (const measure of measures.values()) {
      const { study, examples } = measureFigures(measure);
      expect(study.curves.length, measure.id).toBeGreaterThan(0);
      for (const { y } of study.curves) expect(y.length === study.x.values.length && y.every(Number.isFinite), measure.id).toBe(true);
      expect(examples.length, measure.id).toBeGreaterThan(0);
    }
  });

  test('show what their titles claim', () => {
    for (const y of Object.values(curvesOf('overoptimisation-curve'))) expect(turns(y, 1)).toBe(true);
    const stop = curvesOf('goodhart-early-stopping');
    expect([rises(stop['cosine'].map((x) => -x)), stop['goes on'][0], stop['goes on'].at(-1)]).toEqual([true, 1, 0]);
    const best = curvesOf('best-of-n');
    expect([rises(best['proxy']), turns(best['truth'], 1)]).toEqual([true, true]);
    for (const id of ['epic-distance', 'starc-distance', 'dard-distance']) {
      const { distance } = curvesOf(id);
      expect([distance[0], rises(distance)], id).toEqual([0, true]);
    }
    expect(turns(curvesOf('bt-loss')['loss'], -1)).toBe(true);
    const level = curvesOf('oprm');
    expect([rises(level['is better']), new Set(level['tie'].map((x) => x.toFixed(9))).size]).toEqual([true, 1]);
    const wins = curvesOf('general-preference')['P(first wins)'];
    wins.forEach((p, k) => expect(p + wins.at(-1 - k)!).toBeCloseTo(1, 12));
    expect(rises(wins)).toBe(true);
    const cycle = curvesOf('general-preference-cycle');
    expect(rises(cycle['first beats second'].map((x) => -x))).toBe(true);
    cycle['mean win rate of the first'].forEach((x) => expect(x).toBeCloseTo(0.5, 12));
    expect([curvesOf('reward-hop')['hop'][0], curvesOf('reward-hop')['hop'].at(-1)]).toEqual([-1, 1]);
    const shaped = curvesOf('pbrs-table');
    shaped['Q* of staying'].forEach((q, k) => expect(q - shaped['Q* of moving on'][k]).toBeCloseTo(shaped['Q* of staying'][0] - shaped['Q* of moving on'][0], 9));
    expect(shaped['Q* of staying'][0] - shaped['Q* of staying'].at(-1)!).toBeCloseTo(4, 9);
  });
});
