/** Whether learners that are on their way can go on under an edited spec: one rule for the page and for training. */
import type { ExperimentSpec } from './spec';

/**
 * True when what made the learners is the same in both: scenario, policy, optimiser, engine, batch and list of
 * seeds, and every scheme of the old spec still has its number. Schemes may be edited or added, and view, title,
 * branches and the number of iterations may differ.
 */
export function sameLearners(old: ExperimentSpec, edited: ExperimentSpec): boolean {
  return old === edited || (edited.schemes.length >= old.schemes.length && basis(old) === basis(edited));
}

/** What models beside the policy are learned from, apart from the table: two specs with the same one learn the same columns. */
export function learnedBasis({ training: { engine, seeds, rewardModel, processModel } }: ExperimentSpec): string {
  return JSON.stringify([engine, seeds.first, rewardModel, processModel]);
}

function basis({ scenario, training: { iterations: _iterations, branches: _branches, ...training } }: ExperimentSpec): string {
  return JSON.stringify([scenario, training]);
}

/** Schemes whose pricing differs; a name, an intent or a mute is not an edit of what is learned. */
export function editedSchemes(a: ExperimentSpec, b: ExperimentSpec): number[] {
  return b.schemes.flatMap((scheme, k) => (a.schemes[k] === scheme || (a.schemes[k] && pricing(a.schemes[k]) === pricing(scheme)) ? [] : [k]));
}

function pricing({ name: _name, muted: _muted, intent: _intent, terms, ...rest }: ExperimentSpec['schemes'][number]): string {
  return JSON.stringify([rest, terms.map(({ label: _label, ...term }) => term)]);
}
