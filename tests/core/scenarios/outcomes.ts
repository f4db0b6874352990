import type { Table } from '../../../src/core/contracts/scenario';

/** Outcomes of (s, a) as [next, probability rounded to 12 digits] pairs, in row order. */
export function outcomes(table: Table, state: number, action: number): [number, number][] {
  const found: [number, number][] = [];
  for (let r = table.rowStart[state * table.A + action]; r < table.rowStart[state * table.A + action + 1]; r++) {
    found.push([table.rowNext[r], Number(table.rowProbability[r].toFixed(12))]);
  }
  return found;
}

/** The values of a row column on the outcomes of (s, a), in row order. */
export function paid(table: Table, column: Float64Array, state: number, action: number): number[] {
  return [...column.subarray(table.rowStart[state * table.A + action], table.rowStart[state * table.A + action + 1])];
}
