/**
 * What of a scheme the device's kernels compute, as numbers: a reward for each table row with the gate shut and open, whole-number
 * gate conditions, and the estimator's rule. Schemes that need more than that get a sentence instead.
 */
import type { Table } from '../core/contracts/scenario';
import { isGated, type CompiledScheme, type CompiledTerm } from '../core/scheme/compile-scheme';
import { sumRows } from '../core/scheme/exact-value';
import { conditionsOf } from '../core/scheme/gate';
import { isScheduled, schemeAt } from '../core/scheme/scheme-at';
import { isPointwise } from '../core/scheme/transform';
import type { ConditionSpec } from '../core/scheme/scheme-spec';

/** What happens to a scanned return; the numbers are those of the kernels. */
export const COMPARE = { nothing: 0, score: 1, leaveOneOut: 2, stepIndexMean: 3, wholeReturnMean: 4, stepMean: 5 } as const;

export interface EstimatorRule {
  readonly compare: (typeof COMPARE)[keyof typeof COMPARE];
  /** γ of the scan. */
  readonly gamma: number;
  /** λ of generalized advantages; null scans returns. */
  readonly lambda: number | null;
  readonly epsilon: number;
  readonly ddof: number;
  readonly normByStd: boolean;
  /** A group of one keeps its own number. */
  readonly raw: boolean;
  /** Means are those of the whole batch. */
  readonly wholeBatch: boolean;
  /** Trajectories that have ended count as 0 in the mean at a step index. */
  readonly finishedCount: boolean;
}

export interface GateRule {
  /** [rows] what each row adds to x, in units, and the greatest sum of units at which the gate is shut. */
  readonly units: Int32Array;
  readonly limit: number;
}

/** What a scheme pays on every row, [rows]: with the gate shut and open, the same where nothing is gated. */
export interface RowPay {
  readonly shut: Float64Array;
  readonly open: Float64Array;
}

export interface SignalPlan {
  /** On a step with time left, and on the last one of the horizon; the same where no term looks at the time. */
  readonly within: RowPay;
  readonly last: RowPay;
  readonly gates: readonly GateRule[];
  /** One open condition is enough. */
  readonly any: boolean;
  readonly rule: EstimatorRule;
  readonly clip: number | null;
}

const plain: EstimatorRule = {
  compare: COMPARE.nothing,
  gamma: 1,
  lambda: null,
  epsilon: 0,
  ddof: 1,
  normByStd: false,
  raw: false,
  wholeBatch: false,
  finishedCount: false,
};

const MEANS = { 'timestep-mean': COMPARE.stepIndexMean, 'episode-mean': COMPARE.wholeReturnMean, 'step-mean': COMPARE.stepMean } as const;

/** The estimators that have a kernel, as rules over their completed parameters. */
const RULES: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => EstimatorRule>> = {
  gae: ({ gamma, lambda }) => ({ ...plain, gamma: Number(gamma), lambda: Number(lambda) }),
  'mc-return': ({ gamma }) => ({ ...plain, gamma: Number(gamma) }),
  'reinforce-baseline': ({ gamma, baseline, scope, finished }) => ({
    ...plain,
    compare: MEANS[baseline as keyof typeof MEANS],
    gamma: Number(gamma),
    wholeBatch: scope === 'batch',
    finishedCount: finished === 'zero',
  }),
  grpo: scored,
  'grpo-vectorized': (params) => scored({ ...params, singleton: 'raw' }),
  'dr-grpo': (params) => scored({ ...params, normByStd: false }),
  rloo: ({ singleton }) => ({ ...plain, compare: COMPARE.leaveOneOut, raw: singleton === 'raw' }),
  'rloo-vectorized': ({ singleton }) => ({ ...plain, compare: COMPARE.leaveOneOut, raw: singleton === 'raw' }),
};

function scored({ epsilon = 0, ddof = 1, normByStd, singleton }: Readonly<Record<string, unknown>>): EstimatorRule {
  return { ...plain, compare: COMPARE.score, epsilon: Number(epsilon), ddof: Number(ddof), normByStd: normByStd === true, raw: singleton === 'raw' };
}

/** The plan of a scheme as it is in one iteration, or why there is none, in a sentence. */
export function signalPlan(scheme: CompiledScheme, table: Table, iteration: number): SignalPlan | string {
  const { spec, terms, estimator, estimatorParams } = scheme;
  const beyond = terms.find((term) => !term.perRow && !isTimed(term, scheme));
  if (beyond) return `"${beyond.spec.label || beyond.plugin.title}" pays by more than the state and the action.`;
  if (!Object.hasOwn(RULES, estimator.id)) return `${estimator.title} has no kernel.`;
  if (spec.whiten !== 'none') return 'Advantages are whitened over the batch.';
  const { gate } = schemeAt(scheme, iteration);
  const gates: GateRule[] = [];
  for (const condition of terms.some((term) => isGated(term, spec)) ? conditionsOf(gate) : []) {
    const rule = gateRule(condition, scheme, table);
    if (typeof rule === 'string') return rule;
    gates.push(rule);
  }
  return { ...payOf(scheme, table, iteration), gates, any: gate?.combine === 'any', rule: RULES[estimator.id](estimatorParams), clip: spec.clip };
}

/** A term that is a function of the row but on the last step of the horizon; under a gate it is left to TypeScript. */
const isTimed = (term: CompiledTerm, { spec }: CompiledScheme) => term.plugin.timedMarkov === true && !isGated(term, spec) && (term.spec.transforms ?? []).every(isPointwise);

type Pay = Pick<SignalPlan, 'within' | 'last'>;
const latest = new WeakMap<CompiledScheme, { readonly iteration: number; readonly pay: Pay }>();

/** What the rows pay in an iteration; the same arrays as long as that stays the same. */
function payOf(scheme: CompiledScheme, table: Table, iteration: number): Pay {
  const known = latest.get(scheme);
  if (known && (known.iteration === iteration || !isScheduled(scheme.spec))) return known.pay;
  const { weights } = schemeAt(scheme, iteration);
  const open = sumRows(scheme, weights, table, false);
  const gated = scheme.terms.some((term) => isGated(term, scheme.spec)) ? sumRows(scheme, weights, table, true) : null;
  const side = (of: 'within' | 'last'): RowPay => ({ shut: open[of], open: gated ? open[of].map((reward, row) => reward + gated[of][row]) : open[of] });
  const pay = { within: side('within'), last: scheme.terms.every(({ perRow }) => perRow) ? side('within') : side('last') };
  latest.set(scheme, { iteration, pay });
  return pay;
}

/**
 * A condition in whole numbers, so that the device decides it exactly as TypeScript does: x_i is n units, and x_i > θ exactly where
 * n > ⌊θ / unit⌋.
 */
function gateRule({ source, term, threshold, inclusive, softness }: ConditionSpec, { terms }: CompiledScheme, table: Table): GateRule | string {
  if (softness > 0) return 'Its gate opens gradually.';
  const column = term !== undefined ? terms[term].perRow : source === 'outcome' ? table.metrics[table.truth] : table.signals[source];
  if (!column) return 'Its gate reads what no row of the table says.';
  for (let unit = 1; unit >= 2 ** -16; unit /= 2) {
    if (!column.every((x) => Number.isInteger(x / unit) && (Math.abs(x) / unit) * table.horizon < 2 ** 31)) continue;
    const limit = inclusive ? Math.ceil(threshold / unit) - 1 : Math.floor(threshold / unit);
    return { units: Int32Array.from(column, (x) => x / unit), limit: Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, limit)) };
  }
  return 'Its gate reads numbers that are no multiples of 1/65,536.';
}
