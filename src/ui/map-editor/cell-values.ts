/** Exact values of a grid's states, by cell: what the editor shades its board with. */
import type { Picture } from '../../core/contracts/scenario';

type Grid = Extract<Picture, { kind: 'grid' }>;

/** What a state can carry besides its place ("no key", "has the key"), in the order of states; one entry where nothing is carried. */
export function carriedKinds({ cellOf, carries }: Grid, absorbing: ArrayLike<number>): string[] {
  const kinds = new Set<string>();
  cellOf.forEach((cell, state) => {
    if (cell >= 0 && !absorbing[state]) kinds.add(carries[state]!);
  });
  return [...kinds];
}

/** [cells] value of the state that stands in a cell and carries `kind`; NaN where none acts. */
export function valuesByCell({ cellOf, carries, rows, columns }: Grid, absorbing: ArrayLike<number>, value: ArrayLike<number>, kind: string): Float64Array {
  const byCell = new Float64Array(rows * columns).fill(Number.NaN);
  cellOf.forEach((cell, state) => {
    if (cell >= 0 && !absorbing[state] && carries[state] === kind) byCell[cell] = value[state]!;
  });
  return byCell;
}

/** 0…1 by the square root of the share between the least and the largest, so that small chances still show; 0 where all are equal. */
export function shade(byCell: Float64Array): Float64Array {
  const finite = byCell.filter(Number.isFinite);
  const low = finite.reduce((least, x) => Math.min(least, x), Infinity);
  const high = finite.reduce((most, x) => Math.max(most, x), -Infinity);
  return byCell.map((x) => (high > low ? Math.sqrt((x - low) / (high - low)) : Number.isFinite(x) ? 0 : Number.NaN));
}
