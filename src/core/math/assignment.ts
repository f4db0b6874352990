import { exp } from './elementary';

/** Matching the rows of a score matrix to its columns: greedily, optimally, or softly by optimal transport. */

/** Row-major [rows × columns] scores; larger is better. */
export interface ScoreMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly score: Float64Array;
}

/**
 * Takes pairs by descending score and skips used rows and columns and scores ≤ 0; ties go to the
 * lower row, then the lower column. Returns the column of every row, −1 where unmatched.
 * This is not optimal: [[0.9, 0.8], [0.8, 0]] scores 0.9 instead of 1.6.
 */
export function greedyAssignment({ rows, columns, score }: ScoreMatrix): Int32Array {
  const order = Int32Array.from(score.keys())
    .filter((k) => score[k] > 0)
    .sort((a, b) => score[b] - score[a] || a - b);
  const column = new Int32Array(rows).fill(-1);
  const used = new Uint8Array(columns);
  for (const k of order) {
    const i = Math.floor(k / columns);
    const j = k - i * columns;
    if (column[i] >= 0 || used[j]) continue;
    column[i] = j;
    used[j] = 1;
  }
  return column;
}

/**
 * The matching with the largest total score, by shortest augmenting paths with dual prices
 * (Hungarian method, O(n²m)). min(rows, columns) pairs are matched, whatever their sign;
 * returns the column of every row, −1 where there is none left.
 */
export function optimalAssignment({ rows, columns, score }: ScoreMatrix): Int32Array {
  const transposed = rows > columns;
  const n = transposed ? columns : rows;
  const m = transposed ? rows : columns;
  const cost = (i: number, j: number) => -(transposed ? score[j * columns + i] : score[i * columns + j]);
  const price = new Float64Array(n + 1);
  const discount = new Float64Array(m + 1);
  /** matched[j] is the row (from 1) that holds column j (from 1); column 0 is the row being placed. */
  const matched = new Int32Array(m + 1);
  const previous = new Int32Array(m + 1);
  for (let row = 1; row <= n; row++) {
    matched[0] = row;
    const distance = new Float64Array(m + 1).fill(Infinity);
    const settled = new Uint8Array(m + 1);
    let j = 0;
    do {
      settled[j] = 1;
      const i = matched[j];
      let nearest = Infinity;
      let next = 0;
      for (let k = 1; k <= m; k++) {
        if (settled[k]) continue;
        const reduced = cost(i - 1, k - 1) - price[i] - discount[k];
        if (reduced < distance[k]) {
          distance[k] = reduced;
          previous[k] = j;
        }
        if (distance[k] < nearest) {
          nearest = distance[k];
          next = k;
        }
      }
      for (let k = 0; k <= m; k++) {
        if (settled[k]) {
          price[matched[k]] += nearest;
          discount[k] -= nearest;
        } else {
          distance[k] -= nearest;
        }
      }
      j = next;
    } while (matched[j] !== 0);
    while (j !== 0) {
      matched[j] = matched[previous[j]];
      j = previous[j];
    }
  }
  const result = new Int32Array(rows).fill(-1);
  for (let j = 1; j <= m; j++) {
    if (matched[j] === 0) continue;
    if (transposed) result[j - 1] = matched[j] - 1;
    else result[matched[j] - 1] = j - 1;
  }
  return result;
}

export interface SinkhornOptions {
  /** Entropic regularisation; smaller is nearer to the optimal matching and slower. */
  readonly regularization: number;
  /** Largest error of a row marginal at which iteration stops. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * Entropic optimal transport with uniform marginals: the plan u_i·exp(s_ij / reg)·v_j whose rows add
 * up to 1/rows and whose columns add up to 1/columns. Scaled in place until the row marginals
 * are met to `tolerance`. Row and column maxima are taken out first, so a small `reg` neither overflows
 * nor leaves an empty row or column.
 */
export function sinkhornPlan(
  { rows, columns, score }: ScoreMatrix,
  { regularization, tolerance = 1e-12, maxIterations = 20_000 }: SinkhornOptions,
): Float64Array {
  const plan = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    let max = -Infinity;
    for (let j = 0; j < columns; j++) max = Math.max(max, score[i * columns + j]);
    for (let j = 0; j < columns; j++) plan[i * columns + j] = score[i * columns + j] - max;
  }
  for (let j = 0; j < columns; j++) {
    let max = -Infinity;
    for (let i = 0; i < rows; i++) max = Math.max(max, plan[i * columns + j]);
    for (let i = 0; i < rows; i++) plan[i * columns + j] = exp((plan[i * columns + j] - max) / regularization);
  }
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let error = 0;
    for (let i = 0; i < rows; i++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += plan[i * columns + j];
      error = Math.max(error, Math.abs(sum * rows - 1));
      const scale = 1 / (rows * sum);
      for (let j = 0; j < columns; j++) plan[i * columns + j] *= scale;
    }
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += plan[i * columns + j];
      const scale = 1 / (columns * sum);
      for (let i = 0; i < rows; i++) plan[i * columns + j] *= scale;
    }
    if (error <= tolerance) break;
  }
  return plan;
}
