import { allMeasures } from '../core/all-measures';
import { runMeasureCase } from '../core/batch/measure-case';
import { runRewardCase } from '../core/batch/reward-case';
import type { PluginSet } from '../core/plugin-set';
import { answerCases, type CaseAnswer } from './case-answers';

const measures = allMeasures();

/**
 * `lab rewards FILE`: `{cases: [{id, construction, params, input}]}` → `{cases: [{id, rewards, …}]}`. A
 * construction that compares or measures rewards answers with its own fields and no `rewards`.
 */
export function rewards(input: unknown, plugins: PluginSet): { readonly cases: readonly CaseAnswer[] } {
  return answerCases(input, 'construction', (construction, params, given) => {
    const measure = measures.get(construction);
    return { ...(measure ? runMeasureCase(measure, params, given) : runRewardCase(plugins.get('reward', construction), params, given)) };
  });
}
