import type { LearnedColumns } from '../batch/learned-columns';
import type { Table } from '../contracts/scenario';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { applyAllPointwise, isPointwise } from '../scheme/transform';
import { priceByRow } from './row-pay';

/**
 * Table and scheme with learned columns, a number per row each. They are more signals; terms that read nothing else are priced
 * on every row. Whether that is the whole of their pay is for `paysAsPriced` to find.
 */
export function withLearnedRows(plain: Table, scheme: CompiledScheme, learned: LearnedColumns): { table: Table; scheme: CompiledScheme } {
  const table = { ...plain, signals: { ...plain.signals, ...learned } };
  const terms = scheme.terms.map((term) => {
    const reads: readonly string[] = term.plugin.reads?.(term.params as never) ?? Object.keys(term.plugin.needs);
    const { transforms } = term.spec;
    if (reads.length === 0 || !reads.every((name) => Object.hasOwn(learned, name)) || !(transforms ?? []).every(isPointwise)) return term;
    const ownPerRow = priceByRow(term, table);
    return { ...term, ownPerRow, perRow: applyAllPointwise(ownPerRow, transforms) };
  });
  return { table, scheme: { ...scheme, terms } };
}
