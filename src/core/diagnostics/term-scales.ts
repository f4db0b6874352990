import type { PricedBatch } from '../scheme/price-batch';
import { termReward } from '../scheme/price-batch';
import { termShares } from '../scheme/term-shares';

/** A term with more than this share of the advantage's variance drowns the others. */
export const DOMINANT = 0.9;
/** Advantages and shares with less than this part of their reward's variance are rounding. */
const ROUNDING = 1e-12;

export interface TermScale {
  readonly label: string;
  /** Standard deviation of the term's reward over the batch's steps, weight and gate included. */
  readonly rewardDeviation: number;
  /** Cov(share of the term, Â) / Var(Â) over the batch's steps; these add up to 1 with the rest. Null where Â does not split or never varies. */
  readonly share: number | null;
  /** Standard deviation of the term's share of the advantage; null where it does not split. */
  readonly shareDeviation: number | null;
  /**
   * `constant`: the term pays the same on every step. `cancelled`: it varies, and the estimator's normalisation takes
   * away all of it. `dominant`: more than 90 % of the variance, with other living terms beside it.
   */
  readonly finding: 'constant' | 'cancelled' | 'dominant' | null;
}

export interface TermScales {
  readonly steps: number;
  readonly advantageDeviation: number;
  readonly terms: readonly TermScale[];
  /** Share of what values, whitening or clipping add. */
  readonly rest: number | null;
  /** Why there are no shares. */
  readonly reason: string | null;
}

/** What each reward term contributes to the variance of the advantage in one batch. */
export function termScales(priced: PricedBatch): TermScales {
  const { batch, advantage, scheme } = priced;
  const { maxLen, length } = batch;
  const cells: number[] = [];
  for (let i = 0; i < batch.nTraj; i++) for (let t = 0; t < length[i]; t++) cells.push(i * maxLen + t);
  const covariance = (x: Float64Array, y: Float64Array) => {
    let [mx, my, sum] = [0, 0, 0];
    for (const k of cells) {
      mx += x[k] / cells.length;
      my += y[k] / cells.length;
    }
    for (const k of cells) sum += (x[k] - mx) * (y[k] - my);
    return cells.length > 0 ? sum / cells.length : 0;
  };
  const split = termShares(priced);
  const shares = split.kind === 'none' ? null : split.terms;
  const total = covariance(advantage, advantage);
  const isSilent = total <= ROUNDING * covariance(priced.reward, priced.reward);
  const part = (k: number) => (shares && k < shares.length && !isSilent ? covariance(shares[k].share, advantage) / total : null);
  const K = scheme.terms.length;
  const judged = scheme.terms.map((term, k): TermScale => {
    const reward = termReward(priced, k);
    const mean = cells.reduce((sum, j) => sum + reward[j], 0) / Math.max(1, cells.length);
    const rewardVariance = covariance(reward, reward);
    const own = shares ? covariance(shares[k].share, shares[k].share) : null;
    const share = part(k);
    const isConstant = rewardVariance <= ROUNDING * ROUNDING * mean * mean;
    // Compared with the term's own reward: a small weight is no cancellation.
    const isCancelled = own !== null && own <= ROUNDING * rewardVariance;
    const finding = isConstant ? 'constant' : isCancelled ? 'cancelled' : null;
    return { label: term.spec.label || term.plugin.title, rewardDeviation: Math.sqrt(rewardVariance), share, shareDeviation: own === null ? null : Math.sqrt(own), finding };
  });
  const living = judged.filter(({ finding }) => finding === null).length;
  const terms = judged.map((term) => (living > 1 && term.share !== null && term.share > DOMINANT ? { ...term, finding: 'dominant' as const } : term));
  const rest = shares && !isSilent ? (part(K) ?? 0) : null;
  const reason = split.kind === 'none' ? split.reason : !isSilent ? null : 'Every advantage of the batch is the same: nothing is learned from it.';
  return { steps: cells.length, advantageDeviation: Math.sqrt(total), terms, rest, reason };
}
