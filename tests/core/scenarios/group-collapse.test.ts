import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/core/contracts/scenario';
import { evaluatePolicy } from '../../../src/core/mdp/exact';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import groupCollapse from '../../../src/core/scenarios/group-collapse';
import { exactMetrics, settings } from './reference-policy';

const params = settings(groupCollapse);
const table = groupCollapse.table(params);
const { probability } = softmaxPolicy(groupCollapse.initialLogits!(params), table.S, table.A);

/** Distribution of the sum of a row column over an episode from a start state, exact, by walking every path. */
function distribution(of: Table, column: Float64Array, start: number): Map<string, number> {
  const found = new Map<string, number>();
  const walk = (state: number, sum: number, p: number): void => {
    for (let a = 0; a < of.A; a++) {
      const r = of.rowStart[state * of.A + a];
      const [total, q] = [sum + column[r], p * probability[state * of.A + a]];
      if (of.rowDone[r]) found.set(total.toFixed(9), (found.get(total.toFixed(9)) ?? 0) + q);
      else walk(of.rowNext[r], total, q);
    }
  };
  walk(start, 0, 1);
  return found;
}

/** Mean over the prompts of the chance that all G rewards of a group are equal. */
function silentShare(column: Float64Array, G: number): number {
  const shares = [...table.start.state].map((start) => [...distribution(table, column, start).values()].reduce((sum, p) => sum + p ** G, 0));
  return shares.reduce((a, b) => a + b) / shares.length;
}

describe('groups that teach nothing', () => {
  it('solves its prompts as often as their lengths say', () => {
    expect([table.S, table.A, table.horizon]).toEqual([65, 4, 4]);
    const { value } = evaluatePolicy(table, probability, table.metrics['success']);
    const easy = Math.exp(2.5) / (Math.exp(2.5) + 3);
    const expected = [easy, 1 / 4, 1 / 16, 1 / 16, 1 / 64, 1 / 64, 1 / 256, 1 / 256];
    expect(easy).toBeCloseTo(0.802, 3);
    expected.forEach((p, x) => expect(value[8 * x]).toBeCloseTo(p, 12));
    const metrics = exactMetrics(table, groupCollapse.initialLogits!(params));
    expect(metrics['solvedLong']).toBeCloseTo(2 / 256 / 8, 12);
    expect(metrics['length']).toBeCloseTo(2.5, 12);
  });

  it.each([
    [2, 0.875], [4, 0.766], [8, 0.646], [16, 0.523], [32, 0.403], [64, 0.29],
  ])('has all-equal groups of %i with probability %f by the outcome: Σ pᴳ + (1 − p)ᴳ', (G, share) => {
    expect(silentShare(table.metrics['success'], G)).toBeCloseTo(share, 3);
  });

  it.each([
    [2, 0.613], [4, 0.333], [8, 0.101], [16, 0.013], [32, 0], [64, 0],
  ])('has all-equal groups of %i with probability %f by progress, to the accuracy of the sampled reference', (G, share) => {
    expect(Math.abs(silentShare(table.signals['prog'], G) - share)).toBeLessThan(0.01);
  });

  it('says of a state whether an error was made', () => {
    expect([0, 8 * 7 + 2 * 3 + 1, 64].map((state) => groupCollapse.describeState(state, params))).toEqual([
      'prompt 1, step 1', 'prompt 8, step 4, an error made', 'solved or not',
    ]);
  });
});
