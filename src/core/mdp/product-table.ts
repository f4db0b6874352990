import type { EpisodeMemory } from '../contracts/reward';
import type { Table } from '../contracts/scenario';

/** Largest number of (state, memories) pairs, and of rows, that are written out. */
export const MAX_PRODUCT = { states: 65_536, rows: 1_000_000 } as const;

/** A table times what some rewards remember: its states are the pairs that some policy reaches within the horizon. */
export interface ProductTable {
  /** The truth as its only metric; no signals, state tables or features. */
  readonly table: Table;
  /** [rows] row of the plain table behind each row. */
  readonly baseRow: Uint32Array;
  /** [S] state of the plain table. */
  readonly baseState: Uint32Array;
  /** By memory: [S] what is remembered. */
  readonly memory: readonly Int32Array[];
  /** False where memories still grow when time runs out: the last ones are absorbing, and no value without a horizon exists. */
  readonly isClosed: boolean;
}

/**
 * The product of a table and memories, breadth first from the starts. Rows keep the order of the plain table's. Null where it has
 * more than `MAX_PRODUCT` states or rows.
 */
export function productTable(table: Table, memories: readonly EpisodeMemory[]): ProductTable | null {
  const { A, horizon, rowStart, rowNext, rowDone, absorbing, start } = table;
  const pairs = new Pairs(table.S, memories.length);
  const startState = start.state.map((s) => pairs.numberOf(s, memories.map(() => 0)));
  const next: number[] = [];
  const baseRow: number[] = [];
  const rowStarts: number[] = [0];
  const arrived = memories.map(() => 0);
  let expanded = 0;
  for (let depth = 0; depth < horizon && expanded < pairs.size; depth++) {
    const end = pairs.size;
    for (; expanded < end; expanded++) {
      const s = pairs.state[expanded];
      for (let a = 0; a < A; a++) {
        for (let r = rowStart[s * A + a]; r < rowStart[s * A + a + 1]; r++) {
          baseRow.push(r);
          if (rowDone[r] || absorbing[s]) next.push(expanded);
          else {
            for (let k = 0; k < memories.length; k++) arrived[k] = memories[k].next(pairs.memory[k][expanded], r);
            next.push(pairs.numberOf(rowNext[r], arrived));
          }
        }
        rowStarts.push(baseRow.length);
      }
      if (pairs.size > MAX_PRODUCT.states || baseRow.length > MAX_PRODUCT.rows) return null;
    }
  }
  // Whoever arrives after the last step acts no more: such pairs are absorbing.
  const isClosed = expanded === pairs.size;
  const S = pairs.size;
  for (let pair = expanded; pair < S; pair++) {
    for (let a = 0; a < A; a++) {
      const from = rowStart[pairs.state[pair] * A + a];
      baseRow.push(from);
      next.push(pair);
      rowStarts.push(baseRow.length);
    }
  }
  const base = Uint32Array.from(baseRow);
  const rows = base.length;
  const rowState = new Uint32Array(rows);
  const done = new Uint8Array(rows);
  for (let pair = 0; pair < S; pair++) {
    for (let r = rowStarts[pair * A]; r < rowStarts[(pair + 1) * A]; r++) {
      rowState[r] = pair;
      done[r] = pair >= expanded ? 1 : rowDone[base[r]];
    }
  }
  const gather = <V extends Float64Array | Uint32Array>(of: V, into: V): V => {
    for (let r = 0; r < rows; r++) into[r] = of[base[r]];
    return into;
  };
  return {
    table: {
      S,
      A,
      horizon,
      rows,
      rowStart: Uint32Array.from(rowStarts),
      rowState,
      rowAction: gather(table.rowAction, new Uint32Array(rows)),
      rowProbability: gather(table.rowProbability, new Float64Array(rows)).map((p, r) => (rowState[r] >= expanded ? 1 : p)),
      rowThreshold: gather(table.rowThreshold, new Uint32Array(rows)),
      rowNext: Uint32Array.from(next),
      rowDone: done,
      signals: {},
      metrics: { [table.truth]: gather(table.metrics[table.truth], new Float64Array(rows)) },
      truth: table.truth,
      stateTables: {},
      start: { state: startState, probability: start.probability },
      absorbing: Uint8Array.from({ length: S }, (_, pair) => (pair >= expanded ? 1 : absorbing[pairs.state[pair]])),
      features: { width: 0, data: new Float32Array(0) },
    },
    baseRow: base,
    baseState: Uint32Array.from(pairs.state),
    memory: pairs.memory.map((column) => Int32Array.from(column)),
    isClosed,
  };
}

/** Numbers for pairs of a state and memories, in order of first appearance. */
class Pairs {
  readonly state: number[] = [];
  readonly memory: number[][];
  readonly #S: number;
  readonly #single = new Map<number, number>();
  readonly #several = new Map<string, number>();

  constructor(S: number, count: number) {
    this.#S = S;
    this.memory = Array.from({ length: count }, () => []);
  }

  get size(): number {
    return this.state.length;
  }

  numberOf(state: number, memories: readonly number[]): number {
    return memories.length === 1 ? this.#find(this.#single, memories[0] * this.#S + state, state, memories) : this.#find(this.#several, `${state} ${memories.join(' ')}`, state, memories);
  }

  #find<K>(known: Map<K, number>, key: K, state: number, memories: readonly number[]): number {
    const found = known.get(key);
    if (found !== undefined) return found;
    memories.forEach((memory, k) => this.memory[k].push(memory));
    known.set(key, this.state.push(state) - 1);
    return this.state.length - 1;
  }
}
