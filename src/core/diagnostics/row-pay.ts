import { columnsFor } from '../batch/columns-for';
import { rowBatch } from '../batch/row-batch';
import { freshBuffer } from '../batch/workspace';
import { isMarkov } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import type { CompiledTerm } from '../scheme/compile-scheme';

/** What a term's own construction pays on every table row, [rows], before its transforms; null where that is no function of the row. */
export function rowPay({ plugin, params }: Pick<CompiledTerm, 'plugin' | 'params'>, table: Table): Float64Array | null {
  if (!isMarkov(plugin, params)) return null;
  const context = { buffer: freshBuffer, state: undefined, iteration: 0, detail: false };
  return plugin.price(columnsFor(plugin, params, rowBatch(table)) as never, params as never, context).reward;
}
