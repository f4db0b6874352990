/** Cells of a log, as JSON values or as the texts of a CSV. Each reader names its column when it cannot read. */

/** A cell that does not hold what its column's role asks for. */
export class CellError extends Error {
  override readonly name: string = 'CellError';
  constructor(
    readonly column: string | null,
    message: string,
  ) {
    super(message);
  }
}

/** A finite number; true and false count as 1 and 0. */
export function numberOf(cell: unknown, column: string): number {
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell;
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'string') {
    const text = cell.trim();
    const value = Number(text);
    if (text !== '' && Number.isFinite(value)) return value;
    if (/^true$/i.test(text)) return 1;
    if (/^false$/i.test(text)) return 0;
  }
  throw new CellError(column, cell === undefined || cell === null || cell === '' ? 'it is empty. Give a number.' : `${shown(cell)} is not a finite number.`);
}

/** A list of finite numbers, also as the text of one: `[0, 1, 0.5]`. */
export function numbersOf(cell: unknown, column: string): readonly number[] {
  const list = listOf(cell, column);
  for (let k = 0; k < list.length; k++) {
    if (typeof list[k] === 'number' && Number.isFinite(list[k])) continue;
    return list.map((x, t) => {
      try {
        return numberOf(x, column);
      } catch {
        throw new CellError(column, `entry ${t + 1} of its list, ${shown(x)}, is not a finite number.`);
      }
    });
  }
  return list as readonly number[];
}

/** A list of whole numbers, or of texts as soon as one entry is a text. */
export function idsOf(cell: unknown, column: string): readonly (number | string)[] {
  const list = listOf(cell, column);
  const bad = list.findIndex((x) => typeof x !== 'string' && !Number.isInteger(x));
  if (bad >= 0) throw new CellError(column, `entry ${bad + 1} of its list, ${shown(list[bad])}, is neither a whole number nor a text.`);
  return list as readonly (number | string)[];
}

function listOf(cell: unknown, column: string): readonly unknown[] {
  if (Array.isArray(cell)) return cell;
  const value = typeof cell === 'string' ? looseValue(cell) : undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new CellError(column, `${shown(cell)} is not a list, such as [0, 1].`);
}

/** Whether a trajectory ended: also "stop", "eos" and "length" as samplers report them. */
export function truthOf(cell: unknown, column: string): boolean {
  if (typeof cell === 'boolean') return cell;
  if (typeof cell === 'string') {
    const word = cell.trim().toLowerCase();
    if (['stop', 'eos', 'end', 'stop_sequence', 'tool_calls'].includes(word)) return true;
    if (['length', 'max_tokens', 'max_length', 'timeout', 'abort'].includes(word)) return false;
  }
  return numberOf(cell, column) !== 0;
}

/** A number or a text that names something; null where the cell is empty. Numbers of a CSV become numbers. */
export function labelOf(cell: unknown): number | string | null {
  if (cell === undefined || cell === null || cell === '') return null;
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'string') {
    const value = Number(cell);
    return cell.trim() !== '' && Number.isFinite(value) && String(value) === cell.trim() ? value : cell;
  }
  return JSON.stringify(cell);
}

/** The JSON value that a cell holds or spells; the text itself where it spells none. */
export function looseValue(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  const text = cell.trim();
  if (text === '') return null;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  if (text.startsWith('[') || text.startsWith('{')) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return cell;
    }
  }
  return cell;
}

/** A text, or the contents of chat messages one after the other. */
export function textOf(cell: unknown): string {
  const value = typeof cell === 'string' && /^\s*\[\s*\{/.test(cell) ? looseValue(cell) : cell;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((part) => messageText(part)).join('\n');
  return messageText(value);
}

function messageText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (typeof part === 'object' && part !== null && 'content' in part) return String(part.content);
  return JSON.stringify(part) ?? '';
}

function shown(cell: unknown): string {
  const text = typeof cell === 'string' ? cell : (JSON.stringify(cell) ?? String(cell));
  return `“${text.length > 24 ? `${text.slice(0, 23)}…` : text}”`;
}
