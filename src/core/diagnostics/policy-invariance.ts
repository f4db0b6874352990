import { printed } from '../contracts/explanation';
import type { SchemeOptimum } from './scheme-optimum';

/** An action is truly worse when it loses more than this share of the best true value. */
const NEGLIGIBLE = 1e-6;

/** A situation in which the scheme's optimum takes an action that the true optimum does not take, or the other way round. */
export interface Counterexample {
  readonly step: number;
  readonly state: number;
  /** Gated pay held back until the end when the situation is reached; 0 without a gate. */
  readonly held: number;
  readonly schemeAction: number;
  readonly trueAction: number;
  /** What each of the two actions is worth at best, under the scheme and in truth. */
  readonly schemeValues: readonly [ofSchemeAction: number, ofTrueAction: number];
  readonly trueValues: readonly [ofSchemeAction: number, ofTrueAction: number];
}

/**
 * `invariant`: wherever any policy gets to, the same actions are optimal. `on-path`: that is not so, but wherever the
 * scheme's optimum leads, it does what is truly optimal. `changed`: it takes an action that is truly worse.
 */
export type InvarianceVerdict = 'invariant' | 'on-path' | 'changed';

export interface PolicyInvariance {
  readonly verdict: InvarianceVerdict;
  /** First in time, of those where every choice of the scheme is truly worse, else where one among equals is; null when invariant. */
  readonly counterexample: Counterexample | null;
  /** Best true value from the start. */
  readonly best: number;
  /** True value lost by following the scheme's optimum: ties among its optimal actions taken well, and taken badly. */
  readonly lost: { readonly least: number; readonly most: number };
}

/**
 * Whether the optimal policy under a scheme is the optimal policy of the true objective, from both solved over every situation that
 * can be reached. Optimal policies know how much time is left: one that farms and turns back just in time loses nothing, which a
 * learner that does not see the time cannot copy. The true objective counts late success in full, whatever the scheme's γ.
 */
export function compareOptima(optimum: SchemeOptimum): PolicyInvariance {
  const { nodes, A, trueValue, schemeOptimal, trulyOptimal, onPath, best, least, most } = optimum;
  let strict = -1;
  let tied = -1;
  let different = -1;
  for (let node = 0; node < nodes && strict < 0; node++) {
    const trueBest = trueValue.subarray(node * A, (node + 1) * A).reduce((most, x) => Math.max(most, x), -Infinity);
    let worse = false;
    let shared = false;
    for (let k = node * A; k < (node + 1) * A; k++) {
      if (schemeOptimal[k] !== trulyOptimal[k] && different < 0) different = node;
      if (schemeOptimal[k] === 0) continue;
      if (trueBest - trueValue[k] > NEGLIGIBLE * Math.abs(best)) worse = true;
      else shared = true;
    }
    if (!worse || onPath[node] === 0) continue;
    if (!shared) strict = node;
    else if (tied < 0) tied = node;
  }
  const harmful = strict >= 0 ? strict : tied;
  const lost = { least: Math.max(0, best - most), most: Math.max(0, best - least) };
  const verdict = harmful >= 0 ? 'changed' : different >= 0 ? 'on-path' : 'invariant';
  const node = harmful >= 0 ? harmful : different;
  return { verdict, counterexample: node < 0 ? null : counterexample(optimum, node), best, lost };
}

function counterexample({ A, stepStart, state, held, schemeValue, trueValue, schemeOptimal, trulyOptimal }: SchemeOptimum, node: number): Counterexample {
  const marked = (mark: Uint8Array, wanted: (a: number) => boolean) => {
    const own = Array.from({ length: A }, (_, a) => a).filter((a) => mark[node * A + a] === 1);
    return own.find(wanted) ?? own[0];
  };
  const schemeAction = marked(schemeOptimal, (a) => trulyOptimal[node * A + a] === 0);
  const trueAction = marked(trulyOptimal, (a) => schemeOptimal[node * A + a] === 0);
  const both = (of: Float64Array) => [of[node * A + schemeAction], of[node * A + trueAction]] as const;
  return {
    step: stepStart.findLastIndex((from) => from <= node),
    state: state[node],
    held: held[node],
    schemeAction,
    trueAction,
    schemeValues: both(schemeValue),
    trueValues: both(trueValue),
  };
}

/** A verdict in one or two sentences. */
export function invarianceInWords({ verdict, counterexample: found, lost }: PolicyInvariance, describe: { state: (s: number) => string; action: (a: number) => string }): string {
  if (!found) return 'The same actions are optimal under the scheme and in truth, wherever one gets to.';
  const place = `At step ${found.step + 1} in ${describe.state(found.state)}`;
  const values = ([own, other]: readonly [number, number]) => `${printed(own)} against ${printed(other)}`;
  const choice = `${describe.action(found.schemeAction)} is worth ${values(found.schemeValues)} for ${describe.action(found.trueAction)} under the scheme, and ${values(found.trueValues)} in truth`;
  if (verdict === 'on-path') return `Wherever the scheme's optimum leads, it does what is truly optimal. Not everywhere else are the same actions optimal: ${place[0].toLowerCase()}${place.slice(1)}, ${choice}.`;
  return `${place}, ${choice}. Following the scheme's optimum loses ${lostInWords(lost)} of the true value.`;
}

function lostInWords({ least, most }: PolicyInvariance['lost']): string {
  return most - least < 1e-9 ? printed(most) : `${printed(least)} to ${printed(most)}, as ties fall,`;
}
