import { columnsFor } from '../batch/columns-for';
import type { MergedSteps } from '../contracts/merged-steps';
import type { PricedBatch } from './price-batch';

/**
 * Which steps the scheme's estimator treats as one around step `t` of trajectory `i`; null for an estimator that merges none.
 * `priced` must have been priced with `detail: true`.
 */
export function mergedNumber({ batch, scheme, estimate, own }: PricedBatch, i: number, t: number): MergedSteps | null {
  const { estimator, estimatorParams } = scheme;
  if (!estimator.merged) return null;
  const columns = columnsFor(estimator, estimatorParams, batch, own);
  return estimator.merged(columns as never, estimatorParams as never, estimate, i, t);
}
