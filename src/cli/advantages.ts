import type { CaseAnswer } from '../core/batch/case-answer';
import { runEstimatorCase } from '../core/batch/estimator-case';
import type { PluginSet } from '../core/plugin-set';
import { answerCases } from './case-answers';

/** `lab advantages FILE`: `{cases: [{id, estimator, params, input}]}` → `{cases: [{id, advantages, …}]}`. */
export function advantages(input: unknown, plugins: PluginSet): { readonly cases: readonly CaseAnswer[] } {
  return answerCases(input, 'estimator', (estimator, params, given) => ({ ...runEstimatorCase({ estimator, params, input: given }, plugins) }));
}
