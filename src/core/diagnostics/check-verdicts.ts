/**
 * The checks of a scheme in words: what was found, whether it was decided or measured, how, and what would help. Page, report and command
 * line say the same, because they all take it from here. Every sentence follows from a figure of the check.
 */
import { printed } from '../contracts/explanation';
import type { CheckProgress, SchemeCheck } from './scheme-check';
import { DOMINANT, type TermScale } from './term-scales';
import { BATCHES } from './update-agreement';

export type CheckId = 'optimum' | 'farming' | 'distance' | 'terms';

/** `open`: nothing speaks against the scheme, and nothing was decided either. */
export type Tone = 'good' | 'warn' | 'bad' | 'open';

export interface CheckVerdict {
  readonly id: CheckId;
  readonly title: string;
  readonly tone: Tone;
  /** A few words, for a table. */
  readonly short: string;
  /** One sentence with the numbers. */
  readonly headline: string;
  readonly details: readonly string[];
  readonly basis: 'decided exactly' | 'measured, not decided';
  /** What was solved or sampled. */
  readonly how: string;
  readonly remedy: string | null;
}

export const CHECK_TITLES: Readonly<Record<CheckId, string>> = {
  optimum: 'Same best policy as the truth',
  farming: 'Going in circles',
  distance: 'Distance to the truth',
  terms: 'Weight of each term',
};

/** What the words need beyond the figures. */
export interface CheckContext {
  /** What the scheme is called in a sentence: "B". */
  readonly scheme: string;
  /** The true objective. */
  readonly truth: { readonly title: string; readonly unit: 'share' | 'count' | 'number' };
  readonly horizon: number;
}

/** The verdicts of a check, in the order in which they are shown. */
export function verdictsOf(check: SchemeCheck, context: CheckContext): CheckVerdict[] {
  return [optimumVerdict(check, context), farmingVerdict(check, context), distanceVerdict(check), termsVerdict(check, context)];
}

/** A true value in words: a share as per cent. */
export function truthInWords(x: number, unit: CheckContext['truth']['unit']): string {
  return unit === 'share' ? percent(x) : printed(x);
}

/** Every stage of a check, for those who show how far it is. */
export const STAGES: readonly CheckProgress['stage'][] = ['solving both', 'looking for circles', 'measuring distances', 'weighing terms', 'measuring updates'];

function optimumVerdict({ invariance, farming }: SchemeCheck, { scheme, truth, horizon }: CheckContext): CheckVerdict {
  const base = { id: 'optimum', title: CHECK_TITLES.optimum } as const;
  const value = (x: number) => truthInWords(x, truth.unit);
  if (invariance.kind !== 'decided') return measuredOptimum(invariance, scheme);
  const { verdict, situations, remembering, lost, best, words } = invariance;
  const memory = remembering.length > 0 ? `, times what ${remembering.map((label) => `“${label}”`).join(' and ')} ${remembering.length > 1 ? 'remember' : 'remembers'}` : '';
  const solved = `Scheme and truth solved over ${count(situations)} situations (state and step${memory}).`;
  const blind = farming.withoutClock;
  const timeless = blind ? ` Without the time: solved at discount ${printed(blind.gamma)}, then valued over ${horizon} steps.` : '';
  const how = solved + timeless;
  const common = { ...base, basis: 'decided exactly' as const, how, remedy: null };
  if (verdict === 'changed') {
    return {
      ...common,
      tone: 'bad',
      short: `loses ${value(lost.most)}`,
      headline: `The best policy under ${scheme} is not the true one: ${truth.title.toLowerCase()} ${value(best - lost.most)}, true optimum ${value(best)}.`,
      details: [words],
      remedy: 'Raise the weight of the outcome until it is worth more than all that can be had without it, or let the outcome gate what pays on the way.',
    };
  }
  if (blind && blind.ofTruth - blind.ofScheme > 1e-6 * Math.max(1e-12, Math.abs(blind.ofTruth))) {
    const what = farming.cycle && blind.circling > 0.5 ? `circles (${shortPath(farming.places)}) for ${percent(blind.circling)} of its steps` : farming.cycle ? 'earns more by going on than by finishing' : 'does something else than the truth asks for';
    return {
      ...common,
      tone: 'bad',
      short: `${value(blind.ofScheme)} of ${value(blind.ofTruth)}`,
      headline: `The best policy under ${scheme} ${what}: ${truth.title.toLowerCase()} ${value(blind.ofScheme)}, true optimum ${value(blind.ofTruth)}.`,
      details: [
        `This is the best policy for those who do not see how much time is left, as the learners here. One that counts the steps ${verdict === 'invariant' || lost.most <= 1e-9 ? 'turns back in time and loses nothing' : `loses ${value(lost.most)}`}.`,
        words,
      ],
      remedy: 'Pay the way once per trajectory, put a cap on it, or let the outcome gate it.',
    };
  }
  const gated = blind === null ? ' For those who do not see the time it was not decided: what the gate holds back depends on the whole way.' : '';
  if (verdict === 'invariant') {
    return { ...common, tone: 'good', short: 'same', headline: `Under ${scheme} and in truth the same actions are best, wherever one gets to.`, details: gated ? [gated.trim()] : [] };
  }
  const loss = lost.most > 1e-9 ? `, up to ${value(lost.most)} as ties fall` : '';
  return {
    ...common,
    tone: 'good',
    short: 'same on its way',
    headline: `Wherever ${scheme}’s best policy leads, it does what is truly best${loss}. Elsewhere other actions are best.`,
    details: [words, ...(gated ? [gated.trim()] : [])],
  };
}

function measuredOptimum({ reason, updates }: Extract<SchemeCheck['invariance'], { updates: unknown }>, scheme: string): CheckVerdict {
  const known = updates.filter(({ cosine }) => cosine !== null);
  const against = known.filter(({ cosine, error }) => cosine! + 2 * error! < 0);
  const along = known.filter(({ cosine, error }) => cosine! - 2 * error! > 0);
  const cosines = known.map(({ mixture, cosine, error }) => `${signed(cosine!)} ± ${error!.toFixed(2)} at ${percent(mixture)}`).join(', ');
  const common = {
    id: 'optimum',
    title: CHECK_TITLES.optimum,
    basis: 'measured, not decided',
    how: `${updates.length} policies between the starting one and the truth’s optimum, ${BATCHES} seeded batches each; cosine with the exact gradient ± its standard error.`,
    details: [reason, ...(known.length > 0 ? [`Cosine by share of the truth’s optimum in the policy: ${cosines}.`] : [])],
  } as const;
  if (known.length === 0) return { ...common, tone: 'open', short: 'no update', headline: `Under ${scheme} the mean update was zero at every policy tried.`, remedy: null };
  if (against.length > 0) {
    return {
      ...common,
      tone: 'bad',
      short: `against, at ${against.length} of ${updates.length}`,
      headline: `At ${against.length} of ${updates.length} policies ${scheme}’s updates push against the truth.`,
      remedy: 'Compare the terms one by one: the term whose share of the variance is largest is the first to look at.',
    };
  }
  const words = along.length === known.length ? 'push towards the truth' : `push towards the truth at ${along.length}; at the others the sign cannot be told from 0`;
  return { ...common, tone: 'open', short: `towards, at ${along.length} of ${updates.length}`, headline: `At the ${known.length} policies tried ${scheme}’s updates ${words}.`, remedy: null };
}

function farmingVerdict({ farming }: SchemeCheck, { scheme, truth }: CheckContext): CheckVerdict {
  const { cycle, leftOut, isFarmed, places, withoutClock, withClock, best } = farming;
  const without = leftOut.length > 0 ? ` Left out, because they are no function of a transition or of a memory: ${leftOut.join(', ')}.` : '';
  const common = {
    id: 'farming' as const,
    title: CHECK_TITLES.farming,
    basis: leftOut.length > 0 ? ('measured, not decided' as const) : ('decided exactly' as const),
    how: `The cycle with the highest mean pay over all transitions that can be reached, chance at its luckiest.${without}`,
  };
  if (!cycle) {
    const all = leftOut.length > 0 ? `No circle pays by the other terms of ${scheme}.` : `No circle pays under ${scheme}.`;
    return { ...common, tone: leftOut.length > 0 ? 'open' : 'good', short: leftOut.length > 0 ? 'none among the rest' : 'none pays', headline: all, details: [], remedy: null };
  }
  const pay = `${printed(cycle.payPerStep)} a step`;
  const round = `${shortPath(places)} pays ${pay} for ever, and ${printed(cycle.truePerStep)} in truth.`;
  const details = places.length > 3 ? [farming.words] : [];
  if (isFarmed) {
    const own = withoutClock ? withoutClock.ofScheme : withClock;
    const against = withoutClock ? withoutClock.ofTruth : best;
    return {
      ...common,
      tone: 'bad',
      short: `${pay}`,
      headline: `Circling ${round}`,
      details: [...details, ...(own === null ? [] : [`The best policy for it reaches ${truthInWords(own, truth.unit)} ${truth.title.toLowerCase()}; ${truthInWords(against, truth.unit)} can be had.`])],
      remedy: 'Pay each place once per trajectory, put a cap on the payments, let the outcome gate them, or turn the facts into a potential.',
    };
  }
  const guard = cycle.isGated ? 'A gate may still refuse it at the end. ' : '';
  const known = withClock !== null || withoutClock !== null;
  return {
    ...common,
    tone: known ? 'good' : 'warn',
    short: known ? 'pays, not worth it' : pay,
    headline: `Circling ${round}`,
    details: [...details, `${guard}${known ? 'The best policy does better by finishing: it loses nothing of the truth.' : 'Whether a best policy circles was not decided.'}`],
    remedy: known ? null : 'Pay each place once per trajectory, or put a cap on the payments.',
  };
}

function distanceVerdict({ distance, returns }: SchemeCheck): CheckVerdict {
  const common = { id: 'distance', title: CHECK_TITLES.distance, remedy: null } as const;
  const sampled = `${count(returns.trajectories)} seeded trajectories of ${returns.policies} policies between the starting one and the truth’s optimum`;
  const measured =
    returns.distance === null
      ? `Over ${sampled}, one of the two returns never varied.`
      : `Returns and outcomes are ${returns.distance.toFixed(2)}${returns.error === null ? '' : ` ± ${returns.error.toFixed(2)}`} apart over ${sampled} (0 the same order, 0.71 unrelated, 1 the opposite).`;
  if ('reason' in distance) {
    return {
      ...common,
      tone: returns.distance !== null && returns.distance > Math.SQRT1_2 + 2 * (returns.error ?? 0) ? 'warn' : 'open',
      short: returns.distance === null ? 'no variation' : `returns ${returns.distance.toFixed(2)}`,
      headline: measured,
      details: [distance.reason],
      basis: 'measured, not decided',
      how: 'Correlation distance of the discounted return under the scheme and the true outcome.',
    };
  }
  const { starc, epic, gamma, situations } = distance;
  const same = starc < 1e-6;
  const opposite = starc > Math.SQRT2;
  return {
    ...common,
    tone: same ? 'good' : opposite ? 'warn' : 'open',
    short: same ? 'STARC 0' : `STARC ${starc.toFixed(2)}`,
    headline: same
      ? 'STARC distance 0: every policy is ranked as the truth ranks it, when time never runs out.'
      : `STARC distance ${starc.toFixed(2)} of 2${opposite ? ', nearer to the opposite than to the truth' : ''}; EPIC ${epic.toFixed(2)} of 1.`,
    details: [...(same ? [`EPIC distance ${epic.toFixed(2)} of 1: it counts transitions that never happen.`] : []), measured],
    basis: 'decided exactly',
    how: `STARC and EPIC on ${count(situations)} situations at discount ${printed(gamma)}; STARC with values of the uniform policy.`,
  };
}

function termsVerdict({ terms, iteration }: SchemeCheck, { scheme }: CheckContext): CheckVerdict {
  const at = iteration === null ? '' : ` Weights and thresholds are those of iteration ${iteration}.`;
  const common = {
    id: 'terms',
    title: CHECK_TITLES.terms,
    basis: 'measured, not decided',
    how: `${count(terms.steps)} steps of one seeded batch of the starting policy; a share is Cov(the term’s part of Â, Â) / Var(Â).${at}`,
  } as const;
  const named = (finding: TermScale['finding']) => terms.terms.filter((term) => term.finding === finding);
  const label = (term: TermScale) => `“${term.label}”`;
  const [constant, cancelled, dominant] = [named('constant'), named('cancelled'), named('dominant')];
  const shares = terms.terms.filter(({ share }) => share !== null).map((term) => `${label(term)} ${percent(term.share!)}`);
  const scales = terms.terms.map((term) => `${label(term)} varies by ${printed(term.rewardDeviation)} a step`).join(', ');
  const details = [...(shares.length > 0 ? [`Shares of the advantage’s variance: ${shares.join(', ')}${terms.rest !== null && Math.abs(terms.rest) > 0.005 ? `, the rest ${percent(terms.rest)}` : ''}.`] : []), `${scales}.`, ...(terms.terms.some(({ share }) => share !== null && share < -0.005) ? ['A share below 0% pulls against the others, so another can be above 100%.'] : []), ...(terms.reason ? [terms.reason] : [])];
  if (dominant.length > 0) {
    return {
      ...common, tone: 'warn', short: `${dominant[0].label} ${percent(dominant[0].share!)}`, details,
      headline: `${label(dominant[0])} makes ${percent(dominant[0].share!)} of the advantage’s variance: beside it the other terms of ${scheme} hardly count.`,
      remedy: `Bring the terms to one scale, by weights or by standardising: above ${percent(DOMINANT)} one term drowns the others.`,
    };
  }
  if (cancelled.length > 0) {
    return {
      ...common, tone: 'warn', short: `${cancelled[0].label} cancels`, details,
      headline: `The estimator’s normalisation takes all of ${cancelled.map(label).join(' and ')} away.`,
      remedy: 'A term that is the same for a whole group teaches nothing there: leave it out, or choose an estimator that does not subtract it.',
    };
  }
  if (constant.length > 0 && terms.terms.length > 1) {
    return {
      ...common, tone: 'warn', short: `${constant[0].label} is dead`, details,
      headline: `${constant.map(label).join(' and ')} ${constant.length > 1 ? 'pay' : 'pays'} the same on every step of the batch.`,
      remedy: 'Either the fact never happens under the starting policy, or the term can go.',
    };
  }
  if (terms.reason && shares.length === 0) return { ...common, tone: terms.advantageDeviation === 0 ? 'warn' : 'open', short: terms.advantageDeviation === 0 ? 'no signal yet' : 'does not split', headline: terms.reason, details: details.slice(0, -1), remedy: null };
  const one = terms.terms.length === 1;
  return { ...common, tone: 'good', short: one ? 'one term' : 'balanced', headline: one ? `${scheme} has one term, ${label(terms.terms[0])}.` : `No term of ${scheme} is dead, cancelled or more than ${percent(DOMINANT)} of the advantage’s variance.`, details, remedy: null };
}

function shortPath(places: readonly string[]): string {
  const shown = places.length > 3 ? [...places.slice(0, 3), '…'] : places;
  return places.length === 1 ? `in ${places[0]}` : shown.join(' → ');
}

function percent(x: number): string {
  const value = 100 * x;
  const text = Math.abs(value) > 0 && Math.abs(value) < 0.05 ? (value > 0 ? 'under 0.1' : 'above −0.1') : String(Number(value.toFixed(Math.abs(value) < 10 ? 1 : 0)));
  return `${text.replace('-', '−')}%`;
}

function signed(x: number): string {
  return `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;
}

function count(n: number): string {
  return n.toLocaleString('en');
}
