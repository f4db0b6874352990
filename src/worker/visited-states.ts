import type { Table } from '../core/contracts/scenario';
import type { Experiment } from '../core/experiment/resolve';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { frontierRollout, type Rollout, type RolloutOptions } from '../core/mdp/rollout';

/** States above which a batch visits so few of them that a policy is evaluated there alone. */
const MANY = 4096;

export function visitsFew({ S }: Pick<Table, 'S'>): boolean {
  return S > MANY;
}

/** True when a plug-in of the scheme reads the column. */
export function reads(scheme: CompiledScheme | null, column: string): boolean {
  return scheme !== null && [scheme.estimator, ...scheme.terms.map((term) => term.plugin)].some(({ needs }) => Object.hasOwn(needs, column));
}

/** True where a learner's batch needs its policy in every state, visited or not. */
export function needsEveryState(scheme: CompiledScheme, objective: Experiment['objective']): boolean {
  return scheme.spec.sampling !== undefined || scheme.spec.value === 'exact' || reads(scheme, 'belief') || reads(scheme, 'playOn') || (objective.reads?.includes('demonstration') ?? false);
}

/**
 * Plays a batch as `rollout` does, asking for the policy of the states that it visits as it comes to them; where `answers`, also of
 * those in which their right answers would be given. Yields the states whose thresholds are wanted, each once.
 */
export function* visit(table: Table, threshold: Uint32Array, options: RolloutOptions, answers: boolean, out?: Rollout): Generator<Uint32Array, Rollout> {
  const { answer, A } = table;
  const frontier = frontierRollout(table, threshold, options, out);
  const seen = new Set<number>();
  for (;;) {
    const { done, value } = frontier.next();
    if (done) return value;
    const wanted: number[] = [];
    const want = (s: number) => {
      if (seen.has(s)) return;
      seen.add(s);
      wanted.push(s);
    };
    for (const s of value) {
      want(s);
      if (answers && answer && answer[s] >= 0) want(Math.floor(answer[s] / A));
    }
    if (wanted.length > 0) yield Uint32Array.from(wanted);
  }
}
