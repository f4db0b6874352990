import { describe, expect, test } from 'vitest';
import { BREAK, FAILED, FINISHED, fullOrder, OUT_OF_TIME, rowOrder, SteadyRows, trajectoryStatus } from '../../src/charts/geometry/row-order';

const small = {
  status: [OUT_OF_TIME, FINISHED, FAILED, FINISHED, OUT_OF_TIME],
  length: [8, 5, 3, 4, 8],
  group: [0, 0, 1, 1, 1],
};

/** 1,000 trajectories: 30 finished, 900 out of time, 70 failed, in groups of ten. */
const large = {
  status: Array.from({ length: 1000 }, (_, i) => (i % 100 < 3 ? FINISHED : i % 100 < 93 ? OUT_OF_TIME : FAILED)),
  length: Array.from({ length: 1000 }, (_, i) => 4 + (i % 13)),
  group: Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10)),
};

describe('row order', () => {
  test('by outcome: finished, out of time, failed; within one by length, group, number; breaks between', () => {
    expect([...rowOrder(small, { sort: 'outcome' })]).toEqual([3, 1, BREAK, 0, 4, BREAK, 2]);
  });

  test('by group: groups in order, by outcome inside, breaks between groups', () => {
    expect([...rowOrder(small, { sort: 'group' })]).toEqual([1, 0, BREAK, 3, 4, 2]);
  });

  test('all trajectories in order have no breaks', () => {
    expect([...fullOrder(small, 'outcome')]).toEqual([3, 1, 0, 4, 2]);
  });

  test('at most 32 rows, in proportion to outcomes, every outcome present', () => {
    const rows = [...rowOrder(large, { sort: 'outcome' })].filter((i) => i !== BREAK);
    expect(rows.length).toBe(32);
    expect(new Set(rows).size).toBe(32);
    const of = (status: number) => rows.filter((i) => large.status[i] === status).length;
    expect([of(FINISHED), of(OUT_OF_TIME), of(FAILED)]).toEqual([1, 29, 2]);
  });

  test('within an outcome the rows are spread over the groups', () => {
    const rows = [...rowOrder(large, { sort: 'outcome' })].filter((i) => i !== BREAK && large.status[i] === OUT_OF_TIME);
    const groups = rows.map((i) => large.group[i]!).sort((a, b) => a - b);
    const gaps = groups.slice(1).map((g, k) => g - groups[k]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
  });

  test('samples come from the middle of even stretches', () => {
    const same = { status: new Array<number>(40).fill(FINISHED), length: new Array<number>(40).fill(5), group: new Array<number>(40).fill(0) };
    expect([...rowOrder(same, { sort: 'outcome', limit: 4 })]).toEqual([5, 15, 25, 35]);
  });

  test('both sort orders show the same rows, and more than eight groups take no breaks', () => {
    const byOutcome = [...rowOrder(large, { sort: 'outcome' })].filter((i) => i !== BREAK);
    const byGroup = [...rowOrder(large, { sort: 'group' })];
    expect(byGroup).not.toContain(BREAK);
    expect(byGroup.toSorted((a, b) => a - b)).toEqual(byOutcome.toSorted((a, b) => a - b));
  });

  test('a selected trajectory is always among the rows, in place of the nearest of its outcome', () => {
    for (const include of [0, 2, 417, 555, 999]) {
      const rows = [...rowOrder(large, { sort: 'outcome', include })].filter((i) => i !== BREAK);
      expect(rows).toContain(include);
      expect(rows.length).toBe(32);
      expect(new Set(rows).size).toBe(32);
    }
  });

  test('status tells finished from failed by the outcome and out of time by the end', () => {
    expect([...trajectoryStatus([1, 0.3, 0, 1], [1, 1, 0, 0], 1)]).toEqual([FINISHED, FAILED, OUT_OF_TIME, OUT_OF_TIME]);
  });
});

describe('rows over time', () => {
  const rows = new SteadyRows();
  const hidden = (order: Int32Array) => large.status.findIndex((_, i) => !order.includes(i));

  test('a row that was included stays after another one is selected, until one is selected that is not among them', () => {
    const first = hidden(rowOrder(large, { sort: 'outcome' }));
    const shown = rows.order(large, { sort: 'outcome', limit: 32, include: first });
    const neighbour = shown[1]!;
    expect(rows.order(large, { sort: 'outcome', limit: 32, include: neighbour })).toBe(shown);
    expect(rows.order(large, { sort: 'outcome', limit: 32, include: undefined })).toBe(shown);
    const other = hidden(shown);
    expect(rows.order(large, { sort: 'outcome', limit: 32, include: other }).includes(other)).toBe(true);
  });

  test('another batch, sorting or limit chooses anew', () => {
    const shown = rows.order(large, { sort: 'outcome', limit: 32, include: undefined });
    expect(rows.order(large, { sort: 'group', limit: 32, include: undefined })).not.toBe(shown);
    expect([...rows.order(large, { sort: 'group', limit: 12, include: undefined })].filter((i) => i !== BREAK)).toHaveLength(12);
    expect([...rows.order(small, { sort: 'group', limit: 12, include: undefined })]).toEqual([1, 0, BREAK, 3, 4, 2]);
  });
});
