import { columnsFor } from '../batch/columns-for';
import { rowBatch } from '../batch/row-batch';
import { freshBuffer } from '../batch/workspace';
import type { Batch } from '../contracts/columns';
import type { EstimatorPlugin } from '../contracts/estimator';
import { completeParameters, type Parameters, type StoredValues } from '../contracts/parameters';
import { isMarkov, type RewardPlugin } from '../contracts/reward';
import type { Table } from '../contracts/scenario';
import { suggestion, type PluginSet } from '../plugin-set';
import { conditionsOf } from './gate';
import type { SchemeSpec, TermSpec } from './scheme-spec';
import { applyAllPointwise, isPointwise } from './transform';

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
  /** [rows] unweighted reward of each table row, for Markov terms on a table whose transforms, if any, are pointwise. */
  readonly perRow: Float64Array | null;
  /** The same before the transforms: what the plug-in itself paid. */
  readonly ownPerRow: Float64Array | null;
}

export interface CompiledScheme {
  readonly spec: SchemeSpec;
  readonly terms: readonly CompiledTerm[];
  readonly estimator: EstimatorPlugin;
  readonly estimatorParams: Record<string, unknown>;
  readonly problems: readonly SchemeProblem[];
}

const rowBatches = new WeakMap<Table, Batch>();

/**
 * Completes a scheme's parameters and prices its Markov terms once per table row.
 *
 * Values outside their limits are clamped and reported in `problems`; nothing is thrown for them.
 * Throws `UnknownPluginError` for an unknown id, `MissingColumnError` when a Markov term names a signal
 * the scenario lacks, and an Error that names the state table when a potential is unknown, or the term that a gate reads and
 * that is not there.
 */
export function compileScheme(spec: SchemeSpec, plugins: PluginSet, table: Table | null, { clamp = table !== null } = {}): CompiledScheme {
  const problems: SchemeProblem[] = [];
  const complete = (parameters: Parameters, stored: StoredValues, field: string) => {
    const { values, problems: found } = completeParameters(parameters, stored, { clamp });
    for (const { key, message } of found) problems.push({ field: `${field}/${key}`, message });
    return resolve(parameters, values, spec, table);
  };
  const terms = spec.terms.map((term, k): CompiledTerm => {
    const plugin = plugins.get('reward', term.reward);
    const params = complete(plugin.params, term.params, `/terms/${k}/params`);
    const byRow = table !== null && isMarkov(plugin, params) && (term.transforms ?? []).every(isPointwise);
    const ownPerRow = byRow ? priceRows(plugin, params, table) : null;
    return { spec: term, plugin, params, ownPerRow, perRow: ownPerRow && applyAllPointwise(ownPerRow, term.transforms) };
  });
  for (const condition of conditionsOf(spec.gate)) {
    const { term } = condition;
    if (term !== undefined && term >= terms.length) throw new Error(`The gate reads term ${term + 1}, and the scheme has ${terms.length}.`);
  }
  const estimator = plugins.get('estimator', spec.estimator.id);
  const estimatorParams = complete(estimator.params, spec.estimator.params, '/estimator/params');
  return { spec, terms, estimator, estimatorParams, problems };
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
