import { ContentError } from '../contracts/json-column';
import { UnknownPluginError } from '../plugin-set';
import { MissingColumnError } from './columns-for';
import { ParameterError } from './estimator-case';
import { ImportError } from './imported-batch';

export type CaseAnswer = { readonly id: unknown } & Readonly<Record<string, unknown>>;

export type RunCase = (name: string, params: Readonly<Record<string, unknown>>, input: unknown) => Readonly<Record<string, unknown>>;

/**
 * Answers entry `k` of a list of cases `{id, [kind], params, input}`; one that fails becomes
 * `{id, error: {code, message}}`. Codes: `unknown-[kind]`, `bad-parameter`, `bad-input`, `missing-column`,
 * `not-finite`, `failed`. Never throws.
 */
export function answerCase(entry: unknown, k: number, kind: string, run: RunCase): CaseAnswer {
  const held = isRecord(entry) ? entry : {};
  const { id = `cases[${k}]`, [kind]: name, params = {}, input } = held;
  try {
    if (typeof name !== 'string') throw new ImportError(kind, 'is missing. Give an id that `lab list` names.');
    if (!isRecord(params)) throw new ParameterError('params is not an object of parameters.');
    return { id, ...finite(run(name, params, input)) };
  } catch (error) {
    return { id, error: { code: codeOf(error, kind), message: error instanceof Error ? error.message : String(error) } };
  }
}

class NotFiniteError extends Error {}

/** JSON has no NaN: an answer that is not a number is an error that names its place. */
function finite<T extends Readonly<Record<string, unknown>>>(result: T): T {
  const place = firstNotFinite(result, '');
  if (place !== null) throw new NotFiniteError(`${place} is not a finite number. A logged number is too large, or a parameter divides by zero.`);
  return result;
}

function firstNotFinite(value: unknown, place: string): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : place;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, entry] of Object.entries(value)) {
    const found = firstNotFinite(entry, Array.isArray(value) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

function codeOf(error: unknown, kind: string): string {
  if (error instanceof UnknownPluginError) return `unknown-${kind}`;
  if (error instanceof ParameterError) return 'bad-parameter';
  if (error instanceof ImportError || error instanceof ContentError) return 'bad-input';
  if (error instanceof MissingColumnError) return 'missing-column';
  if (error instanceof NotFiniteError) return 'not-finite';
  return 'failed';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
