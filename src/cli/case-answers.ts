import { answerCase, type CaseAnswer, type RunCase } from '../core/batch/case-answer';
import { UsageError } from './arguments';

/** Answers a list of cases `{id, [kind], params, input}`, each on its own. Throws `UsageError` when there is no list of cases. */
export function answerCases(input: unknown, kind: string, run: RunCase): { readonly cases: readonly CaseAnswer[] } {
  const cases = typeof input === 'object' && input !== null && 'cases' in input ? input.cases : undefined;
  if (!Array.isArray(cases)) throw new UsageError(`cases: expected a list of {id, ${kind}, params, input}.`);
  return { cases: cases.map((entry: unknown, k) => answerCase(entry, k, kind, run)) };
}
