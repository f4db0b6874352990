import type { Table } from '../contracts/scenario';
import { optimalStationary } from './optimal';

/**
 * The table with V* of its true objective as the state table `optimal`: the potential that tells everything. γ = 0.99, no
 * end of time; V* is 0 in absorbing states.
 */
export function withOptimalValue(table: Table): Table {
  const { value } = optimalStationary(table, table.metrics[table.truth], 0.99);
  return { ...table, stateTables: { ...table.stateTables, optimal: value } };
}
