/** Where a scheme's proxy rises while true success falls, kept up as curves grow: each iteration is looked at once. */
import { goodhartAlarm, type GoodhartAlarm } from '../core/diagnostics/goodhart-alarm';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { isScheduled } from '../core/scheme/scheme-at';
import type { CurveHistory } from './curve-history';
import { bestTruth, proxyScale } from './learning-figures';
import type { Scene } from './scene';

/** Points of the window along which both curves are followed. */
export const ALARM_WINDOW = 12;

interface Kept {
  readonly scheme: CompiledScheme;
  /** Iterations that were looked at. */
  done: number;
  alarm: GoodhartAlarm | null;
}

/** Iterations before the newest that can be part of a window that ends in a new one, figures taken every few iterations included. */
const SPAN = 40 * ALARM_WINDOW;

export class LearningAlarms {
  readonly #kept = new Map<number, Kept>();

  /**
   * The first alarm of a scheme's curve so far; null while there is none. A curve that starts anew, or under another reward, is
   * looked at anew. A reward that moves over training has no alarm: its proxy rises and falls with its own weights.
   */
  of(k: number, scheme: CompiledScheme | null, scene: Scene, history: CurveHistory): GoodhartAlarm | null {
    if (!scheme || isScheduled(scheme.spec)) return null;
    const length = history.length(k);
    let kept = this.#kept.get(k);
    if (!kept || kept.scheme !== scheme || length < kept.done) this.#kept.set(k, (kept = { scheme, done: 0, alarm: null }));
    if (kept.alarm !== null || length === kept.done) return kept.alarm;
    kept.alarm = alarmIn(history.band(k, 'proxy').mean, history.band(k, 'success').mean, scheme, scene, Math.max(0, kept.done - SPAN));
    kept.done = length;
    return kept.alarm;
  }
}

/** The first alarm among the iterations from `from` on: the proxy as a share of the way from its start to its best, success as a share of the best. */
function alarmIn(proxy: Float64Array, success: Float64Array, scheme: CompiledScheme, scene: Scene, from: number): GoodhartAlarm | null {
  const first = (curve: Float64Array) => curve.find((x) => !Number.isNaN(x)) ?? Number.NaN;
  const best = { proxy: proxyScale(scheme, scene, proxy).best, truth: bestTruth(scene) };
  const way = best.proxy - first(proxy);
  // Where learning starts near the best, the way there is short and a small fall would seem a long one.
  const whole = Math.max(Math.abs(best.truth), best.truth - first(success));
  if (!(Math.abs(way) > 1e-12) || !(whole > 1e-12)) return null;
  const found = goodhartAlarm(proxy.subarray(from).map((x) => x / way), success.subarray(from).map((x) => x / whole), { window: ALARM_WINDOW });
  return found && { ...found, from: found.from + from, to: found.to + from };
}
