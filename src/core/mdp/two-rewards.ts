/** A world of three states in a ring and two rewards in it, between which distances are shown on reference pages. */

const STATES = [0, 1, 2];
/** Going on succeeds four times in five, staying always; P(s′ | s, a) as [s][a][s′]. */
const transition = STATES.map((s) => [STATES.map((next) => (next === (s + 1) % 3 ? 0.8 : next === s ? 0.2 : 0)), STATES.map((next) => (next === s ? 1 : 0))]);
/** Arriving in the last state pays, or going on does. */
const arriving = STATES.map((s) => [0, 1].map(() => STATES.map((next) => (next === 2 && s !== 2 ? 1 : 0))));
const goingOn = STATES.map(() => [0, 1].map((a) => STATES.map(() => (a === 0 ? 1 : 0))));

/** `share` of the reward for going on, the rest of the one for arriving, against the one for arriving. */
export function mixedRewards(share: number): { readonly mdp: Readonly<Record<string, number[][][]>> } {
  const mixed = arriving.map((actions, s) => actions.map((cells, a) => cells.map((r, next) => (1 - share) * r + share * goingOn[s][a][next])));
  return { mdp: { transition, rewardA: arriving, rewardB: mixed } };
}
