import type { TokenPrefix } from '../core/contracts/scenario';

/** States of a prefix forest as sequences of tokens, so that each state is one position of one of them. */
export interface PrefixSequences {
  /** [sequences × depth] tokens; positions behind a sequence's end hold 0, which causal attention keeps from the others. */
  readonly token: Uint8Array;
  readonly sequences: number;
  /** [states] sequence · depth + position of each. */
  readonly place: Uint32Array;
}

/** The fewest sequences that pass through all these states: those of the states that stand before no other one. */
export function coverStates({ parent, token, depth }: TokenPrefix, states: Uint32Array): PrefixSequences {
  const isBefore = new Uint8Array(parent.length);
  for (const state of states) for (let node = parent[state]; node >= 0 && isBefore[node] === 0; node = parent[node]) isBefore[node] = 1;
  const placeOf = new Map<number, number>();
  const rows: number[][] = [];
  for (const state of states) {
    if (isBefore[state] || placeOf.has(state)) continue;
    const path: number[] = [];
    for (let node = state; node >= 0; node = parent[node]) path.unshift(node);
    path.forEach((node, position) => placeOf.has(node) || placeOf.set(node, rows.length * depth + position));
    rows.push(path);
  }
  const tokens = new Uint8Array(rows.length * depth);
  rows.forEach((path, row) => path.forEach((node, position) => (tokens[row * depth + position] = token[node])));
  return { token: tokens, sequences: rows.length, place: Uint32Array.from(states, (state) => placeOf.get(state)!) };
}
