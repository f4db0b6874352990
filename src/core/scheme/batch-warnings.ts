/** Warnings that show on a batch: what the terms and the gate of a scheme do on the rollouts in hand. */
import { bestCycle, type Cycle } from '../diagnostics/best-cycle';
import { termScales, type TermScales } from '../diagnostics/term-scales';
import { printed } from '../contracts/explanation';
import type { Table } from '../contracts/scenario';
import { isGated, type CompiledScheme } from './compile-scheme';
import { withTerm } from './edit-scheme';
import { priceBatch, termReward, type PricedBatch } from './price-batch';
import { isPotential, labelOf, transformsOf, type SchemeWarning } from './scheme-warnings';

/** Tables up to this many states are searched for cycles. */
const MAX_STATES = 4096;
/** A gate is shut below this and open above its complement. */
const SHUT = 0.01;
/** Two advantages are the same when they differ by less than this share of the largest. */
const SAME = 1e-9;

export function batchWarnings(priced: PricedBatch, table: Table | null, scales: TermScales = termScales(priced)): SchemeWarning[] {
  return [...gateWarnings(priced), ...priced.scheme.terms.flatMap((_, k) => termOnBatch(priced, k, table)), ...dominance(scales)];
}

function gateWarnings({ gate, scheme, batch }: PricedBatch): SchemeWarning[] {
  if (!gate || batch.nTraj === 0 || !scheme.terms.some((term) => isGated(term, scheme.spec))) return [];
  const n = batch.nTraj;
  if (gate.every((g) => g < SHUT)) {
    return [{
      law: 'gate-never-opens',
      level: 'idle',
      field: '/gate',
      sentence: `The gate is shut for all ${n} rollouts: what it holds back pays nothing here.`,
      advice: 'Lower a threshold, soften the gate, or anneal the threshold from what the policy reaches now.',
    }];
  }
  if (!gate.every((g) => g > 1 - SHUT)) return [];
  return [{
    law: 'gate-always-open',
    level: 'note',
    field: '/gate',
    sentence: `The gate is open for all ${n} rollouts: it holds nothing back here.`,
    advice: 'Raise the threshold if it is meant to tell these rollouts apart.',
    remedy: { label: 'Remove the gate', change: (spec) => ({ ...spec, gate: null }) },
  }];
}

function termOnBatch(priced: PricedBatch, k: number, table: Table | null): SchemeWarning[] {
  const { scheme, at, gate } = priced;
  const term = scheme.terms[k];
  const label = labelOf(term);
  if (at.weights[k] === 0) return [];
  const found: SchemeWarning[] = [];
  const share = termReward(priced, k);
  if (share.every((x) => x === 0)) {
    const shut = isGated(term, scheme.spec) && gate!.every((g) => g === 0);
    return shut
      ? []
      : [{ law: 'dead-term', level: 'idle', field: `/terms/${k}`, sentence: `“${label}” pays nothing on any of these rollouts.`, advice: 'Look at another policy’s rollouts, or choose what this scenario’s policy reaches.' }];
  }
  if (changesNothing(priced, k)) {
    found.push(
      isPotential(term)
        ? {
            law: 'shaping-cancelled',
            level: 'idle',
            field: `/terms/${k}`,
            sentence: `${scheme.estimator.title} scores whole trajectories. The differences of “${label}” add up to the potential of the start, which a group shares, so not one advantage changes.`,
            advice: 'Shaping needs an estimator that looks at single steps, such as GAE with λ < 1.',
          }
        : {
            law: 'term-cancelled',
            level: 'idle',
            field: `/terms/${k}`,
            sentence: `“${label}” pays, and ${scheme.estimator.title} takes all of it away again: without it every advantage is the same.`,
            advice: 'A baseline removes what all trajectories of a group share. Pay for what differs between them.',
          },
    );
  }
  const cycle = table && table.S <= MAX_STATES && term.perRow && !isPotential(term) ? payingCycle(table, term.perRow, at.weights[k] > 0) : null;
  if (cycle) {
    const perStep = printed(Math.abs(at.weights[k]) * cycle.payPerStep);
    found.push({
      law: 'farmable',
      level: isGated(term, scheme.spec) ? 'note' : 'breaks',
      field: `/terms/${k}`,
      sentence: `“${label}” can be farmed: going in circles over ${cycle.states.length === 1 ? 'one state' : `${cycle.states.length} states`} pays ${perStep} a step without end${isGated(term, scheme.spec) ? ', if the gate opens afterwards' : ''}.`,
      advice: 'Pay it a limited number of times, gate it on the outcome, or use a potential.',
      remedy: { label: 'Pay it once', change: (spec) => withTerm(spec, k, (old) => transformsOf(old, [...(old.transforms ?? []).slice(0, 3), { kind: 'first', count: 1 }])) },
    });
  }
  return found;
}

function dominance({ terms }: TermScales): SchemeWarning[] {
  const k = terms.findIndex((term) => term.finding === 'dominant');
  if (k < 0) return [];
  return [{
    law: 'dominant-term',
    level: 'note',
    field: `/terms/${k}/weight`,
    sentence: `“${terms[k].label}” makes ${Math.round(100 * terms[k].share!)}% of the advantage’s variance; ${terms[k].share! > 1 ? 'the other terms pull against it' : 'the other terms hardly count'}.`,
    advice: 'Lower its weight, or standardise the terms so that each counts by its weight.',
  }];
}

/** Whether every advantage of the batch stays when the term is left out. */
export function changesNothing(priced: PricedBatch, k: number): boolean {
  const { batch, scheme, side, advantage } = priced;
  const without = priceBatch(batch, withWeight(scheme, k, 0), side).advantage;
  let most = 0;
  let difference = 0;
  for (let j = 0; j < advantage.length; j++) {
    most = Math.max(most, Math.abs(advantage[j]));
    difference = Math.max(difference, Math.abs(advantage[j] - without[j]));
  }
  const paid = termReward(priced, k).reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  return difference <= SAME * Math.max(most, paid);
}

/** The compiled scheme with one term's weight fixed at another value. */
export function withWeight(scheme: CompiledScheme, k: number, weight: number): CompiledScheme {
  const terms = scheme.terms.map((term, j) => {
    if (j !== k) return term;
    const { schedule: _fixed, ...spec } = term.spec;
    return { ...term, spec: { ...spec, weight } };
  });
  return { ...scheme, terms, spec: { ...scheme.spec, terms: terms.map((term) => term.spec) } };
}

/** By reward of the rows: the best cycle for it, and for its negative. */
const cycles = new WeakMap<Float64Array, { up?: Cycle | null; down?: Cycle | null }>();

function payingCycle(table: Table, perRow: Float64Array, up: boolean): Cycle | null {
  const known = cycles.get(perRow) ?? {};
  cycles.set(perRow, known);
  const key = up ? 'up' : 'down';
  if (known[key] === undefined) {
    const found = bestCycle(table, up ? perRow : perRow.map((x) => -x));
    known[key] = found && found.payPerStep > 1e-9 * perRow.reduce((most, x) => Math.max(most, Math.abs(x)), 0) ? found : null;
  }
  return known[key] ?? null;
}
