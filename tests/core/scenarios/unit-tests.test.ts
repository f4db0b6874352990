import { describe, expect, it } from 'vitest';
import unitTests from '../../../src/core/scenarios/unit-tests';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings } from './reference-policy';

const at = (trap: string) => unitTests.table(settings(unitTests, { trap }));
const names = Array.from({ length: 10 }, (_, k) => `test${k}`);
const right = (component: number) => (2 * component + 1) % 4;
/** First state of component j. */
const FIRST = [1, 2, 4, 7];

/** Tests passed by a general program with a right prefix of r: its last component written right or wrong. */
function passed(table: ReturnType<typeof at>, prefix: number): string {
  const [before, action] = prefix === 4 ? [3, right(3)] : [Math.min(prefix, 3), right(3) ^ 2];
  const row = table.rowStart[(FIRST[3] + before) * 4 + action];
  return names.map((name) => table.signals[name][row]).join('');
}

describe('unit tests', () => {
  it('is solved by chance with probability 1/1024, or 1/256 without the special case', () => {
    const table = at('three');
    expect([table.S, table.A, table.horizon]).toEqual([12, 4, 5]);
    const metrics = exactMetrics(table);
    expect(metrics['success']).toBeCloseTo(1 / 1024, 15);
    expect(metrics['trapShare']).toBeCloseTo(1 / 4, 15);
    expect(exactMetrics(at('none'))['success']).toBeCloseTo(1 / 256, 15);
  });

  it('ends at once with the trap or junk, and goes on with the general program', () => {
    const table = at('three');
    expect([0, 1, 2, 3].map((action) => outcomes(table, 0, action)[0][0])).toEqual([11, 1, 11, 11]);
    const tests = (action: number) => names.map((name) => paid(table, table.signals[name], 0, action)[0]).join('');
    expect([tests(0), tests(2), tests(3)]).toEqual(['1110000000', '0000000000', '0000000000']);
    expect(names.map((name) => paid(at('five'), at('five').signals[name], 0, 0)[0]).join('')).toBe('1111100000');
    expect([0, 1, 2, 3].map((action) => outcomes(at('none'), 0, action)[0][0])).toEqual([1, 1, 1, 1]);
  });

  it('remembers the right prefix and no more', () => {
    const table = at('three');
    expect(outcomes(table, 1, right(0))).toEqual([[3, 1]]);
    expect(outcomes(table, 1, right(0) ^ 1)).toEqual([[2, 1]]);
    expect(outcomes(table, 2, right(1))).toEqual([[4, 1]]);
    expect(outcomes(table, 3, right(1))).toEqual([[6, 1]]);
    expect(outcomes(table, 6, right(2))).toEqual([[10, 1]]);
    expect(paid(table, table.metrics['success'], 10, right(3))).toEqual([1]);
    expect(paid(table, table.metrics['success'], 9, right(3))).toEqual([0]);
  });

  it('passes each test from its own prefix on', () => {
    expect([0, 1, 2, 3, 4].map((r) => passed(at('three'), r))).toEqual(['0000000000', '0001110000', '0001111100', '1111111110', '1111111111']);
    expect([0, 1, 2, 3, 4].map((r) => passed(at('five'), r))).toEqual(['0000000000', '0000011000', '0000011100', '1111111110', '1111111111']);
  });
});
