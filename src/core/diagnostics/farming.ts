import type { Table } from '../contracts/scenario';
import { evaluatePolicy, startValue } from '../mdp/exact';
import { optimalStationary } from '../mdp/optimal';
import { isGated, type CompiledScheme } from '../scheme/compile-scheme';
import { exactPay, whyNoExactValue } from '../scheme/exact-value';
import { atDiscount } from './at-discount';
import { bestCycle, type Cycle } from './best-cycle';
import type { PolicyInvariance } from './policy-invariance';

/** Smallest share of the true value whose loss counts. */
const LOSS = 1e-6;

export interface Farming {
  /** The cycle that pays most per step; null where there is none or none pays. */
  readonly cycle: (Cycle & {
    /** The true objective's pay per step of the same cycle. */
    readonly truePerStep: number;
    /** True where a gate may still refuse the pay when the episode ends. */
    readonly isGated: boolean;
  }) | null;
  /** Terms that are not functions of the table row; the cycle does without them. */
  readonly leftOut: readonly string[];
  /** Best true value from the start, by policies that know how much time is left. */
  readonly best: number;
  /** True value of the scheme's optimum with the time known, its ties taken badly; null where it cannot be solved. */
  readonly withClock: number | null;
  /**
   * True value of the scheme's optimum for those who do not see the time: the best policy at the discount 1 − 1/T, or the scheme's
   * if smaller (its potentials with it), ties shared; and of the true objective's. Null where pay is gated, or no function of the row.
   */
  readonly withoutClock: { readonly ofScheme: number; readonly ofTruth: number } | null;
  /** A cycle pays, and an optimum of the scheme is truly worse than the truth's own. */
  readonly isFarmed: boolean;
}

/** Whether going in circles pays under a scheme, and what its optimum is worth in truth. */
export function farming(scheme: CompiledScheme, table: Table, invariance: PolicyInvariance | null, best: number): Farming {
  const truth = table.metrics[table.truth];
  const reward = rowPay(scheme, table);
  const found = bestCycle(table, reward);
  const size = reward.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const pays = found !== null && found.payPerStep > 1e-9 * size;
  const cycle = found && pays ? { ...found, truePerStep: mean(found.rows, truth), isGated: paysGated(scheme, found.rows) } : null;
  const solvable = whyNoExactValue(scheme, table) === null && !scheme.terms.some((term) => isGated(term, scheme.spec));
  const gamma = Math.min(scheme.spec.gamma, 1 - 1 / (table.horizon + 1));
  const withoutClock = solvable
    ? { ofScheme: clocklessValue(table, exactPay(atDiscount(scheme, gamma), table).open.within, gamma), ofTruth: clocklessValue(table, truth, 1 - 1 / (table.horizon + 1)) }
    : null;
  const withClock = invariance ? invariance.best - invariance.lost.most : null;
  const loses = (own: number | null, other: number) => own !== null && other - own > LOSS * Math.max(1e-12, Math.abs(other));
  return {
    cycle,
    leftOut: scheme.terms.filter((term) => !term.perRow && !term.plugin.timedMarkov).map((term) => term.spec.label || term.plugin.title),
    best,
    withClock,
    withoutClock,
    isFarmed: cycle !== null && (loses(withClock, best) || (withoutClock !== null && loses(withoutClock.ofScheme, withoutClock.ofTruth))),
  };
}

/** Pay of every row with time left, gates taken as open, over the terms that are functions of the row. */
function rowPay(scheme: CompiledScheme, table: Table): Float64Array {
  const terms = scheme.terms.filter((term) => term.perRow !== null || term.plugin.timedMarkov);
  const { open } = exactPay({ ...scheme, terms, spec: { ...scheme.spec, gate: null } }, table);
  return open.within;
}

function paysGated(scheme: CompiledScheme, rows: readonly number[]): boolean {
  return scheme.terms.some((term) => isGated(term, scheme.spec) && term.perRow !== null && rows.some((r) => term.perRow![r] !== 0));
}

/** True value of the best policy for a reward when time seems never to run out; actions within 1e-9 of the best share alike. */
function clocklessValue(table: Table, reward: Float64Array, gamma: number): number {
  const { S, A } = table;
  const { value, actionValue } = optimalStationary(table, reward, gamma);
  const size = value.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const probability = new Float64Array(S * A);
  for (let s = 0; s < S; s++) {
    let count = 0;
    for (let k = s * A; k < (s + 1) * A; k++) if (actionValue[k] >= value[s] - 1e-9 * size) count += probability[k] = 1;
    for (let k = s * A; k < (s + 1) * A; k++) probability[k] /= count;
  }
  return startValue(table, evaluatePolicy(table, probability, table.metrics[table.truth]).value);
}

function mean(rows: readonly number[], of: Float64Array): number {
  return rows.reduce((sum, r) => sum + of[r], 0) / rows.length;
}

/** The best cycle in words, with its pay. */
export function cycleInWords({ states, payPerStep }: Cycle, describe: (state: number) => string, printed: (x: number) => string): string {
  const names = states.map(describe);
  const shown = names.length > 8 ? [...names.slice(0, 8), `… (${names.length} states)`] : names;
  return `${shown.join(' → ')}: ${printed(payPerStep)} a step, for ever.`;
}
