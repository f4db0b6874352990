import { columnsFor } from '../batch/columns-for';
import { freshBuffer } from '../batch/workspace';
import { stepMoments } from './post-stages';
import { termReward, type PricedBatch } from './price-batch';

/** One term's share of the advantage, [nTraj × maxLen]. */
export interface TermShare {
  readonly label: string;
  readonly share: Float64Array;
}

export type TermShares =
  | {
      /** `linear`: exact. `scaled`: with the divisor (a group's or the batch's σ) held fixed. */
      readonly kind: 'linear' | 'scaled';
      /** One per reward term, then `rest` where values, whitening or clipping add something of their own. */
      readonly terms: readonly TermShare[];
    }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * Splits the advantage of every step over the scheme's reward terms. Shares add up to the advantage, to rounding:
 *
 *     Â = Σ_k Â(w_k g r_k) + rest                  for an estimator that is linear in the reward
 *     Â = Σ_k Â_unscaled(w_k g r_k) / divisor_i     for one that divides by a deviation, held fixed
 *
 * Values are held at zero in a term's share, so what a critic takes away is in the rest. Whitening divides the
 * shares by its deviation; its mean and what clipping cuts off are in the rest.
 */
export function termShares(priced: PricedBatch): TermShares {
  const { batch, scheme, estimate, advantage } = priced;
  const { estimator, estimatorParams } = scheme;
  const { decomposition } = estimator;
  if (!decomposition) return { kind: 'none', reason: `${estimator.title} is not linear in the reward, so its advantage does not split over terms.` };
  const columns = columnsFor(estimator, estimatorParams, batch, priced.own) as unknown as Record<string, unknown>;
  const { nTraj, maxLen, length } = batch;
  const params = decomposition.kind === 'scaled' ? { ...estimatorParams, ...decomposition.unscaled } : estimatorParams;
  const divisor = decomposition.kind === 'scaled' ? decomposition.divisor(columns as never, estimatorParams as never) : null;
  const isWhitened = scheme.spec.whiten === 'batch';
  const deviation = isWhitened ? stepMoments(estimate.advantage, batch).deviation : 1;
  const withoutValue = Object.hasOwn(columns, 'value') ? { value: new Float64Array(nTraj * (maxLen + 1)) } : {};
  const rest = advantage.slice();
  const terms = scheme.terms.map((term, k): TermShare => {
    const context = { buffer: freshBuffer, state: priced.side.estimatorState, iteration: priced.side.iteration, detail: false };
    const alone = { ...columns, ...withoutValue, reward: termReward(priced, k) };
    const share = estimator.estimate(alone as never, params as never, context).advantage.slice();
    for (let i = 0; i < nTraj; i++) {
      const by = deviation * (divisor ? divisor[i] : 1);
      for (let j = i * maxLen, end = j + length[i]; j < end; j++) rest[j] -= share[j] /= by;
    }
    return { label: term.spec.label || term.plugin.title, share };
  });
  const largest = (x: Float64Array) => x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const hasRest = largest(rest) > 1e-9 * Math.max(1e-12, largest(advantage));
  return {
    kind: decomposition.kind === 'scaled' || isWhitened ? 'scaled' : 'linear',
    terms: hasRest ? [...terms, { label: 'rest', share: rest }] : terms,
  };
}
