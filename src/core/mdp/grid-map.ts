/** Maps of square cells: reading their text, walking on them, and what can be reached. Shared by the grid scenarios. */

/** A map's text as cells in reading order. */
export interface GridMap {
  readonly rows: number;
  readonly columns: number;
  /** [rows · columns] one tile each. */
  readonly tiles: string;
}

/** Reads rows joined by `/`; the caller has checked them. */
export function readMap(map: string): GridMap {
  const rows = map.split('/');
  return { rows: rows.length, columns: rows[0].length, tiles: rows.join('') };
}

/** Cells that hold one of these tiles, in reading order. */
export function cellsOf({ tiles }: GridMap, marks: string): number[] {
  return Array.from({ length: tiles.length }, (_, cell) => cell).filter((cell) => marks.includes(tiles[cell]));
}

export const rowOf = ({ columns }: GridMap, cell: number) => Math.floor(cell / columns);
export const columnOf = ({ columns }: GridMap, cell: number) => cell % columns;

/** The cell one move of [Δrow, Δcolumn] away, or −1 off the map. */
export function cellBeside(map: GridMap, cell: number, [dr, dc]: readonly number[]): number {
  const row = rowOf(map, cell) + dr;
  const column = columnOf(map, cell) + dc;
  return row >= 0 && row < map.rows && column >= 0 && column < map.columns ? row * map.columns + column : -1;
}

/** |Δrow| + |Δcolumn| to the nearest of some cells. */
export function manhattan(map: GridMap, cell: number, targets: readonly number[]): number {
  let least = Infinity;
  for (const target of targets) least = Math.min(least, Math.abs(rowOf(map, cell) - rowOf(map, target)) + Math.abs(columnOf(map, cell) - columnOf(map, target)));
  return least;
}

/** Fewest steps from some nodes to every node of a graph by breadth-first search; Infinity where there is no way. */
export function stepsFrom(nodes: number, from: readonly number[], next: (node: number) => readonly number[]): Float64Array {
  const steps = new Float64Array(nodes).fill(Infinity);
  const queue = [...from];
  for (const node of from) steps[node] = 0;
  for (const node of queue) {
    for (const reached of next(node)) {
      if (steps[reached] < Infinity) continue;
      steps[reached] = steps[node] + 1;
      queue.push(reached);
    }
  }
  return steps;
}

/** True where some cell of `to` can be walked to from some cell of `from`, in four directions over the cells that are open. */
export function isReachable(map: GridMap, from: readonly number[], to: readonly number[], isOpen: (cell: number) => boolean): boolean {
  const steps = stepsFrom(map.tiles.length, from, (cell) =>
    FOUR_WAYS.map((move) => cellBeside(map, cell, move)).filter((beside) => beside >= 0 && isOpen(beside)),
  );
  return to.some((cell) => steps[cell] < Infinity);
}

/** Up, down, left, right. */
export const FOUR_WAYS = [[-1, 0], [1, 0], [0, -1], [0, 1]] as const;

/** Keeps what was made of the last few maps, because a scenario's functions are asked about one and the same again and again. */
export function remembered<T>(make: (map: string) => T): (map: string) => T {
  const kept = new Map<string, T>();
  return (map) => {
    let made = kept.get(map);
    if (made === undefined) {
      made = make(map);
      if (kept.size >= 8) kept.delete(kept.keys().next().value!);
      kept.set(map, made);
    }
    return made;
  };
}
