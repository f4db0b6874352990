/** Edits of a scheme's list of terms. A gate that reads a term goes on reading the same one. */
import { conditionsOf } from './gate';
import { MAX_TERMS, type ConditionSpec, type GateSpec, type SchemeSpec, type TermSpec } from './scheme-spec';

/** The scheme without term k, and without the conditions that read it; without its gate where none is left. */
export function withoutTerm(spec: SchemeSpec, k: number): SchemeSpec {
  const kept = conditionsOf(spec.gate).filter((condition) => condition.term !== k);
  return { ...spec, terms: spec.terms.filter((_, j) => j !== k), gate: gateOfConditions(renumbered(kept, (j) => (j > k ? j - 1 : j)), spec.gate) };
}

/** Term k at place `to`, the others in their order. */
export function withTermMoved(spec: SchemeSpec, k: number, to: number): SchemeSpec {
  if (k === to || !spec.terms[k] || to < 0 || to >= spec.terms.length) return spec;
  const order = spec.terms.map((_, j) => j).filter((j) => j !== k);
  order.splice(to, 0, k);
  return { ...spec, terms: order.map((j) => spec.terms[j]), gate: gateOfConditions(renumbered(conditionsOf(spec.gate), (j) => order.indexOf(j)), spec.gate) };
}

/** A copy of term k right after it. */
export function withTermCopied(spec: SchemeSpec, k: number): SchemeSpec {
  const term = spec.terms[k];
  if (!term || spec.terms.length >= MAX_TERMS) return spec;
  const terms = [...spec.terms.slice(0, k + 1), term, ...spec.terms.slice(k + 1)];
  return { ...spec, terms, gate: gateOfConditions(renumbered(conditionsOf(spec.gate), (j) => (j > k ? j + 1 : j)), spec.gate) };
}

/** The scheme with another term k. */
export function withTerm(spec: SchemeSpec, k: number, change: (term: TermSpec) => TermSpec): SchemeSpec {
  return { ...spec, terms: spec.terms.map((term, j) => (j === k ? change(term) : term)) };
}

/** A gate of these conditions that combines them as `gate` does; null without conditions. */
export function gateOfConditions(conditions: readonly ConditionSpec[], gate: GateSpec | null): GateSpec | null {
  const [first, ...more] = conditions;
  if (!first) return null;
  const { source, threshold, inclusive, softness } = first;
  return {
    source,
    ...(first.term !== undefined && { term: first.term }),
    threshold,
    inclusive,
    softness,
    ...(first.schedule && { schedule: first.schedule }),
    ...(more.length > 0 && { also: more, combine: gate?.combine ?? 'all' }),
  };
}

function renumbered(conditions: readonly ConditionSpec[], to: (term: number) => number): ConditionSpec[] {
  return conditions.map((condition) => (condition.term === undefined ? condition : { ...condition, term: to(condition.term) }));
}
