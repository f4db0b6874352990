import { readNeed, type Batch, type Column, type Columns, type ColumnSource, type Needs, type Shape } from '../contracts/columns';
import type { Parameters } from '../contracts/parameters';

/** A plug-in asked for a column that neither the batch nor its surroundings hold. */
export class MissingColumnError extends Error {
  override readonly name = 'MissingColumnError';
  constructor(
    readonly column: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

interface Reader {
  readonly needs: Needs;
  readonly params: Parameters;
  readonly reads?: (values: never) => readonly string[];
}

/** The columns read at these parameter values: name, shape, and whether the plug-in manages without. */
function wantedColumns(plugin: Reader, values: Readonly<Record<string, unknown>>): { name: string; shape: Shape; optional: boolean }[] {
  const names = plugin.reads ? plugin.reads(values as never) : Object.keys(plugin.needs);
  return names.map((name) => ({ name, ...readNeed(plugin.needs[name]) }));
}

/** Names of the signals that a plug-in's parameter values point at. */
export function namedSignals(parameters: Parameters, values: Readonly<Record<string, unknown>>): string[] {
  const names = new Set<string>();
  for (const [key, parameter] of Object.entries(parameters)) {
    const value = values[key];
    if (parameter.kind === 'signal' && typeof value === 'string' && value !== '') names.add(value);
    if (parameter.kind === 'weights') for (const name of Object.keys(value as object)) names.add(name);
    if (parameter.kind === 'json' && parameter.signals) for (const name of parameter.signals(value)) names.add(name);
  }
  return [...names];
}

/**
 * Everything a plug-in declared it reads, optional columns left undefined where absent, looked up first in `own` (what the scheme adds: reward,
 * value, statistics) and then in the batch. Throws `MissingColumnError` with the batch's own reason.
 */
export function columnsFor<N extends Needs>(
  plugin: Reader & { readonly needs: N },
  values: Readonly<Record<string, unknown>>,
  batch: Batch,
  own: ColumnSource | null = null,
): Columns<N> {
  const found: Record<string, unknown> = { nTraj: batch.nTraj, maxLen: batch.maxLen, length: batch.length };
  for (const { name, shape, optional } of wantedColumns(plugin, values)) {
    const column = optional ? find(name, shape, batch, own) : look(name, shape, batch, own);
    found[name] = typeof column === 'string' ? undefined : column;
  }
  const signals: Record<string, Float64Array> = {};
  for (const name of namedSignals(plugin.params, values)) signals[name] = look(name, 'step', batch, own) as Float64Array;
  found['signals'] = signals;
  return found as Columns<N>;
}

/** Why a plug-in cannot read this batch, one sentence per missing column; empty when it can. */
export function missingColumns(
  plugin: Reader,
  values: Readonly<Record<string, unknown>>,
  batch: Batch,
  own: ColumnSource | null = null,
): { column: string; reason: string }[] {
  const wanted: [string, Shape][] = [
    ...wantedColumns(plugin, values).flatMap(({ name, shape, optional }): [string, Shape][] => (optional ? [] : [[name, shape]])),
    ...namedSignals(plugin.params, values).map((name): [string, Shape] => [name, 'step']),
  ];
  const missing: { column: string; reason: string }[] = [];
  for (const [name, shape] of wanted) {
    const column = find(name, shape, batch, own);
    if (typeof column === 'string') missing.push({ column: name, reason: column });
  }
  return missing;
}

function find(name: string, shape: Shape, batch: Batch, own: ColumnSource | null): Column | string {
  const ownColumn = own?.column(name, shape);
  return ownColumn !== undefined && typeof ownColumn !== 'string' ? ownColumn : batchOrReason(name, shape, batch, ownColumn);
}

function batchOrReason(name: string, shape: Shape, batch: Batch, ownReason: string | undefined): Column | string {
  const column = batch.column(name, shape);
  return typeof column === 'string' ? ownReason || column : column;
}

function look(name: string, shape: Shape, batch: Batch, own: ColumnSource | null): Column {
  const column = find(name, shape, batch, own);
  if (typeof column === 'string') throw new MissingColumnError(name, column);
  return column;
}
