/** States as prefixes of tokens: checks what a scenario says of them and orders the nodes for a pass from root to leaf. */
import type { TokenPrefix } from '../contracts/scenario';

/** The longest sequence that a policy over prefixes may read. */
export const MAX_PREFIX = 32;

/**
 * Checks a forest of tokens and measures its depth. Throws, naming the node, where there are fewer nodes than states, a token is
 * none of the symbols, a parent is no node, or parents run in a circle or beyond `MAX_PREFIX` tokens.
 */
export function compilePrefix(
  { parent, token, symbols }: { readonly parent: readonly number[]; readonly token: readonly number[]; readonly symbols: number },
  S: number,
): TokenPrefix {
  const nodes = parent.length;
  if (nodes < S || token.length !== nodes) {
    throw new Error(`The token prefix names ${nodes} parents and ${token.length} tokens; it needs the same number of both, at least one for each of the ${S} states.`);
  }
  if (!Number.isInteger(symbols) || symbols < 1 || symbols > 256) throw new Error(`The token prefix has ${symbols} symbols; it needs 1 to 256.`);
  for (let n = 0; n < nodes; n++) {
    if (!Number.isInteger(token[n]) || token[n] < 0 || token[n] >= symbols) throw new Error(`Token ${token[n]} of prefix node ${n} is none of the ${symbols} symbols.`);
    if (!Number.isInteger(parent[n]) || parent[n] < -1 || parent[n] >= nodes) throw new Error(`Prefix node ${n} follows node ${parent[n]}; there are ${nodes} nodes.`);
  }
  const compiled = { parent: Int32Array.from(parent), token: Uint8Array.from(token), symbols, depth: 0 };
  return { ...compiled, depth: prefixPositions(compiled).reduce((deepest, position) => Math.max(deepest, position + 1), 0) };
}

/** [nodes] how many tokens stand before each node. Throws where parents run in a circle or a sequence is longer than `MAX_PREFIX`. */
export function prefixPositions({ parent }: Pick<TokenPrefix, 'parent'>): Uint8Array {
  const position = new Uint8Array(parent.length);
  for (let n = 0; n < parent.length; n++) {
    let before = 0;
    for (let at = parent[n]; at >= 0; at = parent[at]) {
      if (++before >= MAX_PREFIX) throw new Error(`The tokens before prefix node ${n} are more than ${MAX_PREFIX - 1}, or run in a circle.`);
    }
    position[n] = before;
  }
  return position;
}

/** Why a scenario takes no transformer, with what to do. */
export function noPrefix(title: string): string {
  return `A transformer reads tokens, and the states of ${title} are no sequences of tokens. Choose a table or an MLP as the policy.`;
}
