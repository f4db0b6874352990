/**
 * CSV by RFC 4180, with a comma, semicolon or tab between cells. A row that cannot be read costs itself alone: a
 * quote that never closes ends at its own line, so that the rows after it are read as they stand.
 */
import { LogError, type LogRow, type LogTable, type RowProblem } from './log-table';

const QUOTE = 34;
const NEWLINE = 10;

interface Parsed {
  readonly cells: string[];
  /** Offset of the next row, and the number of lines that this one takes. */
  readonly next: number;
  readonly lines: number;
  readonly problem: string | null;
}

/** Rows of a CSV with a header. Throws `LogError` when the header cannot be read. */
export function readCsv(text: string): LogTable {
  const separator = separatorOf(text);
  const head = parseRow(text, 0, separator);
  if (head.problem !== null) throw new LogError(`Line 1: ${head.problem}`);
  const columns = head.cells.map((name) => name.trim());
  const unnamed = columns.indexOf('');
  if (unnamed > 0) throw new LogError(`Line 1: column ${unnamed + 1} of the header has no name.`);
  const twice = columns.find((name, k) => columns.indexOf(name) < k);
  if (twice !== undefined) throw new LogError(`Line 1: two columns are called “${twice}”. Rename one of them.`);
  // A table written with its row numbers has a first column without a name.
  if (unnamed === 0) columns[0] = 'row';
  const rows: LogRow[] = [];
  const problems: RowProblem[] = [];
  let line = 1 + head.lines;
  for (let at = head.next; at < text.length; ) {
    const row = parseRow(text, at, separator);
    if (row.problem !== null) {
      problems.push({ line, column: null, message: row.problem });
    } else if (row.cells.length === 1 && row.cells[0].trim() === '') {
      // An empty line.
    } else if (row.cells.length !== columns.length) {
      problems.push({ line, column: null, message: `this row has ${row.cells.length} cells where the header has ${columns.length}.` });
    } else {
      const cells: Record<string, unknown> = {};
      for (let k = 0; k < columns.length; k++) if (row.cells[k] !== '') cells[columns[k]] = row.cells[k];
      rows.push({ line, cells });
    }
    line += row.lines;
    at = row.next;
  }
  return { format: 'csv', columns, rows, problems };
}

/** The sign that stands most often in the header line, outside quotes. */
function separatorOf(text: string): number {
  const end = text.indexOf('\n');
  const head = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '');
  const counted = [',', ';', '\t'].map((sign) => head.split(sign).length);
  return [44, 59, 9][counted.indexOf(Math.max(...counted))];
}

function parseRow(text: string, start: number, separator: number): Parsed {
  const cells: string[] = [];
  let lines = 1;
  let at = start;
  for (;;) {
    if (text.charCodeAt(at) === QUOTE) {
      let value = '';
      let from = at + 1;
      for (;;) {
        const close = text.indexOf('"', from);
        if (close < 0) return broken(text, start, `the quote that opens cell ${cells.length + 1} is never closed.`);
        value += text.slice(from, close);
        from = close + 1;
        if (text.charCodeAt(from) !== QUOTE) break;
        value += '"';
        from += 1;
      }
      at = from;
      for (let k = 0; k < value.length; k++) if (value.charCodeAt(k) === NEWLINE) lines += 1;
      cells.push(value);
      if (text[at] === '\r') at += 1;
      if (at < text.length && text.charCodeAt(at) !== separator && text.charCodeAt(at) !== NEWLINE) {
        return broken(text, start, `something stands between the closing quote of cell ${cells.length} and the next cell.`);
      }
    } else {
      let end = at;
      while (end < text.length && text.charCodeAt(end) !== separator && text.charCodeAt(end) !== NEWLINE) end += 1;
      const value = text.slice(at, end);
      cells.push(value.endsWith('\r') ? value.slice(0, -1) : value);
      at = end;
    }
    if (at >= text.length || text.charCodeAt(at) === NEWLINE) return { cells, next: at + 1, lines, problem: null };
    at += 1;
  }
}

/** A row that cannot be read ends with its own line. */
function broken(text: string, start: number, problem: string): Parsed {
  const end = text.indexOf('\n', start);
  return { cells: [], next: end < 0 ? text.length : end + 1, lines: 1, problem };
}
