/** Where a scheme's proxy rises while true success falls, kept up as curves grow: each iteration is looked at once. */
import { ALARM_WINDOW, learningAlarm, type GoodhartAlarm } from '../core/diagnostics/goodhart-alarm';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { isScheduled } from '../core/scheme/scheme-at';
import type { CurveHistory } from './curve-history';
import { bestTruth, proxyScale } from './learning-figures';
import type { Scene } from './scene';

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
    const proxy = history.band(k, 'proxy').mean;
    const best = { proxy: proxyScale(scheme, scene, proxy).best, truth: bestTruth(scene) };
    kept.alarm = learningAlarm(proxy, history.band(k, 'success').mean, best, Math.max(0, kept.done - SPAN));
    kept.done = length;
    return kept.alarm;
  }
}
