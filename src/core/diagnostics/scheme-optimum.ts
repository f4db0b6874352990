import type { Table } from '../contracts/scenario';
import type { ExactPay } from '../scheme/exact-value';

/** Largest number of (step, state, gated pay so far) that are solved. */
export const MAX_NODES = 400_000;

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
  const graph = reachableNodes(table, pay, gamma);
  return graph && solve(table, pay, gamma, graph);
}

interface NodeGraph {
  readonly stepStart: number[];
  readonly state: Int32Array;
  readonly held: Float64Array;
  /** Node after each row of each node, in row order from childStart[node]; −1 where the episode is over. */
  readonly childStart: Int32Array;
  readonly child: Int32Array;
}

function reachableNodes(table: Table, { gated }: ExactPay, gamma: number): NodeGraph | null {
  const { S, A, horizon, rowStart, rowNext, rowDone, absorbing, start } = table;
  const state: number[] = [];
  const held: number[] = [];
  const childStart: number[] = [];
  const child: number[] = [];
  const stepStart = [0];
  // What was held back is told apart to a billionth; 0 has number 0, so without a gate a node is known by its state.
  const numberOf = new Map<number, number>([[0, 0]]);
  let known = new Map<number, number>();
  const single = new Int32Array(S).fill(-1);
  const nodeAt = (s: number, pay: number) => {
    const rounded = Math.round(pay * 1e9);
    let number = rounded === 0 ? 0 : numberOf.get(rounded);
    if (number === undefined) numberOf.set(rounded, (number = numberOf.size));
    const key = number * S + s;
    const found = number === 0 ? single[s] : (known.get(key) ?? -1);
    if (found >= 0) return found;
    if (number === 0) single[s] = state.length;
    else known.set(key, state.length);
    held.push(pay);
    return state.push(s) - 1;
  };
  for (const s of start.state) if (!absorbing[s]) nodeAt(s, 0);
  let discount = 1;
  for (let t = 0; t < horizon; t++) {
    const from = stepStart[t];
    const end = state.length;
    stepStart.push(end);
    for (let node = from; node < end; node++) single[state[node]] = -1;
    known = new Map();
    const last = t === horizon - 1;
    for (let node = from; node < end; node++) {
      childStart.push(child.length);
      const s = state[node];
      for (let r = rowStart[s * A]; r < rowStart[(s + 1) * A]; r++) {
        const over = last || rowDone[r] === 1 || absorbing[rowNext[r]] === 1;
        child.push(over ? -1 : nodeAt(rowNext[r], gated ? held[node] + discount * gated.within[r] : 0));
      }
      if (state.length > MAX_NODES) return null;
    }
    discount *= gamma;
  }
  return { stepStart, state: Int32Array.from(state), held: Float64Array.from(held), childStart: Int32Array.from(childStart), child: Int32Array.from(child) };
}

function solve(table: Table, pay: ExactPay, gamma: number, graph: NodeGraph): SchemeOptimum {
  const { A, horizon, rowStart, rowProbability, rowDone, start } = table;
  const { stepStart, state, held, childStart, child } = graph;
  const nodes = state.length;
  const truth = table.metrics[table.truth];
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
    const open = lastStep ? pay.open.last : pay.open.within;
    const discount = power(gamma, t);
    for (let node = stepStart[t]; node < stepStart[t + 1]; node++) {
      const first = rowStart[state[node] * A];
      for (let a = 0; a < A; a++) {
        let scheme = 0;
        let real = 0;
        leastOf[a] = 0;
        mostOf[a] = 0;
        for (let r = rowStart[state[node] * A + a]; r < rowStart[state[node] * A + a + 1]; r++) {
          const p = rowProbability[r];
          const next = child[childStart[node] + r - first];
          let ahead: number;
          if (next >= 0) ahead = gamma * schemeBest[next];
          else if (pay.gated && pay.gate) ahead = (rowDone[r] ? pay.gate.gate[r] : pay.gate.timeOutGate) * (discount > 0 ? held[node] / discount + pay.gated.within[r] : 0);
          else ahead = 0;
          scheme += p * (open[r] + ahead);
          real += p * (truth[r] + (next >= 0 ? trueBest[next] : 0));
          leastOf[a] += p * (truth[r] + (next >= 0 ? least[next] : 0));
          mostOf[a] += p * (truth[r] + (next >= 0 ? most[next] : 0));
        }
        schemeValue[node * A + a] = scheme;
        trueValue[node * A + a] = real;
      }
      schemeBest[node] = markBest(schemeValue, node * A, A, schemeOptimal, scale, 'scheme');
      trueBest[node] = markBest(trueValue, node * A, A, trulyOptimal, scale, 'truth');
      least[node] = Infinity;
      most[node] = -Infinity;
      for (let a = 0; a < A; a++) {
        if (schemeOptimal[node * A + a] === 0) continue;
        least[node] = Math.min(least[node], leastOf[a]);
        most[node] = Math.max(most[node], mostOf[a]);
      }
    }
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
  const { A, rowStart } = table;
  const { stepStart, state, childStart, child } = graph;
  const onPath = new Uint8Array(state.length);
  for (let k = 0; k < table.start.state.length; k++) {
    const node = startNode(table, graph, k);
    if (node >= 0 && table.start.probability[k] > 0) onPath[node] = 1;
  }
  for (let node = 0; node < stepStart[table.horizon]; node++) {
    if (onPath[node] === 0) continue;
    const first = rowStart[state[node] * A];
    for (let a = 0; a < A; a++) {
      if (optimal[node * A + a] === 0) continue;
      for (let r = rowStart[state[node] * A + a]; r < rowStart[state[node] * A + a + 1]; r++) {
        const next = child[childStart[node] + r - first];
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
