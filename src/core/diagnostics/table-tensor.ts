import type { Table } from '../contracts/scenario';

/** Largest number of cells [s][a][s′] that are written out. */
export const MAX_CELLS = 400_000;

/** [s][a][s′] */
type Cells = number[][][];

/**
 * A table as nested lists, for measures of rewards: P(s′|s, a) and each row reward as R(s, a, s′), the mean over
 * the rows between the same states. Rows that end the episode lead to one more state, the last, which leads to itself and
 * pays nothing. Pairs of states without a transition pay 0. Null above `MAX_CELLS`.
 */
export function tableTensor(table: Table, rewards: readonly Float64Array[]): { readonly transition: Cells; readonly rewards: readonly Cells[] } | null {
  const { S, A, rows, rowState, rowAction, rowNext, rowDone, rowProbability, absorbing } = table;
  const N = S + 1;
  if (N * A * N > MAX_CELLS) return null;
  const empty = (): Cells => Array.from({ length: N }, () => Array.from({ length: A }, () => new Array<number>(N).fill(0)));
  const transition = empty();
  const sums = rewards.map(empty);
  for (let a = 0; a < A; a++) transition[S][a][S] = 1;
  for (let r = 0; r < rows; r++) {
    const s = rowState[r];
    const next = rowDone[r] || absorbing[s] ? S : rowNext[r];
    transition[s][rowAction[r]][next] += rowProbability[r];
    sums.forEach((sum, k) => (sum[s][rowAction[r]][next] += rowProbability[r] * rewards[k][r]));
  }
  for (const sum of sums) {
    sum.forEach((actions, s) => actions.forEach((cells, a) => cells.forEach((x, next) => (x !== 0 ? (cells[next] = x / transition[s][a][next]) : x))));
  }
  return { transition, rewards: sums };
}
