/** What the builder shows of a scheme on the batch in hand, beside its prices: warnings and the scale of each term. */
import { termScales, type TermScales } from '../core/diagnostics/term-scales';
import { schemeWarnings, type SchemeWarning } from '../core/scheme/scheme-warnings';
import type { PricedScheme } from './priced-scheme';
import type { Scene } from './scene';

export interface BuilderFigures {
  readonly scales: TermScales;
  readonly warnings: readonly SchemeWarning[];
}

/**
 * Works out the figures of a priced scheme while nothing is being dragged: first what the terms weigh, then the warnings, each in
 * a task of its own. Returns what cancels it.
 */
export function watchFigures(scene: Scene, { priced }: PricedScheme, iterations: number, done: (figures: BuilderFigures) => void): () => void {
  let cancel = whenQuiet(() => {
    const scales = termScales(priced);
    cancel = whenQuiet(() => done({ scales, warnings: schemeWarnings(priced.scheme, { table: scene.table, iterations, priced, scales }) }));
  });
  return () => cancel();
}

/** Calls back when the page has nothing better to do, at the latest after `timeout` ms; returns what cancels it. */
function whenQuiet(callback: () => void, timeout = 200): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(callback, { timeout });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(callback, 0);
  return () => clearTimeout(handle);
}
