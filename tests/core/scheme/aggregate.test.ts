import { describe, expect, it } from 'vitest';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { compileTable } from '../../../src/core/mdp/compile-table';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { rollout } from '../../../src/core/mdp/rollout';
import { aggregate, aggregateBuffer } from '../../../src/core/scheme/aggregate';

/** Three states in a ring; action 1 stays with probability ½ or ends. */
const table = compileTable({
  S: 3,
  A: 2,
  horizon: 6,
  signals: [],
  metrics: ['success'],
  truth: 'success',
  start: { state: [0], probability: [1] },
  features: (s) => [s],
  transitions: (s, a) =>
    a === 0
      ? [{ probability: 1, next: (s + 1) % 3 }]
      : [
          { probability: 0.5, next: s },
          { probability: 0.5, next: s, done: true, metrics: { success: 1 } },
        ],
});

describe('aggregate', () => {
  it('sums the advantages and steps of every (s, a), signs apart, padding left out', () => {
    const policy = softmaxPolicy(new Float64Array(6), 3, 2);
    const batch = rollout(table, policy.threshold, { nTraj: 8, groupSize: 4, seed: 1, learner: 0, iteration: 0 });
    const stream = mixSeed(5);
    const advantage = Float64Array.from({ length: 8 * 6 }, () => nextUniform(stream) - 0.5);
    const into = aggregateBuffer(table, 8);
    for (const column of [into.positive, into.negative, into.count]) column.fill(99);
    aggregate(advantage, batch, batch.row, table, into);

    for (let s = 0; s < 3; s++) {
      for (let a = 0; a < 2; a++) {
        const taken: number[] = [];
        for (let i = 0; i < 8; i++) {
          for (let t = 0; t < batch.length[i]; t++) {
            const row = batch.row[i * 6 + t];
            if (table.rowState[row] === s && table.rowAction[row] === a) taken.push(advantage[i * 6 + t]);
          }
        }
        const sum = (of: (x: number) => number) => taken.reduce((total, x) => total + of(x), 0);
        expect(into.positive[s * 2 + a]).toBeCloseTo(sum((x) => Math.max(x, 0)), 14);
        expect(into.negative[s * 2 + a]).toBeCloseTo(sum((x) => Math.max(-x, 0)), 14);
        expect(into.count[s * 2 + a]).toBe(taken.length);
      }
    }
    expect(into.count.reduce((a, b) => a + b)).toBe(batch.length.reduce((a, b) => a + b));
  });
});
