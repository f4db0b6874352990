import { allMeasures } from '../core/all-measures';
import type { CaseAnswer } from '../core/batch/case-answer';
import { runConstruction } from '../core/batch/construction-case';
import type { PluginSet } from '../core/plugin-set';
import { answerCases } from './case-answers';

const measures = allMeasures();

/**
 * `lab rewards FILE`: `{cases: [{id, construction, params, input}]}` → `{cases: [{id, rewards, …}]}`. A
 * construction that compares or measures rewards answers with its own fields and no `rewards`.
 */
export function rewards(input: unknown, plugins: PluginSet): { readonly cases: readonly CaseAnswer[] } {
  const constructions = { measure: (id: string) => measures.get(id), reward: (id: string) => plugins.get('reward', id) };
  return answerCases(input, 'construction', (construction, params, given) => runConstruction(constructions, construction, params, given));
}
