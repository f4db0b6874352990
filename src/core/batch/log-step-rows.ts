/** Logs with a row per step: the rows of one trajectory become one, in the order of their step numbers. */
import { CellError, labelOf, looseValue, numberOf } from './log-cells';
import type { LogRole } from './log-roles';
import { doesNotApply, groupOf, keepOwnName, LISTS, readEnding, rewardParts, textIn, type ByRole, type ReadRow } from './log-row';
import type { LogRow, RowProblem } from './log-table';

/** Rows that are steps: those of one trajectory become one, in the order of their step numbers. One bad row costs its trajectory. */
export function readStepRows(rows: readonly LogRow[], byRole: ByRole, problems: RowProblem[]): ReadRow[] {
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
  const skipped: string[] = [];
  for (const { line, cells } of rows) {
    const empty = rewards.filter((column) => doesNotApply(cells[column]));
    if (empty.length > 0 && empty.length === rewards.length) {
      throw new StepError(line, new CellError(empty[0], empty.length === 1 ? 'it is empty. Give a number.' : 'it is empty, and so is every other reward of this step. Give at least one.'));
    }
    skipped.push(...empty);
  }
  const stepDims = Object.fromEntries(rewards.map((column) => [column, each(column, (cell) => (doesNotApply(cell) ? 0 : numberOf(cell, column)))]));
  const fields: Record<string, unknown> = {};
  const extra: Record<string, unknown> = {};
  for (const { role, field, ids } of LISTS) {
    const column = one(role);
    if (!present(column)) continue;
    const list = ids ? each(column, idOf) : each(column, numberOf);
    fields[field] = list;
    keepOwnName(column, field, list, extra);
  }
  for (const column of byRole.get('extra') ?? []) if (present(column)) extra[byRole.nameOf(column)] = each(column, looseValue);
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
      dims: dimsColumn !== undefined && first.cells[dimsColumn] !== undefined ? rewardParts(first.cells[dimsColumn], dimsColumn, skipped) : null,
      fields,
      extra,
      advantage: present(advantage) ? each(advantage, numberOf) : null,
      completion: textIn(first.cells, one('completion')),
      prompt: textIn(first.cells, one('prompt')),
      skipped,
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
