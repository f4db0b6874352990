import { describe, expect, it } from 'vitest';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import tree from '../../../src/core/scenarios/tree';
import { outcomes, paid } from './outcomes';
import { exactMetrics, settings, visitedRootMeanSquare } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => {
  const params = settings(tree, stored);
  return { table: tree.table(params), logits: tree.initialLogits!(params) };
};

describe('tree', () => {
  it('has 240 good leaves of 729', () => {
    const { table } = at();
    expect([table.S, table.A, table.horizon]).toEqual([1093, 3, 6]);
    const leaves = [];
    for (let r = 0; r < table.rows; r++) if (table.rowDone[r] && !table.absorbing[table.rowState[r]]) leaves.push(table.metrics['success'][r]);
    expect([leaves.length, leaves.filter((x) => x === 1).length]).toEqual([729, 240]);
  });

  it('pays the scramble of the child number on every edge', () => {
    const { table } = at();
    for (let state = 0; state < 364; state++) {
      for (let action = 0; action < 3; action++) {
        const x = 3 * state + action + 1;
        const scrambled = (BigInt(x) * 2654435761n) % 2n ** 32n;
        expect(paid(table, table.signals['edge'], state, action)).toEqual([Number((scrambled >> 16n) % 3n) - 1]);
        expect(outcomes(table, state, action)).toEqual([[x, 1]]);
      }
    }
  });

  it('is solved by 0.3292 at the uniform policy and 0.5857 at the skilled one, with advantages of the reference’s size', () => {
    for (const [skill, J, spread] of [[0, 240 / 729, 0.1914], [0.5, 0.5857, 0.2004]]) {
      const { table, logits } = at({ skill });
      const { probability } = softmaxPolicy(logits, table.S, table.A);
      const exact = evaluatePolicy(table, probability, table.metrics['success']);
      expect(startValue(table, exact.value)).toBeCloseTo(J, skill === 0 ? 12 : 4);
      expect(Math.abs(visitedRootMeanSquare(table, probability, exact.advantage) - spread)).toBeLessThan(1e-3);
    }
  });

  it('holds a bad step in most successes and a good one in most failures', () => {
    const { table } = at();
    const { advantage } = evaluatePolicy(table, new Float64Array(1093 * 3).fill(1 / 3), table.metrics['success']);
    const count = [0, 0, 0, 0];
    const walk = (state: number, depth: number, best: number, worst: number): void => {
      for (let a = 0; a < 3; a++) {
        const A = advantage[(depth * 1093 + state) * 3 + a];
        const [high, low] = [Math.max(best, A), Math.min(worst, A)];
        const r = table.rowStart[state * 3 + a];
        if (depth < 5) walk(table.rowNext[r], depth + 1, high, low);
        else if (table.metrics['success'][r]) {
          count[0] += 1;
          if (low < -0.02) count[1] += 1;
        } else {
          count[2] += 1;
          if (high > 0.02) count[3] += 1;
        }
      }
    };
    walk(0, 0, -Infinity, Infinity);
    expect(Math.abs(count[1] / count[0] - 0.76)).toBeLessThan(0.02);
    expect(Math.abs(count[3] / count[2] - 0.61)).toBeLessThan(0.02);
  });

  it('has a judge that is right on average, with the deviation that was asked for', () => {
    const { table } = at({ judgeNoise: 0.7 });
    for (const [state, action] of [[0, 0], [5, 2], [200, 1]]) {
      const [edge] = paid(table, table.signals['edge'], state, action);
      const judged = paid(table, table.signals['judge'], state, action);
      expect(outcomes(table, state, action).map(([, p]) => p)).toEqual([0.5, 0.5]);
      expect((judged[0] + judged[1]) / 2).toBeCloseTo(edge, 12);
      expect(Math.abs(judged[0] - edge)).toBeCloseTo(0.7, 12);
    }
    expect(exactMetrics(table)['success']).toBeCloseTo(240 / 729, 12);
  });
});
