import type { Table } from '../contracts/scenario';
import { expectedRowReward } from '../mdp/exact';
import type { ExactPay } from '../scheme/exact-value';

/** Largest number of (step, state, gated pay so far) that are solved. */
export const MAX_NODES = 1_000_000;
/** Largest number of transitions between them that are written down, where pay is held. */
const MAX_CHILDREN = 8_000_000;

/** Two values closer than this share of the largest value in sight are equal: actions that differ by less are both optimal. */
const TIE = 1e-9;

/**
 * Every situation that some policy can reach, solved under two rewards at once. A node is (t, s) and, where a gate
 * holds pay back until the end, what has been held back so far: the best action may depend on it.
 */
export interface SchemeOptimum {
  readonly A: number;
  readonly nodes: number;
  /** [T + 1] first node of each step. */
  readonly stepStart: readonly number[];
  /** [nodes] */
  readonly state: Int32Array;
  /** [nodes] γ-discounted gated pay collected before the node. */
  readonly held: Float64Array;
  /**
   * [nodes · A] best expected total from here on, in units of step t (divided by γᵗ), pay held back before included, under
   * the scheme; and the same of the true objective, undiscounted.
   */
  readonly schemeValue: Float64Array;
  readonly trueValue: Float64Array;
  /** [nodes · A] 1 where the action is optimal, ties included. */
  readonly schemeOptimal: Uint8Array;
  readonly trulyOptimal: Uint8Array;
  /** [nodes] 1 where some optimal policy of the scheme arrives with positive probability. */
  readonly onPath: Uint8Array;
  /** Best true value from the start, and the least and the most that optimal policies of the scheme reach: ties leave a choice. */
  readonly best: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Solves a scheme and the true objective by backward induction over all reachable nodes:
 *
 *     Q_t(s, c, a) = Σ_row p · (γᵗu + [ends: g·(c + γᵗr), runs out: g_T·(c + γᵗr), else V_{t+1}(next, c + γᵗr)])
 *
 * r is what the gate multiplies, u what it does not. Null when there are more than `MAX_NODES` nodes.
 */
export function solveScheme(table: Table, pay: ExactPay, gamma: number): SchemeOptimum | null {
  const steps = solveSchemeSteps(table, pay, gamma);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** The same, with a pause after every step of time: what is yielded is the share of the work that is done. */
export function* solveSchemeSteps(table: Table, pay: ExactPay, gamma: number): Generator<number, SchemeOptimum | null> {
  const graph = yield* reachableNodes(table, pay, gamma);
  return graph && (yield* solve(table, pay, gamma, graph));
}

interface NodeGraph {
  readonly stepStart: number[];
  readonly state: Int32Array;
  readonly held: Float64Array;
  /** Without held pay a node is (t, s): its number, [T · S], −1 where nobody gets to. Null where pay is held. */
  readonly nodeOf: Int32Array | null;
  /** With held pay: node after each row of each node, in row order from childStart[node]; −1 where the episode is over. */
  readonly childStart: Int32Array;
  readonly child: Int32Array;
}

function* reachableNodes(table: Table, { gated }: ExactPay, gamma: number): Generator<number, NodeGraph | null> {
  return gated ? yield* nodesWithHeldPay(table, gated.within, gamma) : yield* nodesByState(table);
}

/** Nodes of a reward that nothing holds back: every state at every step at which it can be reached. */
function* nodesByState(table: Table): Generator<number, NodeGraph | null> {
  const { S, A, horizon, rowStart, rowNext, rowDone, absorbing, start } = table;
  const nodeOf = new Int32Array(horizon * S).fill(-1);
  const state: number[] = [];
  const stepStart = [0];
  for (const s of start.state) if (!absorbing[s] && nodeOf[s] < 0) nodeOf[s] = state.push(s) - 1;
  for (let t = 0; t < horizon; t++) {
    const end = state.length;
    stepStart.push(end);
    if (t === horizon - 1) break;
    const next = (t + 1) * S;
    for (let node = stepStart[t]; node < end; node++) {
      const s = state[node];
      for (let r = rowStart[s * A], last = rowStart[(s + 1) * A]; r < last; r++) {
        const to = rowNext[r];
        if (!rowDone[r] && !absorbing[to] && nodeOf[next + to] < 0) nodeOf[next + to] = state.push(to) - 1;
      }
    }
    if (state.length > MAX_NODES) return null;
    yield (0.3 * t) / horizon;
  }
  const nodes = Int32Array.from(state);
  return { stepStart, state: nodes, held: new Float64Array(nodes.length), nodeOf, childStart: new Int32Array(0), child: new Int32Array(0) };
}

function* nodesWithHeldPay(table: Table, gated: Float64Array, gamma: number): Generator<number, NodeGraph | null> {
  const { S, A, horizon, rowStart, rowNext, rowDone, absorbing, start } = table;
  const state: number[] = [];
  const held: number[] = [];
  const childStart: number[] = [];
  const child: number[] = [];
  const stepStart = [0];
  // What was held back is told apart to a billionth; 0 has number 0.
  const numberOf = new Map<number, number>([[0, 0]]);
  let known = new Map<number, number>();
  const nodeAt = (s: number, pay: number) => {
    const rounded = Math.round(pay * 1e9);
    let number = rounded === 0 ? 0 : numberOf.get(rounded);
    if (number === undefined) numberOf.set(rounded, (number = numberOf.size));
    const key = number * S + s;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, state.length);
    held.push(pay);
    return state.push(s) - 1;
  };
  for (const s of start.state) if (!absorbing[s]) nodeAt(s, 0);
  let discount = 1;
  for (let t = 0; t < horizon; t++) {
    const from = stepStart[t];
    const end = state.length;
    stepStart.push(end);
    known = new Map();
    const last = t === horizon - 1;
    for (let node = from; node < end; node++) {
      childStart.push(child.length);
      const s = state[node];
      for (let r = rowStart[s * A]; r < rowStart[(s + 1) * A]; r++) {
        const over = last || rowDone[r] === 1 || absorbing[rowNext[r]] === 1;
        child.push(over ? -1 : nodeAt(rowNext[r], held[node] + discount * gated[r]));
      }
      if (state.length > MAX_NODES || child.length > MAX_CHILDREN) return null;
    }
    discount *= gamma;
    yield (0.3 * t) / horizon;
  }
  return { stepStart, state: Int32Array.from(state), held: Float64Array.from(held), nodeOf: null, childStart: Int32Array.from(childStart), child: Int32Array.from(child) };
}

function* solve(table: Table, pay: ExactPay, gamma: number, graph: NodeGraph): Generator<number, SchemeOptimum> {
  const { S, A, horizon, rowStart, rowProbability, rowNext, rowDone, start } = table;
  const { stepStart, state, held, nodeOf, childStart, child } = graph;
  const nodes = state.length;
  const truth = table.metrics[table.truth];
  const expected = { within: expectedRowReward(table, pay.open.within), last: expectedRowReward(table, pay.open.last), truth: expectedRowReward(table, truth) };
  const goesOn = table.rowProbability.map((p, r) => (rowDone[r] || table.absorbing[rowNext[r]] ? 0 : p));
  const schemeValue = new Float64Array(nodes * A);
  const trueValue = new Float64Array(nodes * A);
  const schemeOptimal = new Uint8Array(nodes * A);
  const trulyOptimal = new Uint8Array(nodes * A);
  const schemeBest = new Float64Array(nodes);
  const trueBest = new Float64Array(nodes);
  const least = new Float64Array(nodes);
  const most = new Float64Array(nodes);
  const leastOf = new Float64Array(A);
  const mostOf = new Float64Array(A);
  const scale = { scheme: 0, truth: 0 };
  for (let t = horizon - 1; t >= 0; t--) {
    const lastStep = t === horizon - 1;
    const open = lastStep ? expected.last : expected.within;
    const discount = power(gamma, t);
    for (let node = stepStart[t]; node < stepStart[t + 1]; node++) {
      const from = state[node] * A;
      const first = rowStart[from];
      for (let a = 0; a < A; a++) {
        let scheme = open[from + a];
        let real = expected.truth[from + a];
        let low = real;
        let high = real;
        const end = rowStart[from + a + 1];
        if (nodeOf) {
          const next = (t + 1) * S;
          if (!lastStep) {
            for (let r = rowStart[from + a]; r < end; r++) {
              const p = goesOn[r];
              if (p === 0) continue;
              const to = nodeOf[next + rowNext[r]];
              scheme += p * gamma * schemeBest[to];
              real += p * trueBest[to];
              low += p * least[to];
              high += p * most[to];
            }
          }
        } else {
          for (let r = rowStart[from + a]; r < end; r++) {
            const p = rowProbability[r];
            const to = child[childStart[node] + r - first];
            if (to < 0) {
              const gate = rowDone[r] ? pay.gate!.gate[r] : pay.gate!.timeOutGate;
              scheme += p * gate * (discount > 0 ? held[node] / discount + (lastStep ? pay.gated!.last[r] : pay.gated!.within[r]) : 0);
              continue;
            }
            scheme += p * gamma * schemeBest[to];
            real += p * trueBest[to];
            low += p * least[to];
            high += p * most[to];
          }
        }
        schemeValue[node * A + a] = scheme;
        trueValue[node * A + a] = real;
        leastOf[a] = low;
        mostOf[a] = high;
      }
      schemeBest[node] = markBest(schemeValue, node * A, A, schemeOptimal, scale, 'scheme');
      trueBest[node] = markBest(trueValue, node * A, A, trulyOptimal, scale, 'truth');
      let low = Infinity;
      let high = -Infinity;
      for (let a = 0; a < A; a++) {
        if (schemeOptimal[node * A + a] === 0) continue;
        if (leastOf[a] < low) low = leastOf[a];
        if (mostOf[a] > high) high = mostOf[a];
      }
      least[node] = low;
      most[node] = high;
    }
    yield 1 - (0.7 * t) / horizon;
  }
  const atStart = (of: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < start.state.length; k++) {
      const node = startNode(table, graph, k);
      if (node >= 0) sum += start.probability[k] * of[node];
    }
    return sum;
  };
  return {
    A, nodes, stepStart, state, held, schemeValue, trueValue, schemeOptimal, trulyOptimal,
    onPath: followed(table, graph, schemeOptimal),
    best: atStart(trueBest),
    least: atStart(least),
    most: atStart(most),
  };
}

/** The node of the k-th start state at step 0; −1 for a start in an absorbing state. */
function startNode({ start }: Table, { stepStart, state }: NodeGraph, k: number): number {
  return state.subarray(0, stepStart[1]).indexOf(start.state[k]);
}

/** Marks the actions within a tie of the best and returns the best. */
function markBest(value: Float64Array, from: number, A: number, optimal: Uint8Array, scale: { scheme: number; truth: number }, which: 'scheme' | 'truth'): number {
  let best = -Infinity;
  for (let k = from; k < from + A; k++) {
    best = Math.max(best, value[k]);
    scale[which] = Math.max(scale[which], Math.abs(value[k]));
  }
  const least = best - TIE * scale[which];
  for (let k = from; k < from + A; k++) optimal[k] = value[k] >= least ? 1 : 0;
  return best;
}

/** [nodes] 1 where play that takes any of the marked actions arrives with positive probability. */
function followed(table: Table, graph: NodeGraph, optimal: Uint8Array): Uint8Array {
  const { S, A, rowStart, rowProbability, rowNext, rowDone, absorbing } = table;
  const { stepStart, state, nodeOf, childStart, child } = graph;
  const onPath = new Uint8Array(state.length);
  for (let k = 0; k < table.start.state.length; k++) {
    const node = startNode(table, graph, k);
    if (node >= 0 && table.start.probability[k] > 0) onPath[node] = 1;
  }
  for (let node = 0, t = 0; node < stepStart[table.horizon]; node++) {
    while (node >= stepStart[t + 1]) t++;
    if (onPath[node] === 0) continue;
    const first = rowStart[state[node] * A];
    for (let a = 0; a < A; a++) {
      if (optimal[node * A + a] === 0) continue;
      for (let r = rowStart[state[node] * A + a]; r < rowStart[state[node] * A + a + 1]; r++) {
        if (rowProbability[r] === 0) continue;
        const isOver = nodeOf !== null && (t === table.horizon - 1 || rowDone[r] === 1 || absorbing[rowNext[r]] === 1);
        const next = isOver ? -1 : nodeOf ? nodeOf[(t + 1) * S + rowNext[r]] : child[childStart[node] + r - first];
        if (next >= 0) onPath[next] = 1;
      }
    }
  }
  return onPath;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let k = 0; k < exponent; k++) result *= base;
  return result;
}
