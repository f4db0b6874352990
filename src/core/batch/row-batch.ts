import { groupLayout, KNOWN_SHAPES, type Batch, type Column, type Shape } from '../contracts/columns';
import type { Table } from '../contracts/scenario';
import { noSuchSignal } from './table-batch';

/**
 * The table's outcome rows as a batch of one-step trajectories, so that a Markov reward prices
 * each row once with the very function that prices trajectories.
 */
export function rowBatch(table: Table): Batch {
  const n = table.rows;
  const length = new Int32Array(n).fill(1);
  const steps = (of: ArrayLike<number>) => Float64Array.from(of);
  const made = new Map<string, Column>();
  const make: Record<string, () => Column> = {
    action: () => Int32Array.from(table.rowAction),
    done: () => steps(table.rowDone),
    terminated: () => steps(table.rowDone),
    outcome: () => table.metrics[table.truth],
    state: () => {
      const state = new Int32Array(2 * n);
      for (let row = 0; row < n; row++) {
        state[2 * row] = table.rowState[row];
        state[2 * row + 1] = table.rowNext[row];
      }
      return state;
    },
  };
  return {
    nTraj: n,
    maxLen: 1,
    length,
    group: groupLayout([]),
    column(name: string, shape: Shape): Column | string {
      if (shape === 'step' && Object.hasOwn(table.signals, name)) return table.signals[name];
      if (shape === 'step' && Object.hasOwn(table.metrics, name)) return table.metrics[name];
      const maker = Object.hasOwn(make, name) ? make[name] : undefined;
      if (!maker && !Object.hasOwn(KNOWN_SHAPES, name)) return noSuchSignal(table, name);
      if (!maker) return `A reward that is priced once per transition cannot read "${name}".`;
      let column = made.get(name);
      if (!column) made.set(name, (column = maker()));
      return column;
    },
  };
}
