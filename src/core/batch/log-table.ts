/** A log as rows of named cells, the limits of an import, and how it says what is wrong. */

/** Hard limits of an import; past them nothing is read, and the message says which one. */
export const LOG_LIMITS = {
  characters: 134_217_728,
  columns: 256,
  trajectories: 100_000,
  steps: 1_000_000,
  /** Steps of the longest trajectory. */
  maxLen: 16_384,
  /** Trajectories × the longest one: the padded size of a column. */
  cells: 8_000_000,
} as const;

export type LogFormat = 'json' | 'jsonl' | 'csv';

/** One row, before anyone knows what its columns mean. Cells of a CSV are texts. */
export interface LogRow {
  /** Line of the file where the row starts, from 1. */
  readonly line: number;
  readonly cells: Readonly<Record<string, unknown>>;
}

/** What is wrong with a row, and where. */
export interface RowProblem {
  readonly line: number;
  /** Name of the column, or null where the whole row cannot be read. */
  readonly column: string | null;
  readonly message: string;
}

export interface LogTable {
  readonly format: LogFormat;
  /** In order of first appearance. */
  readonly columns: readonly string[];
  readonly rows: readonly LogRow[];
  /** Rows that cannot be read at all. */
  readonly problems: readonly RowProblem[];
}

/** A log that cannot be imported at all. */
export class LogError extends Error {
  override readonly name = 'LogError';
  constructor(
    message: string,
    /** The rows that cannot be read, where they are the reason. */
    readonly problems: readonly RowProblem[] = [],
  ) {
    super(message);
  }
}

/** "Line 7, column “reward”: …" */
export function problemText({ line, column, message }: RowProblem): string {
  return `Line ${line}${column === null ? '' : `, column “${column}”`}: ${message}`;
}

/** 1,234,567 */
export function grouped(x: number): string {
  return String(x).replace(/\B(?=(\d{3})+$)/g, ',');
}
