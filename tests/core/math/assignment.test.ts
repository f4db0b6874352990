import { describe, expect, it } from 'vitest';
import { greedyAssignment, optimalAssignment, sinkhornPlan, type ScoreMatrix } from '../../../src/core/math/assignment';
import { mixSeed, nextUniform } from '../../../src/core/math/random';

function randomScores(rows: number, columns: number, seed: number, low = 0): ScoreMatrix {
  const stream = mixSeed(97, rows, columns, seed);
  return { rows, columns, score: Float64Array.from({ length: rows * columns }, () => low + (1 - low) * nextUniform(stream)) };
}

const total = ({ columns, score }: ScoreMatrix, column: Int32Array) =>
  column.reduce((sum, j, i) => (j < 0 ? sum : sum + score[i * columns + j]), 0);

/** Best total over all matchings of min(rows, columns) pairs, by trying them all. */
function bestTotal(matrix: ScoreMatrix, row = 0, used = 0, left = Math.min(matrix.rows, matrix.columns)): number {
  if (left === 0) return 0;
  if (row === matrix.rows) return -Infinity;
  let best = matrix.rows - row > left ? bestTotal(matrix, row + 1, used, left) : -Infinity;
  for (let j = 0; j < matrix.columns; j++) {
    if (used & (1 << j)) continue;
    best = Math.max(best, matrix.score[row * matrix.columns + j] + bestTotal(matrix, row + 1, used | (1 << j), left - 1));
  }
  return best;
}

describe('optimal assignment', () => {
  it('reaches the best total of all matchings, in square and oblong matrices, with negative scores', () => {
    for (let rows = 1; rows <= 6; rows++) {
      for (let columns = 1; columns <= 6; columns++) {
        for (let seed = 0; seed < 6; seed++) {
          const matrix = randomScores(rows, columns, seed, seed % 2 === 0 ? 0 : -1);
          const column = optimalAssignment(matrix);
          const taken = [...column].filter((j) => j >= 0);
          expect(taken.length).toBe(Math.min(rows, columns));
          expect(new Set(taken).size).toBe(taken.length);
          expect(total(matrix, column)).toBeCloseTo(bestTotal(matrix), 12);
        }
      }
    }
  });

  it('matches nothing in an empty matrix', () => {
    expect([...optimalAssignment({ rows: 2, columns: 0, score: new Float64Array(0) })]).toEqual([-1, -1]);
    expect([...optimalAssignment({ rows: 0, columns: 3, score: new Float64Array(0) })]).toEqual([]);
  });
});

describe('greedy assignment', () => {
  it('takes pairs by descending score, which need not be optimal', () => {
    const matrix = { rows: 2, columns: 2, score: Float64Array.from([0.9, 0.8, 0.8, 0]) };
    expect([...greedyAssignment(matrix)]).toEqual([0, -1]);
    expect([...optimalAssignment(matrix)]).toEqual([1, 0]);
  });

  it('leaves scores of zero unmatched and breaks ties by row, then column', () => {
    expect([...greedyAssignment({ rows: 3, columns: 2, score: Float64Array.from([0.5, 0.5, 0.5, 0.5, 0, 0]) })]).toEqual([0, 1, -1]);
  });

  it('never beats the optimum', () => {
    for (let seed = 0; seed < 40; seed++) {
      const matrix = randomScores(5, 4, seed);
      expect(total(matrix, greedyAssignment(matrix))).toBeLessThanOrEqual(total(matrix, optimalAssignment(matrix)) + 1e-12);
    }
  });
});

describe('Sinkhorn plan', () => {
  it('meets both uniform marginals', () => {
    for (const [rows, columns] of [[1, 1], [3, 3], [2, 5], [5, 2]]) {
      const matrix = randomScores(rows, columns, 1);
      const plan = sinkhornPlan(matrix, { regularization: 0.1 });
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < columns; j++) sum += plan[i * columns + j];
        expect(sum).toBeCloseTo(1 / rows, 11);
      }
      for (let j = 0; j < columns; j++) {
        let sum = 0;
        for (let i = 0; i < rows; i++) sum += plan[i * columns + j];
        expect(sum).toBeCloseTo(1 / columns, 11);
      }
    }
  });

  it('is exp(score / reg) up to a factor per row and per column', () => {
    const matrix = randomScores(3, 3, 2);
    const plan = sinkhornPlan(matrix, { regularization: 0.25 });
    const cross = (m: Float64Array) => Math.log((m[0] * m[4]) / (m[1] * m[3]));
    expect(cross(plan)).toBeCloseTo((matrix.score[0] + matrix.score[4] - matrix.score[1] - matrix.score[3]) / 0.25, 9);
  });

  it('solves a 2 × 2 case in closed form', () => {
    // Equal marginals force t, ½ − t; the cross ratio (t / (½ − t))² = e^{Δ / reg}.
    const plan = sinkhornPlan({ rows: 2, columns: 2, score: Float64Array.from([1, 0, 0, 1]) }, { regularization: 0.5 });
    const ratio = Math.exp(1 / 0.5);
    expect(plan[0]).toBeCloseTo(0.5 * (ratio / (1 + ratio)), 12);
  });

  it('tends to the optimal matching and stays finite as the regularisation shrinks', () => {
    const matrix = { rows: 3, columns: 3, score: Float64Array.from([0.9, 0.8, 0.1, 0.8, 0.2, 0.3, 0.4, 0.1, 0.9]) };
    const plan = sinkhornPlan(matrix, { regularization: 0.02 });
    const column = optimalAssignment(matrix);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(plan[i * 3 + j]).toBeCloseTo(column[i] === j ? 1 / 3 : 0, 3);
    expect(sinkhornPlan(matrix, { regularization: 1e-5, maxIterations: 10 }).every(Number.isFinite)).toBe(true);
  });
});
