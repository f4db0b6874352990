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
 * `unknown-construction`, `bad-parameter`, `bad-input`, `missing-column`, `failed`. Throws `UsageError`
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
    if (measure) return { id, ...runMeasureCase(measure, params, input) };
    return { id, ...runRewardCase(plugins.get('reward', construction), params, input) };
  } catch (error) {
    return { id, error: { code: codeOf(error), message: error instanceof Error ? error.message : String(error) } };
  }
}

function codeOf(error: unknown): string {
  if (error instanceof UnknownPluginError) return 'unknown-construction';
  if (error instanceof ParameterError) return 'bad-parameter';
  if (error instanceof ImportError || error instanceof ContentError) return 'bad-input';
  if (error instanceof MissingColumnError) return 'missing-column';
  return 'failed';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
