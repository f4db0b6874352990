/**
 * Logged rollouts as trajectories that every plug-in can price. A row that cannot be read is named by line and column
 * and left out, or the whole import is refused; no other row is touched.
 */
import type { Batch } from '../contracts/columns';
import { importBatch, type TrajectoryInput } from './imported-batch';
import { CellError, idsOf, labelOf, looseValue, numberOf, numbersOf, textOf, truthOf } from './log-cells';
import { columnName, type LogRole, type Roles } from './log-roles';
import { grouped, LOG_LIMITS, LogError, problemText, type LogRow, type LogTable, type RowProblem } from './log-table';

export interface LogOptions {
  readonly roles: Roles;
  /** What happens to a row that cannot be read. */
  readonly badRows: 'skip' | 'refuse';
  /** Factor of each column with the role `reward` or `stepReward`; 1 where it is missing. */
  readonly weights?: Readonly<Record<string, number>>;
}

export interface ImportedLog {
  /** In the form of the headless command. */
  readonly trajectories: readonly TrajectoryInput[];
  readonly batch: Batch;
  /** Line of the file where each trajectory starts. */
  readonly line: readonly number[];
  /** Text of each trajectory and of its prompt, where the log has them. */
  readonly completion: readonly (string | null)[];
  readonly prompt: readonly (string | null)[];
  /** Rows left out, in the order of the file. */
  readonly problems: readonly RowProblem[];
  /** [nTraj × maxLen] advantages that the log holds itself, or null. */
  readonly loggedAdvantage: Float64Array | null;
  readonly steps: number;
}

/**
 * Reads a log under the given roles.
 *
 * Reward columns are added, weighted, on the last step; where they are what the step rewards add up to in every row,
 * they are the total and are not added again. A trajectory without any column of steps has one step: its completion.
 * Throws `LogError` when nothing is left, when a limit is passed, or at the first bad row with `badRows: 'refuse'`.
 */
export function importLog(table: LogTable, { roles, badRows, weights = {} }: LogOptions): ImportedLog {
  const byRole = columnsByRole(table.columns, roles);
  const problems: RowProblem[] = [...table.problems];
  const read = byRole.has('trajectory') ? readStepRows(table.rows, byRole, problems) : readRows(table.rows, byRole, problems);
  const good = withoutOddNames(read, problems);
  problems.sort((a, b) => a.line - b.line);
  if (badRows === 'refuse' && problems.length > 0) {
    const more = problems.length > 1 ? ` ${grouped(problems.length - 1)} more ${problems.length === 2 ? 'row has' : 'rows have'} a problem.` : '';
    throw new LogError(`${problemText(problems[0])}${more} Skip such rows, or correct the file.`, problems);
  }
  if (good.length === 0) {
    throw new LogError(problems.length > 0 ? `No row can be read. ${problemText(problems[0])}` : 'This log has a header and no rows.', problems);
  }
  checkLimits(good);
  const adds = !scalarsAreTotals(good);
  const trajectories = good.map((row) => trajectoryOf(row, adds, weights));
  const batch = importBatch({ trajectories });
  return {
    trajectories,
    batch,
    line: good.map((row) => row.line),
    completion: good.map((row) => row.completion),
    prompt: good.map((row) => row.prompt),
    problems,
    loggedAdvantage: loggedColumn(good, batch),
    steps: batch.length.reduce((a, b) => a + b, 0),
  };
}

/** A row read by its roles, checked: every list has one entry per step. */
interface ReadRow {
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
}

type ByRole = ReadonlyMap<LogRole, readonly string[]>;

function columnsByRole(columns: readonly string[], roles: Roles): ByRole {
  const byRole = new Map<LogRole, string[]>();
  for (const column of columns) {
    const role = roles[column] ?? 'ignore';
    const list = byRole.get(role);
    if (list) list.push(column);
    else byRole.set(role, [column]);
  }
  return byRole;
}

/** Lists with one entry per step, and the field of a trajectory that each becomes; `beyond` allows one more. */
const LISTS: readonly { readonly role: LogRole; readonly field: string; readonly beyond: 0 | 1; readonly ids?: true }[] = [
  { role: 'action', field: 'actions', beyond: 0, ids: true },
  { role: 'logProbs', field: 'logProbs', beyond: 0 },
  { role: 'oldLogProbs', field: 'oldLogProbs', beyond: 0 },
  { role: 'refLogProbs', field: 'refLogProbs', beyond: 0 },
  { role: 'value', field: 'values', beyond: 1 },
  { role: 'state', field: 'states', beyond: 1, ids: true },
];

function readRows(rows: readonly LogRow[], byRole: ByRole, problems: RowProblem[]): ReadRow[] {
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
  const stepRewards = has(stepColumn) ? numbersOf(cells[stepColumn], stepColumn) : null;
  let length = stepRewards?.length ?? -1;
  let named = stepColumn ?? '';
  const fields: Record<string, unknown> = {};
  for (const { role, field, beyond, ids } of LISTS) {
    const column = one(role);
    if (!has(column)) continue;
    const list = ids ? idsOf(cells[column], column) : numbersOf(cells[column], column);
    if (length < 0) [length, named] = [list.length, column];
    if (list.length !== length && list.length !== length + beyond) {
      throw new CellError(column, `it has ${list.length} entries where “${named}” has ${length}. Give ${beyond ? `${length} or ${length + 1}` : length}.`);
    }
    fields[field] = list;
  }
  const scalars: Record<string, number> = {};
  for (const column of byRole.get('reward') ?? []) {
    if (!has(column)) throw new CellError(column, 'it is empty. Give a number.');
    scalars[column] = numberOf(cells[column], column);
  }
  const dimsColumn = one('rewardDims');
  const dims = has(dimsColumn) ? namedNumbers(cells[dimsColumn], dimsColumn) : null;
  if (stepRewards === null && Object.keys(scalars).length === 0 && dims === null && !has(one('outcome')) && length < 0) {
    throw new CellError(stepColumn ?? null, 'it has no reward, no outcome and no steps.');
  }
  const outcome = one('outcome');
  if (has(outcome)) fields['outcome'] = numberOf(cells[outcome], outcome);
  readEnding(cells, byRole, has, fields);
  const extra: Record<string, unknown> = {};
  const tokens = one('tokens');
  if (has(tokens)) extra['tokenCount'] = numberOf(cells[tokens], tokens);
  for (const column of byRole.get('extra') ?? []) if (has(column)) readExtra(column, cells[column], extra, fields);
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
  };
}

/** Steps where no list says it: the headless form has `length`; a completion with a reward is one step. */
function lengthOf(cells: LogRow['cells'], extra: Readonly<Record<string, unknown>>, isRewarded: boolean): number {
  const list = Object.values(extra).find(Array.isArray);
  if (list) return list.length;
  const { length } = cells;
  return !isRewarded && typeof length === 'number' && Number.isInteger(length) && length > 0 ? length : 1;
}

/** An object of columns is taken apart; anything else becomes a column under the name that plug-ins look for. */
function readExtra(column: string, cell: unknown, extra: Record<string, unknown>, fields: Record<string, unknown>): void {
  const value = looseValue(cell);
  if ((column === 'extra' || column === 'signals') && typeof value === 'object' && value !== null && !Array.isArray(value)) fields[column] = value;
  else extra[columnName(column)] = value;
}

function readEnding(cells: LogRow['cells'], byRole: ByRole, has: (column: string | undefined) => column is string, fields: Record<string, unknown>): void {
  const terminated = byRole.get('terminated')?.[0];
  const truncated = byRole.get('truncated')?.[0];
  if (has(terminated)) fields['terminated'] = truthOf(cells[terminated], terminated);
  else if (has(truncated)) fields['terminated'] = !truthOf(cells[truncated], truncated);
}

function groupOf(cells: LogRow['cells'], byRole: ByRole): number | string {
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

function textIn(cells: LogRow['cells'], column: string | undefined): string | null {
  return column === undefined || cells[column] === undefined || cells[column] === null ? null : textOf(cells[column]);
}

function namedNumbers(cell: unknown, column: string): Record<string, number> {
  const value = looseValue(cell);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CellError(column, 'it is no object of numbers.');
  return Object.fromEntries(Object.entries(value).map(([name, x]) => [name, numberOf(x, column)]));
}

/** Rows that are steps: those of one trajectory become one, in the order of their step numbers. One bad row costs its trajectory. */
function readStepRows(rows: readonly LogRow[], byRole: ByRole, problems: RowProblem[]): ReadRow[] {
  const trajectoryColumn = byRole.get('trajectory')![0];
  const stepColumn = byRole.get('step')?.[0];
  const groupColumns = byRole.get('group') ?? [];
  const together = new Map<string, { row: LogRow; step: number }[]>();
  const broken = new Map<string, RowProblem>();
  for (const row of rows) {
    const label = labelOf(row.cells[trajectoryColumn]);
    if (label === null) {
      problems.push({ line: row.line, column: trajectoryColumn, message: 'it is empty. Give the trajectory that this step belongs to.' });
      continue;
    }
    let key = String(label);
    for (const column of groupColumns) key += `\u0000${String(row.cells[column])}`;
    let members = together.get(key);
    if (!members) together.set(key, (members = []));
    try {
      const step = stepColumn === undefined ? members.length : numberOf(row.cells[stepColumn], stepColumn);
      members.push({ row, step });
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      broken.set(key, { line: row.line, column: error.column, message: error.message });
    }
  }
  const read: ReadRow[] = [];
  for (const [key, members] of together) {
    const known = broken.get(key);
    if (known) {
      problems.push(known);
      continue;
    }
    members.sort((a, b) => a.step - b.step);
    const twice = members.find(({ step }, k) => k > 0 && members[k - 1].step === step);
    try {
      if (twice) problems.push({ line: twice.row.line, column: stepColumn ?? null, message: `this trajectory has step ${twice.step} twice.` });
      else read.push(readSteps(members.map(({ row }) => row), byRole));
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      problems.push({ line: error.line, column: error.column, message: error.message });
    }
  }
  return read;
}

class StepError extends CellError {
  constructor(
    readonly line: number,
    { column, message }: CellError,
  ) {
    super(column, message);
  }
}

function readSteps(rows: readonly LogRow[], byRole: ByRole): ReadRow {
  const each = <T>(column: string, of: (cell: unknown, column: string) => T): T[] =>
    rows.map(({ line, cells }) => {
      try {
        return of(cells[column], column);
      } catch (error) {
        throw error instanceof CellError ? new StepError(line, error) : error;
      }
    });
  const [first] = rows;
  const last = rows[rows.length - 1];
  const one = (role: LogRole) => byRole.get(role)?.[0];
  const present = (column: string | undefined): column is string => column !== undefined && rows.some(({ cells }) => cells[column] !== undefined && cells[column] !== null);
  const dimsColumn = one('rewardDims');
  const rewards = [...(byRole.get('stepReward') ?? []), ...(byRole.get('reward') ?? [])];
  const stepDims = Object.fromEntries(rewards.map((column) => [column, each(column, numberOf)]));
  const fields: Record<string, unknown> = {};
  for (const { role, field, ids } of LISTS) {
    const column = one(role);
    if (present(column)) fields[field] = ids ? each(column, idOf) : each(column, numberOf);
  }
  const extra: Record<string, unknown> = {};
  for (const column of byRole.get('extra') ?? []) if (present(column)) extra[columnName(column)] = each(column, looseValue);
  const has = (column: string | undefined): column is string => column !== undefined && last.cells[column] !== undefined && last.cells[column] !== null;
  try {
    readEnding(last.cells, byRole, has, fields);
    const outcome = one('outcome');
    if (has(outcome)) fields['outcome'] = numberOf(last.cells[outcome], outcome);
    const advantage = one('advantage');
    return {
      line: first.line,
      length: rows.length,
      group: groupOf(first.cells, byRole),
      scalars: {},
      stepRewards: null,
      stepColumn: null,
      stepDims,
      dims: dimsColumn !== undefined && first.cells[dimsColumn] !== undefined ? namedNumbers(first.cells[dimsColumn], dimsColumn) : null,
      fields,
      extra,
      advantage: present(advantage) ? each(advantage, numberOf) : null,
      completion: textIn(first.cells, one('completion')),
      prompt: textIn(first.cells, one('prompt')),
    };
  } catch (error) {
    throw error instanceof CellError && !(error instanceof StepError) ? new StepError(last.line, error) : error;
  }
}

function idOf(cell: unknown, column: string): number | string {
  const label = labelOf(cell);
  if (label === null) throw new CellError(column, 'it is empty.');
  return label;
}

/** Parts of the reward have the same names in every row; a row with others is left out. */
function withoutOddNames(rows: readonly ReadRow[], problems: RowProblem[]): ReadRow[] {
  const names = rows.find((row) => row.dims)?.dims;
  if (!names) return [...rows];
  const wanted = Object.keys(names).sort().join(', ');
  return rows.filter((row) => {
    const held = row.dims ? Object.keys(row.dims).sort().join(', ') : 'none';
    if (held === wanted) return true;
    problems.push({ line: row.line, column: null, message: `its rewards are ${held} where the first row has ${wanted}.` });
    return false;
  });
}

function checkLimits(rows: readonly ReadRow[]): void {
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const steps = rows.reduce((sum, row) => sum + row.length, 0);
  const tooMany = (found: number, what: string, most: number) => {
    if (found > most) throw new LogError(`This log has ${grouped(found)} ${what}; at most ${grouped(most)} are imported. Split it by prompt.`);
  };
  tooMany(rows.length, 'trajectories', LOG_LIMITS.trajectories);
  tooMany(steps, 'steps', LOG_LIMITS.steps);
  tooMany(longest, 'steps in one trajectory', LOG_LIMITS.maxLen);
  tooMany(rows.length * longest, 'cells once short trajectories are padded to the longest', LOG_LIMITS.cells);
}

/** True when the one reward column is, in every row, what the step rewards add up to. */
function scalarsAreTotals(rows: readonly ReadRow[]): boolean {
  return rows.every(({ scalars, stepRewards, dims }) => {
    const values = Object.values(scalars);
    if (stepRewards === null) return false;
    if (dims !== null) return true;
    if (values.length !== 1) return false;
    const sum = stepRewards.reduce((a, b) => a + b, 0);
    return Math.abs(sum - values[0]) <= 1e-6 * Math.max(1, Math.abs(sum));
  });
}

function trajectoryOf(row: ReadRow, addsScalars: boolean, weights: Readonly<Record<string, number>>): TrajectoryInput {
  const { group, length, scalars, stepRewards, stepColumn, stepDims, dims, fields, extra } = row;
  const weightOf = (column: string) => weights[column] ?? 1;
  const rewards = new Array<number>(length).fill(0);
  const parts: Record<string, number> = {};
  const put = (name: string, list: readonly number[]) => {
    const w = weightOf(name);
    let total = 0;
    for (let t = 0; t < length; t++) {
      rewards[t] += w * list[t];
      total += w * list[t];
    }
    parts[name] = total;
  };
  if (stepRewards && stepColumn !== null) put(stepColumn, stepRewards);
  for (const [name, list] of Object.entries(stepDims ?? {})) put(name, list);
  if (addsScalars || stepRewards === null) {
    for (const [name, value] of Object.entries(scalars)) {
      parts[name] = weightOf(name) * value;
      if (length > 0) rewards[length - 1] += parts[name];
    }
    if (stepRewards === null && Object.keys(scalars).length === 0 && stepDims === null && length > 0) {
      const whole = dims ? Object.values(dims).reduce((a, b) => a + b, 0) : typeof fields['outcome'] === 'number' ? fields['outcome'] : 0;
      rewards[length - 1] += whole;
    }
  }
  const rewardDims = dims ?? (Object.keys(parts).length > 0 ? parts : { reward: rewards.reduce((a, b) => a + b, 0) });
  const bag = { ...(fields['extra'] as object | undefined), ...extra };
  return { group, length, rewards, rewardDims, ...fields, ...(Object.keys(bag).length > 0 ? { extra: bag } : {}) };
}

function loggedColumn(rows: readonly ReadRow[], { maxLen, nTraj, length }: Batch): Float64Array | null {
  if (!rows.every(({ advantage, length: T }) => typeof advantage === 'number' || (advantage !== null && advantage.length === T))) return null;
  const column = new Float64Array(nTraj * maxLen);
  rows.forEach(({ advantage }, i) => {
    for (let t = 0; t < length[i]; t++) column[i * maxLen + t] = typeof advantage === 'number' ? advantage : advantage![t];
  });
  return column;
}
