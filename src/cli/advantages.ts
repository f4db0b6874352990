import { MissingColumnError } from '../core/batch/columns-for';
import { ParameterError, runEstimatorCase, type CaseResult } from '../core/batch/estimator-case';
import { ImportError } from '../core/batch/imported-batch';
import { UnknownPluginError, type PluginSet } from '../core/plugin-set';
import { UsageError } from './arguments';

type CaseAnswer = { readonly id: unknown } & Readonly<Record<string, unknown>>;

/**
 * `lab advantages FILE`: `{cases: [{id, estimator, params, input}]}` → `{cases: [{id, advantages, …}]}`.
 *
 * Every case is answered on its own; one that fails becomes `{id, error: {code, message}}`. Codes:
 * `unknown-estimator`, `bad-parameter`, `bad-input`, `missing-column`, `not-finite`, `failed`. Throws
 * `UsageError` when there is no list of cases.
 */
export function advantages(input: unknown, plugins: PluginSet): { readonly cases: readonly CaseAnswer[] } {
  const cases = isRecord(input) ? input['cases'] : undefined;
  if (!Array.isArray(cases)) throw new UsageError('cases: expected a list of {id, estimator, params, input}.');
  return { cases: cases.map((entry: unknown, k) => answer(entry, k, plugins)) };
}

class NotFiniteError extends Error {}

function answer(entry: unknown, k: number, plugins: PluginSet): CaseAnswer {
  const held = isRecord(entry) ? entry : {};
  const { id = `cases[${k}]`, estimator, params = {}, input } = held;
  try {
    if (typeof estimator !== 'string') throw new ImportError('estimator', 'is missing. Give the id of an advantage estimator.');
    if (!isRecord(params)) throw new ParameterError('params is not an object of parameters.');
    return { id, ...finite(runEstimatorCase({ estimator, params, input }, plugins)) };
  } catch (error) {
    return { id, error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } };
  }
}

/** JSON has no NaN: a result that is not a number is an error that names its place. */
function finite(result: CaseResult): CaseResult {
  result.advantages.forEach((steps, i) => {
    const t = steps.findIndex((x) => !Number.isFinite(x));
    if (t >= 0) throw new NotFiniteError(`The advantage of step ${t} of trajectories[${i}] is ${steps[t]}. Its rewards are too large, or a parameter divides by zero.`);
  });
  return result;
}

function codeOf(error: unknown): string {
  if (error instanceof UnknownPluginError) return 'unknown-estimator';
  if (error instanceof ParameterError) return 'bad-parameter';
  if (error instanceof ImportError) return 'bad-input';
  if (error instanceof MissingColumnError) return 'missing-column';
  if (error instanceof NotFiniteError) return 'not-finite';
  return 'failed';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
