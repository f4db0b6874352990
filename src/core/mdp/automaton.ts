/** Automata over events, as reward machines use them: states are whole numbers, edges carry formulas and rewards. */

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Letters joined by & and |, with ! for not (disjunctive normal form); the empty formula always holds. */
  readonly formula: string;
  readonly reward: number;
}

export interface Automaton {
  readonly initial: number;
  readonly terminal: readonly number[];
  readonly edges: readonly Edge[];
  /** What a step is paid for which no edge holds: the reward of the first edge into an end, or nothing. */
  readonly undefinedPays: 'terminal-edge' | 'zero';
}

/** The state of an automaton that has ended, whatever its number was. */
export const ENDED = -1;

const FORMULA = /^$|^!?[a-z](&!?[a-z])*(\|!?[a-z](&!?[a-z])*)*$/i;

/** Whether a formula holds when exactly the given letters are true. */
export function holds(formula: string, letters: string): boolean {
  const literalHolds = (literal: string) => (literal[0] === '!' ? !letters.includes(literal[1]) : letters.includes(literal));
  return formula.split('|').some((clause) => clause === '' || clause.split('&').every(literalHolds));
}

/** One transition: the first edge whose formula holds; without one the automaton ends. */
export function advance(automaton: Automaton, state: number, letters: string): { readonly to: number; readonly reward: number } {
  const { edges, terminal, undefinedPays } = automaton;
  const edge = edges.find(({ from, formula }) => from === state && holds(formula, letters));
  if (edge) return { to: terminal.includes(edge.to) ? ENDED : edge.to, reward: edge.reward };
  const into = undefinedPays === 'terminal-edge' ? edges.find(({ to }) => terminal.includes(to)) : undefined;
  return { to: ENDED, reward: into?.reward ?? 0 };
}

/**
 * Φ = −V* by state, ascending, ENDED first: V*(u) = max over the edges of u of reward + γ V*(to), V*(ended) = 0,
 * by value iteration to 1e-13. Self-loops count like any edge.
 */
export function automatonPotentials({ initial, terminal, edges }: Automaton, gamma: number): Map<number, number> {
  const named = new Set([initial, ...edges.flatMap(({ from, to }) => [from, to])]);
  const states = [...named].filter((u) => !terminal.includes(u)).sort((a, b) => a - b);
  let value = new Map(states.map((u): [number, number] => [u, 0]));
  for (let sweep = 0, change = Infinity; sweep < 10_000 && change > 1e-13; sweep++) {
    change = 0;
    const next = new Map<number, number>();
    for (const u of states) {
      const out = edges.filter(({ from }) => from === u).map(({ to, reward }) => reward + gamma * (value.get(to) ?? 0));
      const best = out.length > 0 ? Math.max(...out) : 0;
      change = Math.max(change, Math.abs(best - value.get(u)!));
      next.set(u, best);
    }
    value = next;
  }
  return new Map([[ENDED, 0], ...[...value].map(([u, v]): [number, number] => [u, -v])]);
}

/** What is wrong with a list of edges, in a sentence; null when nothing is. */
export function edgesProblem(value: unknown): string | null {
  if (!Array.isArray(value)) return 'expected a list of edges {from, to, formula, reward}.';
  for (const [k, given] of value.entries()) {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return `edge ${k + 1}: expected {from, to, formula, reward}.`;
    const edge = given as Record<string, unknown>;
    for (const key of ['from', 'to', 'reward']) if (typeof edge[key] !== 'number' || !Number.isFinite(edge[key])) return `edge ${k + 1}: "${key}" is not a number.`;
    if (typeof edge['formula'] !== 'string' || !FORMULA.test(edge['formula'])) {
      return `edge ${k + 1}: the formula "${String(edge['formula'])}" is not letters joined by & and |, with ! for not.`;
    }
  }
  return null;
}

/** What is wrong with a list of end states, in a sentence; null when nothing is. */
export const terminalProblem = (value: unknown): string | null =>
  Array.isArray(value) && value.every(Number.isInteger) ? null : 'expected a list of state numbers.';
