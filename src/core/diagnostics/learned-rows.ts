import type { Table } from '../contracts/scenario';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { applyAllPointwise, isPointwise } from '../scheme/transform';
import { priceByRow } from './row-pay';

const COLUMN = 'learnedReward';

/**
 * Table and scheme with a learned reward's score of every row, [rows]. The score is one more signal; terms that read nothing else are priced
 * on every row. Whether that is the whole of their pay is for `paysAsPriced` to find.
 */
export function withLearnedRows(plain: Table, scheme: CompiledScheme, score: Float64Array): { table: Table; scheme: CompiledScheme } {
  const table = { ...plain, signals: { ...plain.signals, [COLUMN]: score } };
  const terms = scheme.terms.map((term) => {
    const reads = Object.keys(term.plugin.needs);
    const { transforms } = term.spec;
    if (reads.length !== 1 || reads[0] !== COLUMN || !(transforms ?? []).every(isPointwise)) return term;
    const ownPerRow = priceByRow(term, table);
    return { ...term, ownPerRow, perRow: applyAllPointwise(ownPerRow, transforms) };
  });
  return { table, scheme: { ...scheme, terms } };
}
