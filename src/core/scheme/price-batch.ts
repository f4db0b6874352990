import { columnsFor, MissingColumnError } from '../batch/columns-for';
import { freshBuffer } from '../batch/workspace';
import type { Batch, Column, ColumnSource, NamedColumn, Shape } from '../contracts/columns';
import type { EstimateResult } from '../contracts/estimator';
import type { PriceResult } from '../contracts/reward';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { gateOf } from './gate';
import { applyPostStages } from './post-stages';
import { schemeAt, type SchemeAt } from './scheme-at';
import { applyTransforms } from './transform';

/** What pricing needs besides the batch and the scheme. Frames carry it from the worker to the page. */
export interface Side {
  /** Update number, from 0. */
  readonly iteration: number;
  /** State of each reward term and of the estimator, carried from iteration to iteration. */
  readonly rewardState: readonly unknown[];
  readonly estimatorState: unknown;
  /** V of the scheme's reward: [S] without a time index (a learned critic), [(T + 1)·S] with one (exact). */
  readonly value: Float64Array | null;
  /** Columns of the behaviour policy: log-probabilities, belief, a learned reward. */
  readonly columns: ColumnSource | null;
}

export const EMPTY_SIDE: Side = { iteration: 0, rewardState: [], estimatorState: undefined, value: null, columns: null };

export interface PricedBatch {
  readonly batch: Batch;
  readonly scheme: CompiledScheme;
  readonly side: Side;
  /** [nTraj × maxLen] the scheme's reward after gate and shaping. */
  readonly reward: Float64Array;
  /** [nTraj], null without a gate. */
  readonly gate: Float64Array | null;
  /** The scheme's scheduled numbers in this iteration. */
  readonly at: SchemeAt;
  /** Results of the terms that are not priced by row, by term number; before transforms. */
  readonly priced: readonly (PriceResult | null)[];
  /** [nTraj × maxLen] rewards of the same terms after transforms. */
  readonly shaped: readonly (Float64Array | null)[];
  /** What the estimator returned, before the stages. */
  readonly estimate: EstimateResult;
  /** [nTraj × maxLen] after whitening and clipping. */
  readonly advantage: Float64Array;
  readonly rewardState: readonly unknown[];
  readonly estimatorState: unknown;
  /** Columns the scheme itself adds: reward, value, rewardDims. */
  readonly own: ColumnSource;
}

export interface PriceOptions {
  /** Where result arrays come from; they belong to the caller. */
  readonly buffer?: (size: number) => Float64Array;
  /** Also compute the estimators' and rewards' extra outputs. */
  readonly detail?: boolean;
  /** Called when the reward stands and the estimator is about to begin. */
  readonly onReward?: () => void;
}

/**
 * Prices a batch under one scheme: signals → terms → transforms → gate → reward → estimator → stages.
 * Both the page and the worker call this function; on the same input they agree bit for bit.
 * Throws `MissingColumnError` when a plug-in reads what neither batch nor side holds.
 */
export function priceBatch(batch: Batch, scheme: CompiledScheme, side: Side, options: PriceOptions = {}): PricedBatch {
  const { buffer = freshBuffer, detail = false } = options;
  const at = schemeAt(scheme, side.iteration);
  const priced = scheme.terms.map((term, k) => priceTerm(term, k, batch, side, buffer, detail));
  const shaped = priced.map((result, k) => result && applyTransforms(result.reward, scheme.terms[k].spec.transforms, batch, buffer));
  const gate = at.gate ? gateOf(batch, at.gate, (k) => termTotals(batch, scheme.terms[k], shaped[k], buffer), buffer) : null;
  const reward = buffer(batch.nTraj * batch.maxLen);
  assembleReward(reward, batch, scheme, at, gate, shaped);
  options.onReward?.();
  const own = new OwnColumns(batch, scheme, side, reward, { batch, scheme, at, gate, shaped }, buffer);
  const { estimator, estimatorParams } = scheme;
  const columns = columnsFor(estimator, estimatorParams, batch, own);
  const context = { buffer, state: side.estimatorState, iteration: side.iteration, detail };
  const estimate = estimator.estimate(columns as never, estimatorParams as never, context);
  let advantage = estimate.advantage;
  if (scheme.spec.whiten !== 'none' || scheme.spec.clip !== null) {
    advantage = buffer(estimate.advantage.length);
    advantage.set(estimate.advantage);
    applyPostStages(advantage, batch, scheme.spec);
  }
  own.settle();
  const rewardState = priced.map((result, k) => result?.state ?? side.rewardState[k]);
  return { batch, scheme, side, reward, gate, at, priced, shaped, estimate, advantage, rewardState, estimatorState: estimate.state, own };
}

/** What a term's share of the reward is made of. */
type Shares = Pick<PricedBatch, 'batch' | 'scheme' | 'at' | 'gate' | 'shaped'>;

/**
 * One term's share of the reward, [nTraj × maxLen]: weight × gate × T_k(r_k). Shares add up to `reward`
 * to rounding.
 */
export function termReward(priced: Shares, k: number): Float64Array {
  const { batch, scheme, at, gate } = priced;
  const term = scheme.terms[k];
  const { nTraj, maxLen, length, row } = batch;
  const share = new Float64Array(nTraj * maxLen);
  const source = term.perRow && row ? null : priced.shaped[k]!;
  for (let i = 0; i < nTraj; i++) {
    const factor = at.weights[k] * (isGated(term, scheme.spec) ? gate![i] : 1);
    for (let j = i * maxLen, end = j + length[i]; j < end; j++) share[j] = factor * (source ? source[j] : term.perRow![row![j]]);
  }
  return share;
}

/** What a term would pay without transforms and gate, [nTraj × maxLen]: weight × r_k. */
export function ownReward({ batch, scheme, at, priced }: PricedBatch, k: number): Float64Array {
  const { nTraj, maxLen, length, row } = batch;
  const { ownPerRow } = scheme.terms[k];
  const own = new Float64Array(nTraj * maxLen);
  const source = ownPerRow && row ? null : priced[k]!.reward;
  for (let i = 0; i < nTraj; i++) {
    for (let j = i * maxLen, end = j + length[i]; j < end; j++) own[j] = at.weights[k] * (source ? source[j] : ownPerRow![row![j]]);
  }
  return own;
}

/** Discounted reward-to-go of the scheme's reward under the scheme's γ, [nTraj × maxLen]. */
export function returnsOf({ batch, scheme, reward }: Pick<PricedBatch, 'batch' | 'scheme' | 'reward'>): Float64Array {
  const { nTraj, maxLen, length } = batch;
  const returns = new Float64Array(nTraj * maxLen);
  for (let i = 0; i < nTraj; i++) {
    let total = 0;
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) returns[k] = total = reward[k] + scheme.spec.gamma * total;
  }
  return returns;
}

function priceTerm(
  term: CompiledTerm,
  k: number,
  batch: Batch,
  side: Side,
  buffer: (size: number) => Float64Array,
  detail: boolean,
): PriceResult | null {
  if (term.perRow && batch.row) return null;
  const columns = columnsFor(term.plugin, term.params, batch, side.columns);
  const context = { buffer, state: side.rewardState[k], iteration: side.iteration, detail };
  return term.plugin.price(columns as never, term.params as never, context);
}

/** Σ_t T_k(r_k)_t of one term, before weight and gate, [nTraj]. */
export function termTotals({ nTraj, maxLen, length, row }: Batch, { perRow }: CompiledTerm, shaped: Float64Array | null, buffer: (size: number) => Float64Array): Float64Array {
  const totals = buffer(nTraj);
  for (let i = 0; i < nTraj; i++) {
    let total = 0;
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) total += shaped ? shaped[k] : perRow![row![k]];
    totals[i] = total;
  }
  return totals;
}

function assembleReward(
  reward: Float64Array,
  { nTraj, maxLen, length, row }: Batch,
  scheme: CompiledScheme,
  { weights, gatedPerRow, openPerRow }: SchemeAt,
  gate: Float64Array | null,
  shaped: readonly (Float64Array | null)[],
): void {
  const gatedRow = row ? gatedPerRow : null;
  const openRow = row ? openPerRow : null;
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    const end = start + length[i];
    const open = gate ? gate[i] : 1;
    if (openRow && gatedRow) for (let k = start; k < end; k++) reward[k] = open * gatedRow[row![k]] + openRow[row![k]];
    else if (openRow) for (let k = start; k < end; k++) reward[k] = openRow[row![k]];
    else if (gatedRow) for (let k = start; k < end; k++) reward[k] = open * gatedRow[row![k]];
    else reward.fill(0, start, end);
    reward.fill(0, end, start + maxLen);
  }
  for (let k = 0; k < shaped.length; k++) {
    const own = shaped[k];
    if (!own) continue;
    const gated = isGated(scheme.terms[k], scheme.spec);
    for (let i = 0; i < nTraj; i++) {
      const factor = weights[k] * (gated ? gate![i] : 1);
      for (let j = i * maxLen, end = j + length[i]; j < end; j++) reward[j] += factor * own[j];
    }
  }
}

/** The columns that pricing itself makes, for the estimator and for explanations. */
class OwnColumns implements ColumnSource {
  #dims: NamedColumn | null = null;
  #value: Float64Array | null = null;

  constructor(
    private readonly batch: Batch,
    private readonly scheme: CompiledScheme,
    private readonly side: Side,
    private readonly reward: Float64Array,
    private readonly shares: Shares,
    /** For what is asked while pricing; later readers get arrays of their own. */
    private buffer: (size: number) => Float64Array,
  ) {}

  /** Pricing is over: its scratch space may be taken back before the columns are read again. */
  settle(): void {
    this.buffer = freshBuffer;
  }

  column(name: string, shape: Shape): Column | string {
    if (name === 'reward' && shape === 'step') return this.reward;
    if (name === 'rewardDims' && shape === 'named' && this.scheme.terms.length > 0) return (this.#dims ??= this.#termTotals());
    if (name === 'value' && shape === 'state') return this.#valueColumn();
    return this.side.columns?.column(name, shape) ?? '';
  }

  #termTotals(): NamedColumn {
    const { batch, scheme } = this;
    const K = scheme.terms.length;
    const data = new Float64Array(batch.nTraj * K);
    scheme.terms.forEach((_, k) => {
      const share = termReward(this.shares, k);
      for (let i = 0; i < batch.nTraj; i++) {
        let total = 0;
        for (let j = i * batch.maxLen, end = j + batch.length[i]; j < end; j++) total += share[j];
        data[i * K + k] = total;
      }
    });
    return { names: scheme.terms.map((term, k) => term.spec.label || `${term.plugin.title} ${k + 1}`), data };
  }

  #valueColumn(): Column | string {
    if (this.#value) return this.#value;
    const { batch, side, scheme } = this;
    const { nTraj, maxLen, length } = batch;
    if (scheme.spec.value === 'zero') return (this.#value = this.buffer(nTraj * (maxLen + 1)).fill(0));
    if (!side.value) return scheme.spec.value === 'exact' ? 'There is no exact value here.' : 'There is no critic yet.';
    const value = this.buffer(nTraj * (maxLen + 1));
    const stride = this.#stride(side.value);
    const { row, rowState } = batch;
    const ids = row && rowState ? null : this.#states();
    for (let i = 0; i < nTraj; i++) {
      const start = i * (maxLen + 1);
      const steps = length[i];
      if (ids) for (let t = 0; t < steps; t++) value[start + t] = side.value[t * stride + ids[start + t]];
      else for (let t = 0, k = i * maxLen; t < steps; t++, k++) value[start + t] = side.value[t * stride + rowState![row![k]]];
      value.fill(0, start + steps, start + maxLen + 1);
    }
    return (this.#value = value);
  }

  #states(): Int32Array {
    const state = this.batch.column('state', 'state-id');
    if (typeof state === 'string') throw new MissingColumnError('state', state);
    return state as Int32Array;
  }

  /** Stride between time slices: 0 when the value has no time index. */
  #stride(value: Float64Array): number {
    return this.scheme.spec.value === 'exact' ? value.length / (this.batch.maxLen + 1) : 0;
  }
}
