import { allMeasures } from '../core/all-measures';
import { MissingColumnError } from '../core/batch/columns-for';
import { ParameterError } from '../core/batch/estimator-case';
import { ImportError } from '../core/batch/imported-batch';
import { runMeasureCase } from '../core/batch/measure-case';
import { runRewardCase } from '../core/batch/reward-case';
import { ContentError } from '../core/contracts/json-column';
import { UnknownPluginError, type PluginSet } from '../core/plugin-set';
import { UsageError } from './arguments';

const measures = allMeasures();

type CaseAnswer = { readonly id: unknown } & Readonly<Record<string, unknown>>;

/**
 * `lab rewards FILE`: `{cases: [{id, construction, params, input}]}` → `{cases: [{id, rewards, …}]}`.
 *
 * A construction that compares or measures rewards answers with its own fields and no `rewards`.
 * Every case is answered on its own; one that fails becomes `{id, error: {code, message}}`. Codes:
 * `unknown-construction`, `bad-parameter`, `bad-input`, `missing-column`, `not-finite`, `failed`. Throws `UsageError`
 * when there is no list of cases.
 */
export function rewards(input: unknown, plugins: PluginSet): { readonly cases: readonly CaseAnswer[] } {
  const cases = isRecord(input) ? input['cases'] : undefined;
  if (!Array.isArray(cases)) throw new UsageError('cases: expected a list of {id, construction, params, input}.');
  return { cases: cases.map((entry: unknown, k) => answer(entry, k, plugins)) };
}

function answer(entry: unknown, k: number, plugins: PluginSet): CaseAnswer {
  const held = isRecord(entry) ? entry : {};
  const { id = `cases[${k}]`, construction, params = {}, input } = held;
  try {
    if (typeof construction !== 'string') throw new ContentError('construction', 'the id of a reward construction');
    if (!isRecord(params)) throw new ContentError('params', 'an object of parameters');
    const measure = measures.get(construction);
    const result = measure ? runMeasureCase(measure, params, input) : runRewardCase(plugins.get('reward', construction), params, input);
    return { id, ...finite(result) };
  } catch (error) {
    return { id, error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } };
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

function codeOf(error: unknown): string {
  if (error instanceof UnknownPluginError) return 'unknown-construction';
  if (error instanceof ParameterError) return 'bad-parameter';
  if (error instanceof ImportError || error instanceof ContentError) return 'bad-input';
  if (error instanceof MissingColumnError) return 'missing-column';
  if (error instanceof NotFiniteError) return 'not-finite';
  return 'failed';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
