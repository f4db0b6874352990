/** Files of reward constructions to be asked: `{"cases": [{"id", "construction", "params", "input"}, …]}`. */
import { whereJsonBreaks } from './json-place';

/** Whether a text is such a file; also one that breaks off as JSON behind its beginning. */
export function isCaseFile(text: string): boolean {
  if (!/^\s*\{/.test(text) || !text.includes('"construction"')) return false;
  try {
    return listOf(JSON.parse(text))?.some((entry) => typeof entry === 'object' && entry !== null && 'construction' in entry) ?? false;
  } catch {
    return /^\s*\{\s*"cases"\s*:\s*\[/.test(text);
  }
}

/** The cases a text holds, or a sentence that says what is wrong with it and where. */
export function readCases(text: string): readonly unknown[] | string {
  try {
    return listOf(JSON.parse(text)) ?? 'cases: expected a list of {id, construction, params, input}.';
  } catch {
    const { line, column, problem } = whereJsonBreaks(text);
    return `Line ${line}, column ${column}: ${problem}`;
  }
}

function listOf(value: unknown): readonly unknown[] | null {
  const cases = typeof value === 'object' && value !== null ? (value as { readonly cases?: unknown }).cases : undefined;
  return Array.isArray(cases) ? cases : null;
}
