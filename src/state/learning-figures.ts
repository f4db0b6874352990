/** How far learning has come: proxy and truth on one scale, from where they start to the best there is. */
import type { Table } from '../core/contracts/scenario';
import { hackingGap } from '../core/diagnostics/hacking-gap';
import { startValue } from '../core/mdp/exact';
import { optimalPolicy } from '../core/mdp/optimal';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { isScheduled, schemeAt } from '../core/scheme/scheme-at';
import type { CurveHistory } from './curve-history';
import type { Scene } from './scene';

const bestTruths = new WeakMap<Table, number>();
const bestProxies = new WeakMap<CompiledScheme, number>();

/** The true objective of a best policy. */
export function bestTruth(scene: Scene): number {
  if (scene.table === null) return scene.world.best;
  const { table } = scene;
  let best = bestTruths.get(table);
  if (best === undefined) bestTruths.set(table, (best = startValue(table, optimalPolicy(table, table.metrics[table.truth]).value)));
  return best;
}

/** The mean return, discounted as the scheme discounts, of a best policy for the scheme's own reward; null where the reward is no function of the table row, or moves over training. */
export function bestProxy(compiled: CompiledScheme, scene: Scene): number | null {
  const { table } = scene;
  if (compiled.spec.gate !== null || isScheduled(compiled.spec)) return null;
  if (table === null) return paysTheOutcome(compiled) ? compiled.terms[0].spec.weight * scene.world.best : null;
  if (compiled.terms.some((term) => term.perRow === null)) return null;
  const { openPerRow } = schemeAt(compiled, 0);
  if (openPerRow === null) return null;
  let best = bestProxies.get(compiled);
  if (best === undefined) bestProxies.set(compiled, (best = startValue(table, optimalPolicy(table, openPerRow, { gamma: compiled.spec.gamma }).value)));
  return best;
}

/** The only term pays what the true objective paid, at the end. */
function paysTheOutcome({ terms }: CompiledScheme): boolean {
  return terms.length === 1 && !terms[0].spec.transforms?.length && terms[0].plugin.laws.includes('sum-preserving');
}

/**
 * Steps are paid their credit, and no policy is to maximise a sum of it: at γ = 0 each step is judged by itself, and in closed form what is
 * paid along the way telescopes to a difference.
 */
function paysCredits(compiled: CompiledScheme, { table, batch }: Scene): boolean {
  if (compiled.spec.gamma === 0 && batch.maxLen > 1) return true;
  return table === null && batch.maxLen > 1 && compiled.terms.some(({ plugin }) => !plugin.laws.includes('terminal-only'));
}

/** The best proxy return: solved, or the largest mean of the curve so far; NaN where the reward is no return. */
export function proxyScale(compiled: CompiledScheme | null, scene: Scene, proxy: Float64Array): { best: number; isSolved: boolean } {
  if (compiled && paysCredits(compiled, scene)) return { best: Number.NaN, isSolved: false };
  const solved = compiled ? bestProxy(compiled, scene) : null;
  if (solved !== null) return { best: solved, isSolved: true };
  return { best: proxy.reduce((most, x) => (x > most ? x : most), -Infinity), isSolved: false };
}

/** Proxy return as a share of its best, by iteration; NaN where there is no positive best. */
export function proxyShares(compiled: CompiledScheme | null, scene: Scene, history: CurveHistory, scheme: number): Float64Array {
  const { mean } = history.band(scheme, 'proxy');
  const { best } = proxyScale(compiled, scene, mean);
  return mean.map((x) => (best > 0 ? x / best : Number.NaN));
}

/** Hacking gap of a scheme at an iteration; null where there is nothing to compare. */
export function gapOf(compiled: CompiledScheme | null, scene: Scene, history: CurveHistory, scheme: number, iteration: number): number | null {
  const proxy = history.band(scheme, 'proxy').mean;
  if (proxy.length === 0) return null;
  const success = history.band(scheme, 'success').mean;
  const current = history.latest(scheme, 'success', iteration);
  const at = Math.min(iteration, proxy.length - 1);
  const { best } = proxyScale(compiled, scene, proxy);
  if (Number.isNaN(best)) return null;
  return hackingGap(
    { current: proxy[at], start: proxy[0], best },
    { current, start: success[0], best: bestTruth(scene) },
  );
}
