/** The figures of a check as bars on one scale. */
import { plain } from '../../charts/geometry/number-format';
import { truthInWords, type CheckContext, type CheckId } from '../../core/diagnostics/check-verdicts';
import type { SchemeCheck } from '../../core/diagnostics/scheme-check';

export interface FigureBar {
  readonly label: string;
  /** Where the bar ends, from 0 to 1 of its scale; below 0 it goes to the left. */
  readonly share: number;
  readonly value: string;
  /** Standard error on the same scale. */
  readonly error?: number;
  /** A place on the scale that means something of its own. */
  readonly mark?: { readonly share: number; readonly title: string };
  /** The truth's own bar, in its colour. */
  readonly isTruth?: boolean;
}

export function barsOf(id: CheckId, check: SchemeCheck, { truth }: CheckContext): FigureBar[] {
  switch (id) {
    case 'optimum':
      return optimumBars(check, truth);
    case 'distance':
      return distanceBars(check);
    case 'terms':
      return check.terms.terms.flatMap(({ label, share }) => (share === null ? [] : [{ label, share, value: `${plain(100 * share, 0)}%` }]));
    case 'farming':
      return [];
  }
}

function optimumBars({ invariance, farming }: SchemeCheck, truth: CheckContext['truth']): FigureBar[] {
  if (invariance.kind !== 'decided') {
    return invariance.updates.flatMap(({ mixture, cosine, error }) =>
      cosine === null ? [] : [{ label: `at ${Math.round(100 * mixture)}% of the way`, share: cosine, value: plain(cosine), error: error ?? 0 }],
    );
  }
  const size = Math.max(Math.abs(invariance.best), 1e-300);
  const bar = (label: string, x: number, isTruth = false): FigureBar => ({ label, share: x / size, value: truthInWords(x, truth.unit), isTruth });
  return [
    bar('true optimum', invariance.best, true),
    bar('its optimum, time known', invariance.best - invariance.lost.most),
    ...(farming.withoutClock ? [bar('its optimum, time unseen', farming.withoutClock.ofScheme)] : []),
  ];
}

function distanceBars({ distance, returns }: SchemeCheck): FigureBar[] {
  const unrelated = { share: Math.SQRT1_2, title: 'unrelated' };
  return [
    ...('reason' in distance ? [] : [{ label: 'STARC, of 2', share: distance.starc / 2, value: plain(distance.starc), mark: unrelated }, { label: 'EPIC, of 1', share: distance.epic, value: plain(distance.epic), mark: unrelated }]),
    ...(returns.distance === null ? [] : [{ label: 'returns, of 1', share: returns.distance, value: plain(returns.distance), error: returns.error ?? 0, mark: unrelated }]),
  ];
}
