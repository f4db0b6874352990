import { describe, expect, it } from 'vitest';
import processNoise from '../../../src/core/scenarios/process-noise';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => {
  const params = settings(processNoise, stored);
  return { table: processNoise.table(params), logits: processNoise.initialLogits!(params), params };
};
const right = (step: number) => (3 * step + 2) % 4;
const mistaken = (step: number) => (3 * step + 3) % 4;
/** The steps at which the scorer takes the mistaken action for right. */
const wrongSteps = ({ table }: ReturnType<typeof at>) =>
  [0, 1, 2, 3, 4, 5].filter((step) => table.signals['prm'][table.rowStart[8 * step + mistaken(step)]] === 1);

describe('noisy step scores', () => {
  it('is solved by chance with probability 4⁻⁶, and with 0.0115 by a prior of 1', () => {
    const plain = at();
    expect([plain.table.S, plain.table.A, plain.table.horizon]).toEqual([13, 4, 6]);
    expect(exactMetrics(plain.table, plain.logits)['success']).toBeCloseTo(4 ** -6, 15);
    const prior = at({ prior: 1 });
    expect(exactMetrics(prior.table, prior.logits)['success']).toBeCloseTo((Math.E / (Math.E + 3)) ** 6, 12);
    expect(exactMetrics(prior.table, prior.logits)['success']).toBeCloseTo(0.0115, 4);
  });

  it('keeps an error to the end, and goes on scoring after it', () => {
    const { table } = at();
    for (let step = 0; step < 5; step++) {
      expect(outcomes(table, 2 * step, right(step))).toEqual([[2 * step + 2, 1]]);
      expect(outcomes(table, 2 * step, mistaken(step))).toEqual([[2 * step + 3, 1]]);
      expect(outcomes(table, 2 * step + 1, right(step))).toEqual([[2 * step + 3, 1]]);
      expect(paid(table, table.signals['prm'], 2 * step + 1, right(step))).toEqual([1]);
    }
    expect(paid(table, table.metrics['success'], 10, right(5))).toEqual([1]);
    expect(paid(table, table.metrics['success'], 11, right(5))).toEqual([0]);
    expect(paid(table, table.metrics['success'], 10, mistaken(5))).toEqual([0]);
  });

  it('is wrong about as many steps as it is told, at places drawn by the seed', () => {
    for (const b of [0, 1, 2, 3, 6]) expect(wrongSteps(at({ wrongSteps: b })).length).toBe(b);
    const chosen = Array.from({ length: 300 }, (_, seed) => wrongSteps(at({ wrongSteps: 1, seed }))[0]);
    for (let step = 0; step < 6; step++) {
      const share = chosen.filter((x) => x === step).length / 300;
      expect(share).toBeGreaterThan(0.08);
      expect(share).toBeLessThan(0.26);
    }
    // A larger b is wrong about the same steps and more.
    expect(wrongSteps(at({ wrongSteps: 3, seed: 7 }))).toEqual(expect.arrayContaining(wrongSteps(at({ wrongSteps: 2, seed: 7 }))));
  });

  it('is wrong in a given order, and completes one that is short or repeats itself', () => {
    expect(wrongSteps(at({ wrongSteps: 2, order: [5, 1, 0, 2, 3, 4] }))).toEqual([1, 5]);
    expect(wrongSteps(at({ wrongSteps: 3, order: [4, 4] }))).toEqual([0, 1, 4]);
  });

  it('scores no action but the mistaken one where it is wrong', () => {
    const made = at({ wrongSteps: 6 });
    for (let step = 0; step < 6; step++) {
      const labels = [0, 1, 2, 3].map((action) => paid(made.table, made.table.signals['prm'], 2 * step, action)[0]);
      expect(labels).toEqual([0, 1, 2, 3].map((action) => (action === mistaken(step) ? 1 : 0)));
    }
  });

  it('flips labels without touching what happens', () => {
    const { table } = at({ flip: 0.3 });
    expect(outcomes(table, 0, right(0))).toEqual([[2, 0.7], [2, 0.3]]);
    expect(paid(table, table.signals['prm'], 0, right(0))).toEqual([1, 0]);
    expect(paid(table, table.signals['prm'], 0, mistaken(0))).toEqual([0, 1]);
    const metrics = exactMetrics(table);
    expect(metrics['success']).toBeCloseTo(4 ** -6, 15);
    expect(metrics['labels']).toBeCloseTo(6 * (0.25 * 0.7 + 0.75 * 0.3), 12);
  });
});
