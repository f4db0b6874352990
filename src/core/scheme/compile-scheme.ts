import { columnsFor } from '../batch/columns-for';
import { rowBatch } from '../batch/row-batch';
import { freshBuffer } from '../batch/workspace';
import type { Batch } from '../contracts/columns';
import type { EstimatorPlugin } from '../contracts/estimator';
import { completeParameters, type Parameters, type StoredValues } from '../contracts/parameters';
import { isMarkov, type RewardPlugin } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import { suggestion, type PluginSet } from '../plugin-set';
import type { SchemeSpec, TermSpec } from './scheme-spec';

/** What is wrong with one field of a scheme, in a sentence. */
export interface SchemeProblem {
  /** JSON Pointer inside the scheme, such as `/terms/0/params/threshold`. */
  readonly field: string;
  readonly message: string;
}

export interface CompiledTerm {
  readonly spec: TermSpec;
  readonly plugin: RewardPlugin;
  /** Completed parameters; state tables are resolved to numbers. */
  readonly params: Record<string, unknown>;
  /** [rows] unweighted reward of each table row, for Markov terms on a table. */
  readonly perRow: Float64Array | null;
}

export interface CompiledScheme {
  readonly spec: SchemeSpec;
  readonly terms: readonly CompiledTerm[];
  readonly estimator: EstimatorPlugin;
  readonly estimatorParams: Record<string, unknown>;
  /** [rows] Σ weight × perRow over gated (open) Markov terms; null when there are none. */
  readonly gatedPerRow: Float64Array | null;
  readonly openPerRow: Float64Array | null;
  readonly problems: readonly SchemeProblem[];
}

const rowBatches = new WeakMap<Table, Batch>();

/**
 * Completes a scheme's parameters and prices its Markov terms once per table row.
 *
 * Values outside their limits are clamped and reported in `problems`; nothing is thrown for them.
 * Throws `UnknownPluginError` for an unknown id, `MissingColumnError` when a Markov term names a signal
 * the scenario lacks, and an Error that names the state table when a potential is unknown.
 */
export function compileScheme(spec: SchemeSpec, plugins: PluginSet, table: Table | null): CompiledScheme {
  const problems: SchemeProblem[] = [];
  const complete = (parameters: Parameters, stored: StoredValues, field: string) => {
    const { values, problems: found } = completeParameters(parameters, stored, { clamp: table !== null });
    for (const { key, message } of found) problems.push({ field: `${field}/${key}`, message });
    return resolve(parameters, values, spec, table);
  };
  const terms = spec.terms.map((term, k): CompiledTerm => {
    const plugin = plugins.get('reward', term.reward);
    const params = complete(plugin.params, term.params, `/terms/${k}/params`);
    return { spec: term, plugin, params, perRow: table && isMarkov(plugin, params) ? priceRows(plugin, params, table) : null };
  });
  const estimator = plugins.get('estimator', spec.estimator.id);
  const estimatorParams = complete(estimator.params, spec.estimator.params, '/estimator/params');
  const sum = (gated: boolean) => weightedRows(terms.filter((term) => isGated(term, spec) === gated), table);
  return { spec, terms, estimator, estimatorParams, gatedPerRow: sum(true), openPerRow: sum(false), problems };
}

/** A term is gated when it asks to be and the scheme has a gate. */
export function isGated(term: CompiledTerm, spec: SchemeSpec): boolean {
  return spec.gate !== null && term.spec.gated;
}

function resolve(
  parameters: Parameters,
  values: Record<string, unknown>,
  spec: SchemeSpec,
  table: Table | null,
): Record<string, unknown> {
  for (const [key, parameter] of Object.entries(parameters)) {
    if (parameter.kind === 'number' && parameter.shared === 'gamma' && spec.gammaLinked) values[key] = spec.gamma;
    if (parameter.kind === 'state-table') values[key] = stateTable(values[key] as string | readonly number[], table);
  }
  return values;
}

function stateTable(value: string | readonly number[], table: Table | null): Float64Array {
  if (typeof value !== 'string') return Float64Array.from(value);
  const known = table ? Object.keys(table.stateTables) : [];
  const found = table && Object.hasOwn(table.stateTables, value) ? table.stateTables[value] : undefined;
  if (found) return found;
  throw new Error(
    table
      ? `This scenario has no state table "${value}".${suggestion(value, known)} It has: ${known.join(', ') || 'none'}.`
      : `The potential "${value}" is named after a scenario's state table, and these trajectories have no scenario. Give a number per state instead.`,
  );
}

function priceRows(plugin: RewardPlugin, params: Record<string, unknown>, table: Table): Float64Array {
  let batch = rowBatches.get(table);
  if (!batch) rowBatches.set(table, (batch = rowBatch(table)));
  const context = { buffer: freshBuffer, state: undefined, iteration: 0, detail: false };
  return plugin.price(columnsFor(plugin, params, batch) as never, params as never, context).reward;
}

function weightedRows(terms: readonly CompiledTerm[], table: Table | null): Float64Array | null {
  const markov = terms.filter((term) => term.perRow !== null);
  if (!table || markov.length === 0) return null;
  const total = new Float64Array(table.rows);
  for (const { perRow, spec } of markov) {
    for (let row = 0; row < total.length; row++) total[row] += spec.weight * perRow![row];
  }
  return total;
}
