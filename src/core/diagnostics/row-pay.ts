import { columnsFor } from '../batch/columns-for';
import { rowBatch } from '../batch/row-batch';
import { freshBuffer } from '../batch/workspace';
import { isMarkov } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import type { CompiledTerm } from '../scheme/compile-scheme';

type Priced = Pick<CompiledTerm, 'plugin' | 'params'>;

/** What a term's own construction pays on every table row, [rows], before its transforms; null where that is no function of the row. */
export function rowPay(term: Priced, table: Table): Float64Array | null {
  return isMarkov(term.plugin, term.params) ? priceByRow(term, table) : null;
}

/** The rows priced as episodes of one step each. */
export function priceByRow({ plugin, params }: Priced, table: Table): Float64Array {
  const context = { buffer: freshBuffer, state: undefined, iteration: 0, detail: false };
  return plugin.price(columnsFor(plugin, params, rowBatch(table)) as never, params as never, context).reward;
}
