/**
 * A map while it is drawn: what is on the board may be unplayable for a moment, and only maps that can be played are handed on, so
 * the experiment always keeps the last good one.
 */
import { mapProblem, mapRows, type MapTile } from '../../core/contracts/map-parameter';
import type { MapParameter } from '../../core/contracts/parameters';

export class MapDraft {
  readonly parameter: MapParameter;
  #text = $state('');
  #handedOn: string;
  #brush = $state.raw() as MapTile;
  readonly #use: (map: string) => string | null;
  #refusal = $state<string | null>(null);
  readonly #rows = $derived(mapRows(this.#text));
  readonly #problem = $derived.by(() => mapProblem(this.parameter, this.#text) ?? this.#refusal);

  /** `use` gets every map that can be played, and says why the experiment cannot take it, or null. */
  constructor(parameter: MapParameter, map: string, use: (map: string) => string | null) {
    this.parameter = parameter;
    this.#text = map;
    this.#handedOn = map;
    this.#brush = parameter.tiles.find(({ role }) => role === 'wall' || role === 'hazard') ?? parameter.tiles[0];
    this.#use = use;
  }

  get text(): string {
    return this.#text;
  }
  get rows(): readonly string[] {
    return this.#rows;
  }
  get columns(): number {
    return this.#rows[0]!.length;
  }
  /** Why the experiment still has the map before; null when it has this one. */
  get problem(): string | null {
    return this.#problem;
  }
  get brush(): MapTile {
    return this.#brush;
  }

  choose(tile: MapTile): void {
    this.#brush = tile;
  }

  tileAt(row: number, column: number): MapTile {
    const mark = this.#rows[row]![column];
    return this.parameter.tiles.find((tile) => tile.mark === mark) ?? this.parameter.tiles[0];
  }

  /** Puts the brush's tile into a cell. Where only one of it may be, it moves there. */
  paint(row: number, column: number): void {
    const { mark, max } = this.#brush;
    if (this.#rows[row]?.[column] === undefined || this.#rows[row][column] === mark) return;
    const floor = this.parameter.tiles[0]!.mark;
    this.#set(this.#rows.map((text, r) => [...text].map((old, c) => (r === row && c === column ? mark : max === 1 && old === mark ? floor : old)).join('')));
  }

  /** Every cell between two, so that a fast stroke leaves no holes. */
  paintTo(from: readonly [row: number, column: number], to: readonly [row: number, column: number]): void {
    const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
    for (let k = 1; k <= steps; k++) this.paint(Math.round(from[0] + ((to[0] - from[0]) * k) / steps), Math.round(from[1] + ((to[1] - from[1]) * k) / steps));
    if (steps === 0) this.paint(...to);
  }

  /** Rows come and go at the bottom, columns at the right. */
  resize(rows: number, columns: number): void {
    const floor = this.parameter.tiles[0]!.mark;
    const height = Math.min(this.parameter.maxRows, Math.max(1, Math.round(rows)));
    const width = Math.min(this.parameter.maxColumns, Math.max(1, Math.round(columns)));
    this.#set(Array.from({ length: height }, (_, r) => (this.#rows[r] ?? '').slice(0, width).padEnd(width, floor)));
  }

  /** Follows the experiment: its history moved, or another map was opened. */
  follow(map: string): void {
    if (map === this.#handedOn) return;
    this.#refusal = null;
    this.#handedOn = map;
    this.#text = map;
  }

  /** Back to the map that the experiment has. */
  giveUp(): void {
    this.#refusal = null;
    this.#text = this.#handedOn;
  }

  #set(rows: readonly string[]): void {
    const text = rows.join('/');
    if (text === this.#text) return;
    this.#text = text;
    this.#refusal = null;
    if (mapProblem(this.parameter, text) !== null || text === this.#handedOn) return;
    this.#refusal = this.#use(text);
    if (this.#refusal === null) this.#handedOn = text;
  }
}
