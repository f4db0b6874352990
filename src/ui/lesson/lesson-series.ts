/** Curves of a lesson: recorded ones, or those that are being learned on the page. */
import type { Slot } from '../../charts/palette';
import type { RecordedCurve, Recording } from '../../lessons/recording';
import type { CurveHistory } from '../../state/curve-history';

export interface LessonSeries {
  readonly letter: Slot;
  readonly name: string;
  readonly iteration: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  /** Mean return of the scheme's own reward, in the unit of the axis. */
  readonly proxy: ArrayLike<number> | null;
}

export function recordedSeries({ arms }: Recording, names: Readonly<Record<string, string>>, proxyOf: string | null): LessonSeries[] {
  return Object.entries(names).flatMap(([letter, name]) => {
    const curve: RecordedCurve | undefined = arms[letter]?.curve;
    return curve ? [{ letter: letter as Slot, name, iteration: curve.iteration, mean: curve.mean, low: curve.low, high: curve.high, proxy: letter === proxyOf ? curve.proxy : null }] : [];
  });
}

export function liveSeries(history: CurveHistory, names: Readonly<Record<string, string>>, proxyOf: string | null): LessonSeries[] {
  return Object.entries(names).flatMap(([letter, name], k) => {
    if (history.length(k) === 0) return [];
    const { mean, low, high } = history.band(k, 'success');
    const iteration = Array.from(mean, (_, j) => j);
    return [{ letter: letter as Slot, name, iteration, mean: mean.slice(), low: low.slice(), high: high.slice(), proxy: letter === proxyOf ? history.band(k, 'proxy').mean.slice() : null }];
  });
}

/** A figure as it was measured on the page; null where the page does not measure it. */
export function liveFigure(history: CurveHistory, letter: string, names: Readonly<Record<string, string>>, metric: string, at: number, truth: string): number[] | null {
  const scheme = Object.keys(names).indexOf(letter);
  const live = metric === truth ? 'success' : metric === 'cosine' || metric === 'wrongSign' || metric === 'zeroGroups' ? metric : null;
  if (scheme < 0 || live === null || history.length(scheme) === 0) return null;
  return history.bySeed(scheme, live).map((curve) => curve[Math.min(at, curve.length - 1)]!);
}

/** The last finite entry of a curve. */
export function endOf(values: ArrayLike<number>): number {
  for (let k = values.length - 1; k >= 0; k--) if (Number.isFinite(values[k]!)) return values[k]!;
  return Number.NaN;
}
