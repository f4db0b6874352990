import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { conditionsOf } from './gate';
import { scheduled } from './schedule';
import type { ConditionSpec, GateSpec, SchemeSpec } from './scheme-spec';

/** A scheme's scheduled numbers in one iteration, and what follows from them. */
export interface SchemeAt {
  readonly iteration: number;
  /** [terms] */
  readonly weights: readonly number[];
  /** With the thresholds of this iteration. */
  readonly gate: GateSpec | null;
  /** [rows] Σ weight × perRow over gated (open) row-priced terms; null when there are none. */
  readonly gatedPerRow: Float64Array | null;
  readonly openPerRow: Float64Array | null;
}

/** The last answer for each scheme: learners of one scheme ask for one iteration after the other. */
const latest = new WeakMap<CompiledScheme, SchemeAt>();

/** The scheme as it is in iteration `iteration`. A scheme without schedules is the same in all of them. */
export function schemeAt(scheme: CompiledScheme, iteration: number): SchemeAt {
  const known = latest.get(scheme);
  if (known && (known.iteration === iteration || !isScheduled(scheme.spec))) return known;
  const { terms, spec } = scheme;
  const weights = terms.map((term) => scheduled(term.spec.weight, term.spec.schedule, iteration));
  const sum = (gated: boolean) => weightedRows(terms, weights, (term) => isGated(term, spec) === gated);
  const at = { iteration, weights, gate: gateAt(spec.gate, iteration), gatedPerRow: sum(true), openPerRow: sum(false) };
  latest.set(scheme, at);
  return at;
}

/** True when some number of the scheme moves over training. */
export function isScheduled({ terms, gate }: SchemeSpec): boolean {
  return terms.some((term) => term.schedule !== undefined) || conditionsOf(gate).some((condition) => condition.schedule !== undefined);
}

function gateAt(gate: GateSpec | null, iteration: number): GateSpec | null {
  if (!gate || conditionsOf(gate).every((condition) => condition.schedule === undefined)) return gate;
  const now = <C extends ConditionSpec>(condition: C): C => ({ ...condition, threshold: scheduled(condition.threshold, condition.schedule, iteration) });
  return { ...now(gate), ...(gate.also && { also: gate.also.map(now) }) };
}

function weightedRows(terms: readonly CompiledTerm[], weights: readonly number[], wanted: (term: CompiledTerm) => boolean): Float64Array | null {
  let total: Float64Array | null = null;
  terms.forEach((term, k) => {
    const { perRow } = term;
    if (!perRow || !wanted(term)) return;
    total ??= new Float64Array(perRow.length);
    for (let row = 0; row < perRow.length; row++) total[row] += weights[k] * perRow[row];
  });
  return total;
}
