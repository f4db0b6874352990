/** One row of a log read by the roles of its columns, every cell checked; a cell that cannot be read names its column. */
import { CellError, idsOf, labelOf, looseValue, numberOf, numbersOf, textOf, truthOf } from './log-cells';
import { columnName, type LogRole, type Roles } from './log-roles';
import type { LogRow, RowProblem } from './log-table';

/** A row read by its roles, checked: every list has one entry per step. */
export interface ReadRow {
  readonly line: number;
  readonly length: number;
  readonly group: number | string;
  readonly scalars: Readonly<Record<string, number>>;
  readonly stepRewards: readonly number[] | null;
  readonly stepColumn: string | null;
  /** Several rewards per step: name → list. */
  readonly stepDims: Readonly<Record<string, readonly number[]>> | null;
  readonly dims: Readonly<Record<string, number>> | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly extra: Readonly<Record<string, unknown>>;
  readonly advantage: readonly number[] | number | null;
  readonly completion: string | null;
  readonly prompt: string | null;
  /** Reward columns that do not apply here: their cells are empty. A step of a list counts on its own. */
  readonly skipped: readonly string[];
}

/** The columns of each role; what no role reads keeps its own name, or has the one it is to be read under. */
export class ByRole {
  readonly #columns = new Map<LogRole, string[]>();
  readonly #names = new Map<string, string>();

  constructor(columns: readonly string[], roles: Roles) {
    for (const column of columns) {
      const given = roles[column] ?? 'ignore';
      const isNamed = given.startsWith('as:');
      if (isNamed) this.#names.set(column, given.slice(3));
      const role = isNamed ? 'extra' : (given as LogRole);
      const list = this.#columns.get(role);
      if (list) list.push(column);
      else this.#columns.set(role, [column]);
    }
  }

  get(role: LogRole): readonly string[] | undefined {
    return this.#columns.get(role);
  }
  has(role: LogRole): boolean {
    return this.#columns.has(role);
  }
  nameOf(column: string): string {
    return this.#names.get(column) ?? columnName(column);
  }
}

/** Lists with one entry per step, and the field of a trajectory that each becomes; `beyond` allows one more. */
export const LISTS: readonly { readonly role: LogRole; readonly field: string; readonly beyond: 0 | 1; readonly ids?: true }[] = [
  { role: 'action', field: 'actions', beyond: 0, ids: true },
  { role: 'logProbs', field: 'logProbs', beyond: 0 },
  { role: 'oldLogProbs', field: 'oldLogProbs', beyond: 0 },
  { role: 'refLogProbs', field: 'refLogProbs', beyond: 0 },
  { role: 'value', field: 'values', beyond: 1 },
  { role: 'state', field: 'states', beyond: 1, ids: true },
];

export function readRows(rows: readonly LogRow[], byRole: ByRole, problems: RowProblem[]): ReadRow[] {
  const read: ReadRow[] = [];
  for (const row of rows) {
    try {
      read.push(readRow(row, byRole));
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      problems.push({ line: row.line, column: error.column, message: error.message });
    }
  }
  return read;
}

function readRow({ line, cells }: LogRow, byRole: ByRole): ReadRow {
  const one = (role: LogRole) => byRole.get(role)?.[0];
  const has = (column: string | undefined): column is string => column !== undefined && cells[column] !== undefined && cells[column] !== null;
  const stepColumn = one('stepReward');
  const skipped: string[] = [];
  const stepRewards = has(stepColumn) ? stepRewardsOf(cells[stepColumn], stepColumn, skipped) : null;
  let length = stepRewards?.length ?? -1;
  let named = stepColumn ?? '';
  const fields: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  for (const { role, field, beyond, ids } of LISTS) {
    const column = one(role);
    if (!has(column)) continue;
    const list = ids ? idsOf(cells[column], column) : numbersOf(cells[column], column);
    if (length < 0) {
      // States alone do not say whether the last one follows the last step; the headless form's own count does.
      const declared = beyond === 1 ? declaredLength(cells) : null;
      [length, named] = [declared === list.length - 1 ? declared : list.length, column];
    }
    if (list.length !== length && list.length !== length + beyond) {
      throw new CellError(column, `it has ${list.length} entries where “${named}” has ${length}. Give ${beyond ? `${length} or ${length + 1}` : length}.`);
    }
    fields[field] = list;
    keepOwnName(column, field, list, extra);
  }
  const scalars: Record<string, number> = {};
  const rewardColumns = byRole.get('reward') ?? [];
  for (const column of rewardColumns) {
    if (doesNotApply(cells[column])) skipped.push(column);
    else scalars[column] = numberOf(cells[column], column);
  }
  const dimsColumn = one('rewardDims');
  const dims = has(dimsColumn) ? rewardParts(cells[dimsColumn], dimsColumn, skipped) : null;
  if (rewardColumns.length > 0 && skipped.length >= rewardColumns.length && Object.keys(scalars).length === 0 && stepRewards === null && dims === null) {
    const [first, ...others] = rewardColumns;
    if (others.length === 0) numberOf(cells[first], first);
    throw new CellError(first, `it is empty, and so ${others.length === 1 ? 'is' : 'are'} ${listed(others)}. Give at least one reward.`);
  }
  if (stepRewards === null && Object.keys(scalars).length === 0 && dims === null && !has(one('outcome')) && length < 0) {
    throw new CellError(stepColumn ?? null, 'it has no reward, no outcome and no steps.');
  }
  const outcome = one('outcome');
  if (has(outcome)) fields['outcome'] = numberOf(cells[outcome], outcome);
  readEnding(cells, byRole, has, fields);
  const tokens = one('tokens');
  if (has(tokens)) extra['tokenCount'] = extra['tokens'] = numberOf(cells[tokens], tokens);
  const truncated = one('truncated');
  if (has(truncated)) extra['truncated'] = truthOf(cells[truncated], truncated) ? 1 : 0;
  for (const column of byRole.get('extra') ?? []) if (has(column)) readExtra(column, byRole.nameOf(column), cells[column], extra, fields);
  const advantage = one('advantage');
  return {
    line,
    length: length < 0 ? lengthOf(cells, extra, Object.keys(scalars).length > 0) : length,
    group: groupOf(cells, byRole),
    scalars,
    stepRewards,
    stepColumn: stepColumn ?? null,
    stepDims: null,
    dims,
    fields,
    extra,
    advantage: has(advantage) ? readAdvantage(cells[advantage], advantage) : null,
    completion: textIn(cells, one('completion')),
    prompt: textIn(cells, one('prompt') ?? byRole.get('group')?.find((column) => /prompt|question|problem|query|input/i.test(column))),
    skipped,
  };
}

/** A column with a role can also be read under the name that it has in the file: a construction may ask for `logp`. */
export function keepOwnName(column: string, field: string, list: readonly unknown[], extra: Record<string, unknown>): void {
  const name = columnName(column);
  if (name !== field) extra[name] = list;
}

/** Steps as the headless form says them: its `length`, or the length of its signals. */
function declaredLength(cells: LogRow['cells']): number | null {
  const { length, signals } = cells;
  if (typeof length === 'number' && Number.isInteger(length) && length >= 0) return length;
  const list = typeof signals === 'object' && signals !== null ? Object.values(signals).find(Array.isArray) : undefined;
  return list ? list.length : null;
}

/** Steps where no list says it: the headless form has `length`; a completion with a reward is one step. */
function lengthOf(cells: LogRow['cells'], extra: Readonly<Record<string, unknown>>, isRewarded: boolean): number {
  const declared = isRewarded ? null : declaredLength(cells);
  if (declared !== null && declared > 0) return declared;
  return Object.values(extra).find(Array.isArray)?.length ?? 1;
}

/** An object of columns is taken apart; anything else becomes a column under the name that plug-ins look for. */
function readExtra(column: string, name: string, cell: unknown, extra: Record<string, unknown>, fields: Record<string, unknown>): void {
  const value = looseValue(cell);
  if ((column === 'extra' || column === 'signals') && typeof value === 'object' && value !== null && !Array.isArray(value)) fields[column] = value;
  else extra[name] = value;
}

export function readEnding(cells: LogRow['cells'], byRole: ByRole, has: (column: string | undefined) => column is string, fields: Record<string, unknown>): void {
  const terminated = byRole.get('terminated')?.[0];
  const truncated = byRole.get('truncated')?.[0];
  if (has(terminated)) fields['terminated'] = truthOf(cells[terminated], terminated);
  else if (has(truncated)) fields['terminated'] = !truthOf(cells[truncated], truncated);
}

export function groupOf(cells: LogRow['cells'], byRole: ByRole): number | string {
  const columns = byRole.get('group') ?? [];
  if (columns.length === 0) return 0;
  const labels = columns.map((column) => {
    const label = labelOf(cells[column]);
    if (label === null) throw new CellError(column, 'it is empty. Give the group, such as the number of the prompt.');
    return label;
  });
  return labels.length === 1 ? labels[0] : labels.join(' · ');
}

function readAdvantage(cell: unknown, column: string): readonly number[] | number {
  const value = looseValue(cell);
  return Array.isArray(value) ? numbersOf(value, column) : typeof value === 'object' ? [] : numberOf(value, column);
}

export function textIn(cells: LogRow['cells'], column: string | undefined): string | null {
  return column === undefined || cells[column] === undefined || cells[column] === null ? null : textOf(cells[column]);
}

/** Empty, null or NaN: the reward function did not apply to this row, and the total is taken over the others. */
export function doesNotApply(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === 'string' && /^\s*(nan|none|null)?\s*$/i.test(cell));
}

/** A list of step rewards; an empty entry pays nothing and is noted, and a list of nothing else is no list. */
function stepRewardsOf(cell: unknown, column: string, skipped: string[]): readonly number[] | null {
  const list = looseValue(cell);
  if (!Array.isArray(list) || !list.some(doesNotApply)) return numbersOf(cell, column);
  const empty = list.filter(doesNotApply).length;
  skipped.push(...Array<string>(empty).fill(column));
  return empty === list.length ? null : numbersOf(list.map((x: unknown) => (doesNotApply(x) ? 0 : x)), column);
}

/** An object of numbers; a part that does not apply pays nothing and is noted. */
export function rewardParts(cell: unknown, column: string, skipped: string[]): Record<string, number> {
  const value = looseValue(cell);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CellError(column, 'it is no object of numbers.');
  const entries = Object.entries(value);
  const empty = entries.filter(([, x]) => doesNotApply(x));
  if (empty.length > 0 && empty.length === entries.length) throw new CellError(column, 'all of its rewards are empty. Give at least one.');
  skipped.push(...empty.map(([name]) => name));
  return Object.fromEntries(entries.map(([name, x]) => [name, doesNotApply(x) ? 0 : numberOf(x, column)]));
}

function listed(columns: readonly string[]): string {
  return columns.map((column) => `“${column}”`).join(', ');
}
