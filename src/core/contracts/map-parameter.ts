/**
 * A drawn map as a parameter: rows of one-character tiles, joined by `/` ("S..#/K.DG"). Its specification says which tiles there
 * are, how many of each a map has, how large it may be, and what else makes a map playable; the editor, link clamping, the
 * reference page and the command line are read from it.
 */

/** What a tile is, for its picture and the palette of the editor. */
export type TileRole = 'floor' | 'wall' | 'start' | 'key' | 'door' | 'goal' | 'hazard';

export interface MapTile {
  /** One character, not `/`. */
  readonly mark: string;
  readonly title: string;
  readonly role: TileRole;
  /** Fewest and most of them on a map; 0 and as many as fit when missing. */
  readonly min?: number;
  readonly max?: number;
}

export interface MapRules {
  /** The first one is what the editor's rubber leaves behind. */
  readonly tiles: readonly MapTile[];
  readonly maxRows: number;
  readonly maxColumns: number;
  /** Why a map of legal tiles cannot be played ("There is no path from the start to the key."), or null. */
  readonly playable?: (rows: readonly string[]) => string | null;
}

/** Rows of a map's text; they are of equal length once `mapProblem` finds nothing. */
export function mapRows(map: string): string[] {
  return map.split('/');
}

/**
 * What is wrong with a value as a map, in one sentence that names row and column where there is one; null when it can be
 * played. Rows and columns count from 1.
 */
export function mapProblem({ tiles, maxRows, maxColumns, playable }: MapRules, value: unknown): string | null {
  if (typeof value !== 'string') return 'A map is a text of rows joined by "/", such as "S.#/..G".';
  if (value.length > (maxColumns + 1) * maxRows) {
    return `The map is ${value.length} characters long; at most ${maxRows} rows of ${maxColumns} columns are read.`;
  }
  const rows = mapRows(value);
  const [first] = rows;
  if (rows.length > maxRows) return `The map has ${rows.length} rows; at most ${maxRows} are allowed.`;
  if (first.length > maxColumns) return `Row 1 has ${first.length} columns; at most ${maxColumns} are allowed.`;
  const counts = new Map(tiles.map(({ mark }) => [mark, 0]));
  for (const [r, row] of rows.entries()) {
    const marks = [...row];
    if (marks.length !== first.length || row.length !== first.length || row.length === 0) {
      return row.length === 0 ? `Row ${r + 1} is empty.` : `Row ${r + 1} has ${marks.length} columns; row 1 has ${first.length}.`;
    }
    for (const [c, mark] of marks.entries()) {
      const seen = counts.get(mark);
      if (seen === undefined) {
        return `Row ${r + 1}, column ${c + 1}: ${JSON.stringify(mark)} is no tile of this map. Its tiles are ${tiles.map((tile) => `${tile.mark} (${tile.title.toLowerCase()})`).join(', ')}.`;
      }
      counts.set(mark, seen + 1);
    }
  }
  for (const { mark, title, min = 0, max = Infinity } of tiles) {
    const n = counts.get(mark)!;
    if (n < min) return `The map needs ${min === 1 ? 'a' : `at least ${min}`} ${title.toLowerCase()} (${mark}); it has ${n === 0 ? 'none' : `only ${n}`}.`;
    if (n > max) return `The map may have ${max === 1 ? 'one' : `at most ${max}`} ${title.toLowerCase()} (${mark}); it has ${n}.`;
  }
  return playable?.(rows) ?? null;
}
