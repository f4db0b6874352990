import { describe, expect, it } from 'vitest';
import { scheduled } from '../../../src/core/scheme/schedule';
import type { ScheduleSpec } from '../../../src/core/scheme/scheme-spec';

describe('a schedule', () => {
  it.each(['linear', 'cosine'] as const)('%s: is the start value before, the end value after, and never turns back', (kind) => {
    const schedule: ScheduleSpec = { kind, start: 10, end: 50, to: -0.3 };
    expect([0, 10].map((n) => scheduled(0.7, schedule, n))).toEqual([0.7, 0.7]);
    expect([50, 51, 4000].map((n) => scheduled(0.7, schedule, n))).toEqual([-0.3, -0.3, -0.3]);
    for (let n = 1; n <= 60; n++) expect(scheduled(0.7, schedule, n)).toBeLessThanOrEqual(scheduled(0.7, schedule, n - 1));
    expect(scheduled(0.7, schedule, 30)).toBeCloseTo(0.2, 12);
  });

  it('linear falls evenly; cosine starts and ends gently', () => {
    const at = (kind: 'linear' | 'cosine', n: number) => scheduled(1, { kind, start: 0, end: 100, to: 0 }, n);
    for (const n of [7, 25, 50, 90]) {
      expect(at('linear', n)).toBeCloseTo(1 - n / 100, 12);
      expect(at('cosine', n)).toBeCloseTo((1 + Math.cos((Math.PI * n) / 100)) / 2, 12);
    }
  });

  it('that ends where it starts jumps', () => {
    expect([19, 20, 21].map((n) => scheduled(2, { kind: 'linear', start: 20, end: 20, to: 5 }, n))).toEqual([2, 5, 5]);
  });

  it('in phases holds the last that has begun, in whatever order they are listed', () => {
    const schedule: ScheduleSpec = { kind: 'steps', phases: [{ at: 40, value: 0 }, { at: 20, value: 0.5 }] };
    expect([0, 19, 20, 39, 40, 400].map((n) => scheduled(1, schedule, n))).toEqual([1, 1, 0.5, 0.5, 0, 0]);
  });

  it('that is missing changes nothing', () => {
    expect(scheduled(0.1 + 0.2, undefined, 77)).toBe(0.1 + 0.2);
  });
});
