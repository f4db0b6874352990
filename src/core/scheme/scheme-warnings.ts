/**
 * Where a combination of terms, transforms, gate, schedules and estimator breaks a law or has no effect. What follows from
 * the scheme alone is found here; what shows on a batch is in `batch-warnings.ts`.
 */
import { printed } from '../contracts/explanation';
import type { Table } from '../contracts/scenario';
import type { TermScales } from '../diagnostics/term-scales';
import { batchWarnings } from './batch-warnings';
import { isGated, type CompiledScheme, type CompiledTerm } from './compile-scheme';
import { withoutTerm, withTerm } from './edit-scheme';
import { conditionsOf } from './gate';
import type { PricedBatch } from './price-batch';
import { isScheduled } from './scheme-at';
import type { ScheduleSpec, SchemeSpec } from './scheme-spec';
import { applyPointwise, isPointwise, movesToEnd } from './transform';

export type Law =
  | 'gate-over-potential'
  | 'transform-over-potential'
  | 'potential-at-time-out'
  | 'potential-at-the-end'
  | 'discounts-differ'
  | 'pays-for-length'
  | 'outcome-twice'
  | 'term-twice'
  | 'farmable'
  | 'scale-erased'
  | 'normalised-twice'
  | 'term-cancelled'
  | 'shaping-cancelled'
  | 'dominant-term'
  | 'dead-term'
  | 'gate-of-nothing'
  | 'gate-never-opens'
  | 'gate-always-open'
  | 'schedule-and-value'
  | 'schedule-outside-run';

export interface SchemeWarning {
  readonly law: Law;
  /** `breaks`: what is optimal may change, or cheating pays. `idle`: something has no effect. `note`: worth knowing. */
  readonly level: 'breaks' | 'idle' | 'note';
  /** JSON Pointer inside the scheme. */
  readonly field: string;
  readonly sentence: string;
  /** What to do about it. */
  readonly advice: string;
  /** An edit that does it, where one is safe to offer. */
  readonly remedy?: { readonly label: string; readonly change: (spec: SchemeSpec) => SchemeSpec };
}

export interface WarningContext {
  readonly table: Table | null;
  /** Updates of a run. */
  readonly iterations?: number;
  /** The scheme's prices of the rollouts in hand, and what its terms weigh there, where that is known already. */
  readonly priced?: PricedBatch;
  readonly scales?: TermScales;
}

/** Every warning about a scheme, the worst first. */
export function schemeWarnings(scheme: CompiledScheme, context: WarningContext): SchemeWarning[] {
  const found = [
    ...scheme.terms.flatMap((term, k) => [...potentialWarnings(scheme, term, k), ...termWarnings(scheme, term, k)]),
    ...schemeWide(scheme),
    ...scheduleWarnings(scheme, context.iterations),
    ...(context.priced ? batchWarnings(context.priced, context.table, context.scales) : []),
  ];
  const rank = { breaks: 0, idle: 1, note: 2 } as const;
  return found.sort((a, b) => rank[a.level] - rank[b.level]);
}

export const labelOf = (term: CompiledTerm) => term.spec.label || term.plugin.title;

/** A term that pays differences of a potential. */
export const isPotential = (term: CompiledTerm) => term.plugin.outsideGate;

/** True when the estimator divides by a deviation at these parameters, so that the size of the reward is lost. */
export function dividesByDeviation({ estimator, estimatorParams, spec }: CompiledScheme): boolean {
  const { decomposition } = estimator;
  const divides = decomposition?.kind === 'scaled' && !Object.entries(decomposition.unscaled).every(([key, off]) => estimatorParams[key] === off);
  return divides || spec.whiten === 'batch';
}

function potentialWarnings(scheme: CompiledScheme, term: CompiledTerm, k: number): SchemeWarning[] {
  if (!isPotential(term) || !isPaid(term)) return [];
  const found: SchemeWarning[] = [];
  const label = labelOf(term);
  if (isGated(term, scheme.spec)) {
    found.push({
      law: 'gate-over-potential',
      level: 'breaks',
      field: `/terms/${k}/gated`,
      sentence: `A gate over “${label}” cuts off the end of its sum: where the gate opens, high places pay, and what is optimal changes.`,
      advice: 'Leave a potential outside the gate.',
      remedy: { label: 'Take it out of the gate', change: (spec) => withTerm(spec, k, (old) => ({ ...old, gated: false })) },
    });
  }
  const transforms = term.spec.transforms ?? [];
  const harmless = (j: number) => transforms[j].kind === 'gather' && (transforms[j] as { how: string }).how === 'sum' && discountOf(scheme) === 1;
  const changing = transforms.findIndex((_, j) => !harmless(j));
  if (changing >= 0) {
    found.push({
      law: 'transform-over-potential',
      level: 'breaks',
      field: `/terms/${k}/transforms/${changing}`,
      sentence: `“${label}” is a difference of potentials, and what is done to it here keeps the differences from cancelling out.`,
      advice: 'Leave a potential as it is; change its weight instead.',
      remedy: { label: 'Remove the transforms', change: (spec) => withTerm(spec, k, withoutTransforms) },
    });
  }
  for (const [key, law, where] of [
    ['zeroTimeout', 'potential-at-time-out', 'where time runs out'],
    ['zeroTerminal', 'potential-at-the-end', 'where the task ends'],
  ] as const) {
    if (term.params[key] !== false) continue;
    found.push({
      law,
      level: 'breaks',
      field: `/terms/${k}/params/${key}`,
      sentence: `“${label}” keeps its potential ${where}: stopping in a high place pays.`,
      advice: 'Count the potential as 0 at every end, time-outs included.',
      remedy: { label: 'Count it as 0 there', change: (spec) => withTerm(spec, k, (old) => ({ ...old, params: { ...old.params, [key]: true } })) },
    });
  }
  const own = term.params['gamma'];
  const used = discountOf(scheme);
  if (typeof own === 'number' && own !== used) {
    const adds = !Object.hasOwn(scheme.estimatorParams, 'gamma');
    found.push({
      law: 'discounts-differ',
      level: 'breaks',
      field: scheme.spec.gammaLinked ? '/gamma' : `/terms/${k}/params/gamma`,
      sentence: adds
        ? `“${label}” discounts by ${printed(own)} and ${scheme.estimator.title} adds rewards up without a discount: every step in a high place costs ${printed(1 - own)} of its potential.`
        : `“${label}” discounts by ${printed(own)} and ${scheme.estimator.title} by ${printed(used)}: the potential no longer cancels out.`,
      advice: 'Shaping and estimator need one discount.',
      ...(scheme.spec.gammaLinked
        ? adds && { remedy: { label: 'Set γ to 1', change: (spec) => ({ ...spec, gamma: 1 }) } }
        : { remedy: { label: 'Use one γ', change: (spec) => ({ ...spec, gammaLinked: true, ...(adds && { gamma: 1 }) }) } }),
    });
  }
  return found;
}

function termWarnings(scheme: CompiledScheme, term: CompiledTerm, k: number): SchemeWarning[] {
  const { spec } = scheme;
  const label = labelOf(term);
  const found: SchemeWarning[] = [];
  const isRead = conditionsOf(spec.gate).some((condition) => condition.term === k);
  if (!isPaid(term) && !isRead) {
    return [{
      law: 'dead-term',
      level: 'idle',
      field: `/terms/${k}/weight`,
      sentence: `“${label}” has the weight 0 and pays nothing.`,
      advice: 'Give it a weight, or remove it.',
      remedy: { label: 'Remove it', change: (old) => withoutTerm(old, k) },
    }];
  }
  const perIdleStep = whatAnIdleStepPays(term);
  if (perIdleStep && isPaid(term) && !isPotential(term)) {
    const paid = term.spec.weight * perIdleStep.pay;
    found.push({
      law: 'pays-for-length',
      level: paid > 0 ? 'breaks' : 'note',
      field: `/terms/${k}/transforms/${perIdleStep.transform}`,
      sentence: `A step on which “${label}” would pay nothing ${paid > 0 ? `now pays ${printed(paid)}: the longer, the more` : `now costs ${printed(-paid)}: the shorter, the better`}.`,
      advice: 'Add the term up at the end first; the transform then acts once per trajectory.',
      remedy: { label: 'Add it up at the end first', change: (old) => withTerm(old, k, (one) => ({ ...one, transforms: [{ kind: 'gather', how: 'sum' }, ...(one.transforms ?? [])].slice(0, 4) as typeof one.transforms })) },
    });
  }
  const outcomeWeight = term.params['outcomeWeight'];
  const beside = scheme.terms.findIndex((other, j) => j !== k && isPaid(other) && Object.keys(other.plugin.needs).join() === 'outcome' && Object.keys(other.plugin.params).length === 0);
  if (typeof outcomeWeight === 'number' && outcomeWeight !== 0 && beside >= 0) {
    found.push({
      law: 'outcome-twice',
      level: 'breaks',
      field: `/terms/${k}/params/outcomeWeight`,
      sentence: `“${label}” pays the outcome as well (weight ${printed(outcomeWeight)}), so with “${labelOf(scheme.terms[beside])}” it is counted twice.`,
      advice: 'Let one of the two pay it.',
      remedy: { label: 'Leave it to the other', change: (old) => withTerm(old, k, (one) => ({ ...one, params: { ...one.params, outcomeWeight: 0 } })) },
    });
  }
  const twin = scheme.terms.findIndex((other) => sameReward(other, term));
  if (twin < k && isPaid(term)) {
    found.push({
      law: 'term-twice',
      level: 'note',
      field: `/terms/${k}`,
      sentence: `“${label}” is the same reward as term ${twin + 1} and is paid on top of it.`,
      advice: 'One term with the sum of the weights does the same.',
      ...(term.spec.schedule || scheme.terms[twin].spec.schedule || term.spec.gated !== scheme.terms[twin].spec.gated
        ? {}
        : { remedy: { label: 'Make them one', change: (old) => withoutTerm(withTerm(old, twin, (one) => ({ ...one, weight: one.weight + old.terms[k].weight })), k) } }),
    });
  }
  const normaliser = (term.spec.transforms ?? []).findIndex((transform) => transform.kind === 'standardise');
  const again = scheme.estimator.family === 'multi-reward' || (dividesByDeviation(scheme) && scheme.estimator.decomposition?.kind === 'scaled');
  if (normaliser >= 0 && again) {
    found.push({
      law: 'normalised-twice',
      level: 'note',
      field: `/terms/${k}/transforms/${normaliser}`,
      sentence: `“${label}” is standardised here, and ${scheme.estimator.title} normalises again.`,
      advice: 'Keep one of the two: standardise each term and use an estimator that does not divide, or leave it to the estimator.',
      remedy: { label: 'Leave it to the estimator', change: (old) => withTerm(old, k, (one) => transformsOf(one, (one.transforms ?? []).filter((transform) => transform.kind !== 'standardise'))) },
    });
  }
  return found;
}

function schemeWide(scheme: CompiledScheme): SchemeWarning[] {
  const { spec, estimator, terms } = scheme;
  const found: SchemeWarning[] = [];
  const readsValue = Object.hasOwn(estimator.needs, 'value') && spec.value !== 'zero';
  const paying = terms.filter(isPaid);
  if (paying.length === 1 && dividesByDeviation(scheme) && !readsValue) {
    const [only] = paying;
    const k = terms.indexOf(only);
    const { decomposition } = estimator;
    const why = spec.whiten === 'batch' ? 'whitening' : estimator.title;
    found.push({
      law: 'scale-erased',
      level: 'idle',
      field: only.spec.schedule ? `/terms/${k}/schedule` : `/terms/${k}/weight`,
      sentence: `“${labelOf(only)}” is the only term that pays, and ${why} divides by the deviation: its weight changes nothing but the sign.`,
      advice: 'Weights compare terms with each other. Add a second term, or do not divide.',
      ...(decomposition?.kind === 'scaled' && spec.whiten === 'none'
        ? { remedy: { label: 'Do not divide', change: (old) => ({ ...old, estimator: { ...old.estimator, params: { ...old.estimator.params, ...decomposition.unscaled } } }) } }
        : {}),
    });
  }
  if (spec.whiten === 'batch' && estimator.decomposition?.kind === 'scaled' && dividesByDeviation({ ...scheme, spec: { ...spec, whiten: 'none' } })) {
    found.push({
      law: 'normalised-twice',
      level: 'note',
      field: '/whiten',
      sentence: `${estimator.title} has divided by a deviation already; whitening divides again, by that of the batch.`,
      advice: 'Whiten where the estimator does not divide.',
      remedy: { label: 'Do not whiten', change: (old) => ({ ...old, whiten: 'none' }) },
    });
  }
  if (spec.gate && !terms.some((term) => term.spec.gated)) {
    found.push({
      law: 'gate-of-nothing',
      level: 'idle',
      field: '/gate',
      sentence: 'No term is held back by the gate.',
      advice: 'Put a term behind it, or remove it.',
      remedy: { label: 'Remove the gate', change: (old) => ({ ...old, gate: null }) },
    });
  }
  return found;
}

function scheduleWarnings({ spec, estimator }: CompiledScheme, iterations: number | undefined): SchemeWarning[] {
  const found: SchemeWarning[] = [];
  if (isScheduled(spec) && Object.hasOwn(estimator.needs, 'value') && spec.value !== 'zero') {
    const exact = spec.value === 'exact';
    found.push({
      law: 'schedule-and-value',
      level: 'note',
      field: '/value',
      sentence: exact
        ? 'The reward moves over training: the exact V is that of the current iteration, solved anew in each, and foresees no change.'
        : 'The reward moves over training, and a learned V follows it with a delay.',
      advice: exact ? 'Figures that solve the scheme once are those of iteration 0.' : 'Anneal slowly, raise the critic rate, or take the exact V where there is one.',
    });
  }
  const scheduled: [string, ScheduleSpec | undefined][] = [
    ...spec.terms.map((term, k): [string, ScheduleSpec | undefined] => [`/terms/${k}/schedule`, term.schedule]),
    ...conditionsOf(spec.gate).map((condition, j): [string, ScheduleSpec | undefined] => [j === 0 ? '/gate/schedule' : `/gate/also/${j - 1}/schedule`, condition.schedule]),
  ];
  for (const [field, schedule] of scheduled) {
    if (!schedule || iterations === undefined) continue;
    const begins = schedule.kind === 'steps' ? Math.min(...schedule.phases.map((phase) => phase.at)) : schedule.start;
    if (begins < iterations) continue;
    found.push({
      law: 'schedule-outside-run',
      level: 'idle',
      field,
      sentence: `This begins to move in iteration ${begins}, and a run has ${iterations}.`,
      advice: 'Start earlier, or run longer.',
    });
  }
  return found;
}

/** γ by which the estimator counts later rewards; 1 where it adds them up. */
function discountOf({ estimatorParams }: CompiledScheme): number {
  const gamma = estimatorParams['gamma'];
  return typeof gamma === 'number' ? gamma : 1;
}

/** True when the term has a weight at some time. */
export function isPaid({ spec }: CompiledTerm): boolean {
  return spec.weight !== 0 || spec.schedule !== undefined;
}

/** What the transforms make of a step that pays 0, while the reward still stands on every step. */
function whatAnIdleStepPays({ spec }: CompiledTerm): { pay: number; transform: number } | null {
  let pay = 0;
  let transform = -1;
  for (const [j, one] of (spec.transforms ?? []).entries()) {
    if (movesToEnd(one) || !isPointwise(one)) return pay !== 0 ? { pay, transform } : null;
    const next = applyPointwise(pay, one);
    if (next !== pay) transform = j;
    pay = next;
  }
  return pay !== 0 ? { pay, transform } : null;
}

function sameReward(a: CompiledTerm, b: CompiledTerm): boolean {
  const key = ({ spec }: CompiledTerm) => JSON.stringify([spec.reward, spec.params, spec.transforms ?? []]);
  return key(a) === key(b);
}

function withoutTransforms(term: SchemeSpec['terms'][number]): SchemeSpec['terms'][number] {
  return transformsOf(term, []);
}

/** The term with these transforms; without the field where there are none. */
export function transformsOf(term: SchemeSpec['terms'][number], transforms: NonNullable<SchemeSpec['terms'][number]['transforms']>): SchemeSpec['terms'][number] {
  const { transforms: _old, ...rest } = term;
  return transforms.length > 0 ? { ...rest, transforms } : rest;
}
