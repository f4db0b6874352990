/** The named fields of an answer as small tables. */
import type { MeasurePlugin } from '../../core/contracts/measure';
import type { RewardPlugin } from '../../core/contracts/reward';
import { showNumber } from '../number-text';

export interface AnswerField {
  readonly name: string;
  readonly meaning: string | null;
  /** A head is the row's address in the answer's JSON, such as `[1][0]`; one without is all there is. */
  readonly rows: readonly { readonly head: string; readonly cells: readonly string[] }[];
  /** Cells of the longest row. */
  readonly width: number;
  /** Whether the rows are lists, and not single values. */
  readonly isList: boolean;
  /** Values that are left out. */
  readonly hidden: number;
}

export const MOST_ROWS = 12;
export const MOST_CELLS = 16;

const SHAPES: Readonly<Record<string, string>> = {
  step: 'per step; a row is a trajectory',
  'step-id': 'per step; a row is a trajectory',
  state: 'per state on the way; a row is a trajectory',
  'state-id': 'per state on the way; a row is a trajectory',
  trajectory: 'per trajectory',
  'trajectory-id': 'per trajectory',
  named: 'by trajectory and name',
  'step-vector': 'a row is a trajectory and a step',
  groups: 'per group',
};

/** The fields of an answer beside its id, with what the construction says each of them is. */
export function answerFields({ id: _, ...fields }: Readonly<Record<string, unknown>>, plugin: MeasurePlugin | RewardPlugin): AnswerField[] {
  return Object.entries(fields).map(([name, value]) => ({ name, meaning: meaningOf(name, plugin), ...table(value) }));
}

function meaningOf(name: string, plugin: MeasurePlugin | RewardPlugin): string | null {
  if (plugin.kind === 'measure') return plugin.outputs[name] ?? null;
  return name === 'rewards' ? SHAPES['step']! : (SHAPES[plugin.outputs[name] ?? ''] ?? null);
}

function table(value: unknown): Pick<AnswerField, 'rows' | 'width' | 'isList' | 'hidden'> {
  const all = rowsOf(value, '');
  const rows = all.slice(0, MOST_ROWS).map(({ head, cells }) => ({ head, cells: cells.slice(0, MOST_CELLS).map(cellText) }));
  const count = (lists: readonly { readonly cells: readonly unknown[] }[]) => lists.reduce((sum, { cells }) => sum + cells.length, 0);
  return { rows, width: Math.max(0, ...rows.map(({ cells }) => cells.length)), isList: all.some(({ isList }) => isList), hidden: count(all) - count(rows) };
}

interface Row {
  readonly head: string;
  readonly cells: readonly unknown[];
  readonly isList: boolean;
}

function rowsOf(value: unknown, head: string): Row[] {
  if (typeof value !== 'object' || value === null) return [{ head, cells: [value], isList: false }];
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object' || entry === null)) return [{ head, cells: value, isList: true }];
  return Object.entries(value).flatMap(([key, entry]) => rowsOf(entry, Array.isArray(value) ? `${head}[${key}]` : head === '' ? key : `${head}.${key}`));
}

/** Whole numbers as they are, others with six digits; words and truth values as JSON has them. */
export function cellText(value: unknown): string {
  if (typeof value === 'number') return showNumber(value, 1);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
