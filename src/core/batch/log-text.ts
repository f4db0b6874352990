/** The text of a log as rows with line numbers: JSON, JSON lines or CSV. What the columns mean is said elsewhere. */
import { readCsv } from './log-csv';
import { grouped, LOG_LIMITS, LogError, type LogFormat, type LogRow, type LogTable, type RowProblem } from './log-table';

/** The form of a text by its first sign: `{` with more than one object per file is JSON lines. */
export function guessFormat(text: string): LogFormat {
  const start = text.search(/[^\s\uFEFF]/);
  const first = start < 0 ? '' : text[start];
  if (first === '[') return 'json';
  if (first !== '{') return 'csv';
  if (/^\{[^\n]*\}\s*\n\s*\{/.test(text.slice(start))) return 'jsonl';
  const end = text.indexOf('\n', start);
  const line = end < 0 ? text.slice(start) : text.slice(start, end);
  return isJson(line) && collection(JSON.parse(line)) === null ? 'jsonl' : 'json';
}

/** Splits a log into rows. Throws `LogError` when there is nothing to read or a limit is passed. */
export function readLog(text: string, format: LogFormat = guessFormat(text)): LogTable {
  if (text.length > LOG_LIMITS.characters) {
    throw new LogError(`This log has ${grouped(text.length)} characters; at most ${grouped(LOG_LIMITS.characters)} are read. Split it by prompt.`);
  }
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (clean.trim() === '') throw new LogError('This log is empty. Give JSON, JSON lines or CSV with a header line.');
  const table = format === 'csv' ? readCsv(clean) : format === 'jsonl' ? readJsonLines(clean) : readJson(clean);
  if (table.columns.length > LOG_LIMITS.columns) {
    throw new LogError(`This log has ${grouped(table.columns.length)} columns; at most ${LOG_LIMITS.columns} are read. Leave out what is not priced.`);
  }
  return table;
}

function readJsonLines(text: string): LogTable {
  const rows: LogRow[] = [];
  const problems: RowProblem[] = [];
  let line = 0;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const part = text.slice(start, end).trim();
    start = end + 1;
    line += 1;
    if (part === '') continue;
    try {
      const value = parseLine(part);
      if (isObject(value)) rows.push({ line, cells: value });
      else problems.push({ line, column: null, message: 'this is no JSON object with one trajectory.' });
    } catch (error) {
      problems.push({ line, column: null, message: syntaxMessage(part, error) });
    }
  }
  return { format: 'jsonl', columns: columnsOf(rows), rows, problems };
}

/** A line of JSON; also with the bare NaN that Python writes for a missing number, read as null. */
function parseLine(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!text.includes('NaN')) throw error;
    const withNulls = text.replace(/"(?:[^"\\]|\\.)*"|\bNaN\b/g, (found) => (found === 'NaN' ? 'null' : found));
    try {
      return JSON.parse(withNulls) as unknown;
    } catch {
      throw error;
    }
  }
}

function readJson(text: string): LogTable {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch (error) {
    const at = positionOf(error);
    const before = at === null ? '' : text.slice(0, at);
    const line = before.split('\n').length;
    throw new LogError(`Line ${line}: ${syntaxMessage(text, error)} JSON that breaks off cannot be read in part; JSON lines can.`);
  }
  const found = collection(value);
  if (!found) throw new LogError('This JSON holds no list of trajectories. Give {"trajectories": […]} or a list of objects.');
  const lines = elementLines(text, found.length);
  const rows: LogRow[] = [];
  const problems: RowProblem[] = [];
  found.forEach((entry, k) => {
    const line = lines[k] ?? 1;
    if (isObject(entry)) rows.push({ line, cells: entry });
    else problems.push({ line, column: null, message: `entry ${k + 1} of the list is no object with one trajectory.` });
  });
  return { format: 'json', columns: columnsOf(rows), rows, problems };
}

/** The list of trajectories in a JSON value: itself, under a usual name, or the input of the first case of the headless command. */
function collection(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  for (const name of ['trajectories', 'rollouts', 'samples', 'rows', 'data', 'completions']) {
    if (Array.isArray(value[name])) return value[name];
  }
  const cases = value['cases'];
  const first = Array.isArray(cases) ? (cases[0] as unknown) : undefined;
  return isObject(first) ? collection(first['input']) : null;
}

/** Line at which each entry of the list of trajectories starts: the first list that has so many objects in it. */
function elementLines(text: string, count: number): number[] {
  const starts: number[][] = [];
  const open: { list: boolean; starts: number[] }[] = [];
  let line = 1;
  let inText = false;
  for (let k = 0; k < text.length; k++) {
    const code = text.charCodeAt(k);
    if (code === 10) line += 1;
    if (inText) {
      if (code === 92) k += 1;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 123 || code === 91) {
      const around = open[open.length - 1];
      if (around?.list && code === 123) around.starts.push(line);
      open.push({ list: code === 91, starts: [] });
    } else if (code === 125 || code === 93) {
      const closed = open.pop();
      if (closed?.list && closed.starts.length > 0) starts.push(closed.starts);
    }
  }
  return starts.find((list) => list.length === count) ?? [];
}

function columnsOf(rows: readonly LogRow[]): string[] {
  const names = new Set<string>();
  for (const { cells } of rows) for (const name in cells) names.add(name);
  return [...names];
}

function syntaxMessage(text: string, error: unknown): string {
  const at = positionOf(error);
  const place = at === null ? '' : `character ${at - text.lastIndexOf('\n', at - 1)}: `;
  return `${place}this is not JSON.`;
}

/** Where V8, SpiderMonkey and JavaScriptCore say a text stopped being JSON, from 0; null where they do not say. */
function positionOf(error: unknown): number | null {
  const found = /position (\d+)/.exec(error instanceof Error ? error.message : '');
  return found ? Number(found[1]) : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
