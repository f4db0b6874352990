import type { Table } from '../contracts/scenario';
import { evaluatePolicy, startValue } from '../mdp/exact';
import { stationaryOptimum } from '../mdp/modified-policy-iteration';
import { occupancy } from '../mdp/occupancy';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { exactPay, type ExactPay } from '../scheme/exact-value';
import { atDiscount } from './at-discount';
import { bestCycle, type Cycle } from './best-cycle';
import type { PolicyInvariance } from './policy-invariance';
import { labelOf, solvable, type Solvable } from './solvable';

/** Smallest share of the true value whose loss counts. */
const LOSS = 1e-6;

export interface Farming {
  /** The cycle that pays most per step, by the scenario's states and rows; null where there is none or none pays. */
  readonly cycle: (Cycle & {
    /** The true objective's pay per step of the same cycle. */
    readonly truePerStep: number;
    /** True where a gate may still refuse the pay when the episode ends. */
    readonly isGated: boolean;
  }) | null;
  /** Terms that are not functions of the table row, nor of it and what they remember; the cycle does without them. */
  readonly leftOut: readonly string[];
  /** Best true value from the start, by policies that know how much time is left. */
  readonly best: number;
  /** True value of the scheme's optimum with the time known, its ties taken badly; null where it cannot be solved. */
  readonly withClock: number | null;
  /**
   * True value of the scheme's optimum for those who do not see the time: the best policy at the discount 1 − 1/(T + 1), or the scheme's
   * if smaller (its potentials with it), ties shared; and of the true objective's. Null where pay is gated, or no function of the
   * row and what terms remember.
   */
  readonly withoutClock: {
    readonly ofScheme: number;
    readonly ofTruth: number;
    readonly gamma: number;
    /** Share of that policy's steps that it takes in the cycle's states; 0 without one. */
    readonly circling: number;
  } | null;
  /** A cycle pays, and an optimum of the scheme is truly worse than the truth's own. */
  readonly isFarmed: boolean;
}

/** Whether going in circles pays under a scheme, and what its optimum is worth in truth. `solved` is null where it is no table. */
export function farming(scheme: CompiledScheme, plain: Table, solved: Solvable | null, invariance: PolicyInvariance | null, best: number, iteration = 0): Farming {
  const leftOut = solved ? [] : scheme.terms.filter((term) => !term.perRow && !term.plugin.timedMarkov);
  const { table, pay, product } = solved ?? { table: plain, pay: payWithout(scheme, plain, iteration), product: null };
  const reward = pay.gated ? pay.open.within.map((x, r) => x + pay.gated!.within[r]) : pay.open.within;
  const found = bestCycle(table, reward);
  const size = reward.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const pays = found !== null && found.payPerStep > 1e-9 * size;
  const withoutClock = solved ? clockless(scheme, plain, pays ? found : null, iteration) : null;
  const withClock = invariance ? invariance.best - invariance.lost.most : null;
  const loses = (own: number | null, other: number) => own !== null && other - own > LOSS * Math.max(1e-12, Math.abs(other));
  const cycle = found && pays
    ? {
        ...(product ? onPlainTable(found, product) : found),
        truePerStep: mean(found.rows, table.metrics[table.truth]),
        isGated: pay.gated !== null && found.rows.some((r) => pay.gated!.within[r] !== 0),
      }
    : null;
  return {
    cycle,
    leftOut: leftOut.map(labelOf),
    best,
    withClock,
    withoutClock,
    isFarmed: cycle !== null && (loses(withClock, best) || (withoutClock !== null && loses(withoutClock.ofScheme, withoutClock.ofTruth))),
  };
}

/** Pay of every row with time left, gates taken as open, over the terms that are functions of the row. */
function payWithout(scheme: CompiledScheme, table: Table, iteration: number): ExactPay {
  const terms = scheme.terms.filter((term) => term.perRow !== null || term.plugin.timedMarkov);
  return exactPay({ ...scheme, terms, spec: { ...scheme.spec, gate: null } }, table, iteration);
}

function onPlainTable(cycle: Cycle, { baseRow, baseState }: NonNullable<Solvable['product']>): Cycle {
  return { ...cycle, states: cycle.states.map((pair) => baseState[pair]), rows: cycle.rows.map((r) => baseRow[r]) };
}

/** What the scheme's and the truth's optimum are worth in truth when time seems never to run out. */
function clockless(scheme: CompiledScheme, plain: Table, cycle: Cycle | null, iteration: number): Farming['withoutClock'] {
  const endless = 1 - 1 / (plain.horizon + 1);
  const gamma = Math.min(scheme.spec.gamma, endless);
  const solved = solvable(atDiscount(scheme, gamma, plain), plain, iteration);
  if (typeof solved === 'string' || solved.pay.gated || solved.product?.isClosed === false) return null;
  const { table, pay } = solved;
  const own = timelessPolicy(table, pay.open.within, gamma);
  const truth = timelessPolicy(plain, plain.metrics[plain.truth], endless);
  return { ofScheme: valueOf(table, own), ofTruth: valueOf(plain, truth), gamma, circling: cycle ? shareOnCycle(table, own, cycle) : 0 };
}

/** The best policy for a reward when time seems never to run out, [S·A]; actions within 1e-9 of the best share alike. */
function timelessPolicy(table: Table, reward: Float64Array, gamma: number): Float64Array {
  const { S, A } = table;
  const { value, actionValue } = stationaryOptimum(table, reward, gamma);
  const size = value.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const probability = new Float64Array(S * A);
  for (let s = 0; s < S; s++) {
    let count = 0;
    for (let k = s * A; k < (s + 1) * A; k++) if (actionValue[k] >= value[s] - 1e-9 * size) count += probability[k] = 1;
    for (let k = s * A; k < (s + 1) * A; k++) probability[k] /= count;
  }
  return probability;
}

function valueOf(table: Table, probability: Float64Array): number {
  return startValue(table, evaluatePolicy(table, probability, table.metrics[table.truth]).value);
}

function shareOnCycle(table: Table, probability: Float64Array, { states }: Cycle): number {
  const { visits } = occupancy(table, probability);
  const steps = visits.reduce((sum, x) => sum + x, 0);
  return states.reduce((sum, s) => sum + visits[s], 0) / Math.max(1e-300, steps);
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
