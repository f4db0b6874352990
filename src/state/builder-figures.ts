/** What the builder shows of a scheme on the batch in hand, beside its prices: warnings and the scale of each term. */
import { termScales, type TermScales } from '../core/diagnostics/term-scales';
import { schemeWarnings, type SchemeWarning } from '../core/scheme/scheme-warnings';
import type { PricedScheme } from './priced-scheme';
import type { Scene } from './scene';

export interface BuilderFigures {
  readonly warnings: readonly SchemeWarning[];
  readonly scales: TermScales;
}

/** Figures of a priced scheme; some milliseconds of work, so asked for when nothing is being dragged. */
export function builderFigures(scene: Scene, { priced }: PricedScheme, iterations: number): BuilderFigures {
  return { warnings: schemeWarnings(priced.scheme, { table: scene.table, iterations, priced }), scales: termScales(priced) };
}

/** Calls back when the page has nothing better to do, at the latest after `timeout` ms; returns what cancels it. */
export function whenQuiet(callback: () => void, timeout = 200): () => void {
  if (typeof requestIdleCallback === 'function') {
    const handle = requestIdleCallback(callback, { timeout });
    return () => cancelIdleCallback(handle);
  }
  const handle = setTimeout(callback, 0);
  return () => clearTimeout(handle);
}
