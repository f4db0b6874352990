import type { Table } from '../contracts/scenario';

/** The cycle of transitions with the highest mean pay. */
export interface Cycle {
  /** States in order; the last one leads back to the first. */
  readonly states: readonly number[];
  readonly actions: readonly number[];
  /** Table row of each transition. */
  readonly rows: readonly number[];
  readonly payPerStep: number;
}

/**
 * Maximum mean cycle over the rows that can be reached from a start and do not end the episode, by Howard's policy
 * iteration: every state follows one row; states whose cycle pays less than a neighbour's, or that lose on the way to it,
 * change rows until none gains. A round costs O(S + rows). Chance is taken at its luckiest: a row counts whatever its
 * probability. Null where there is no cycle.
 *
 * Source: Cochet-Terrasson et al., "Numerical computation of spectral elements in max-plus algebra", 1998.
 */
export function bestCycle(table: Table, reward: Float64Array): Cycle | null {
  const rows = cyclicRows(table);
  if (rows.length === 0) return null;
  const { S, rowState, rowNext } = table;
  const follows = new Int32Array(S).fill(-1);
  let size = 0;
  for (const r of rows) {
    const s = rowState[r];
    size = Math.max(size, Math.abs(reward[r]));
    if (follows[s] < 0 || reward[r] > reward[follows[s]]) follows[s] = r;
  }
  const tolerance = 1e-12 * size;
  const gain = new Float64Array(S);
  const bias = new Float64Array(S);
  for (let improved = true; improved; ) {
    evaluate(table, reward, follows, gain, bias);
    improved = false;
    for (const r of rows) {
      const s = rowState[r];
      if (gain[rowNext[r]] <= gain[rowNext[follows[s]]] + tolerance) continue;
      follows[s] = r;
      improved = true;
    }
    if (improved) continue;
    for (const r of rows) {
      const s = rowState[r];
      if (gain[rowNext[r]] < gain[s] - tolerance) continue;
      const through = reward[r] - gain[s] + bias[rowNext[r]];
      const now = reward[follows[s]] - gain[s] + bias[rowNext[follows[s]]];
      if (through <= now + tolerance * S) continue;
      follows[s] = r;
      improved = true;
    }
  }
  let from = rowState[rows[0]];
  for (const r of rows) if (gain[rowState[r]] > gain[from] + tolerance) from = rowState[r];
  return cycleOf(table, reward, follows, from);
}

/** Rows that start in a reachable state, do not end the episode and can be followed by others without end. */
function cyclicRows({ S, A, rowStart, rowState, rowNext, rowDone, absorbing, start }: Table): number[] {
  const reached = new Uint8Array(S);
  const queue = [...start.state].filter((s) => !absorbing[s]);
  for (const s of queue) reached[s] = 1;
  let rows: number[] = [];
  for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
    for (let r = rowStart[s * A]; r < rowStart[(s + 1) * A]; r++) {
      if (rowDone[r] || absorbing[rowNext[r]]) continue;
      rows.push(r);
      if (reached[rowNext[r]]) continue;
      reached[rowNext[r]] = 1;
      queue.push(rowNext[r]);
    }
  }
  // States without a way on are taken away, and what leads there, until every state left has one.
  for (let before = -1; before !== rows.length; ) {
    before = rows.length;
    const goesOn = new Uint8Array(S);
    for (const r of rows) goesOn[rowState[r]] = 1;
    rows = rows.filter((r) => goesOn[rowNext[r]]);
  }
  return rows;
}

/** Mean pay of the cycle that each state runs into, and what it collects beyond that mean on the way. */
function evaluate({ S, rowNext }: Table, reward: Float64Array, follows: Int32Array, gain: Float64Array, bias: Float64Array): void {
  const seen = new Int32Array(S);
  const path: number[] = [];
  for (let first = 0; first < S; first++) {
    if (follows[first] < 0 || seen[first] !== 0) continue;
    path.length = 0;
    let s = first;
    for (; seen[s] === 0; s = rowNext[follows[s]]) {
      seen[s] = -1;
      path.push(s);
    }
    let settled = path.length;
    if (seen[s] === -1) {
      settled = path.indexOf(s);
      let sum = 0;
      for (let k = settled; k < path.length; k++) sum += reward[follows[path[k]]];
      gain[s] = sum / (path.length - settled);
      bias[s] = 0;
      for (let k = path.length - 1; k > settled; k--) settle(path[k], gain[s]);
      seen[s] = 1;
    }
    for (let k = settled - 1; k >= 0; k--) settle(path[k], gain[rowNext[follows[path[k]]]]);
  }
  function settle(s: number, mean: number): void {
    gain[s] = mean;
    bias[s] = reward[follows[s]] - mean + bias[rowNext[follows[s]]];
    seen[s] = 1;
  }
}

/** The cycle that a state runs into, from its lowest state on. */
function cycleOf({ rowNext, rowAction }: Table, reward: Float64Array, follows: Int32Array, from: number): Cycle {
  const visited = new Set<number>();
  let s = from;
  for (; !visited.has(s); s = rowNext[follows[s]]) visited.add(s);
  const around: number[] = [];
  for (let at = s; around.length === 0 || at !== s; at = rowNext[follows[at]]) around.push(at);
  const lowest = around.indexOf(Math.min(...around));
  const states = [...around.slice(lowest), ...around.slice(0, lowest)];
  const rows = states.map((state) => follows[state]);
  return { states, rows, actions: rows.map((r) => rowAction[r]), payPerStep: rows.reduce((sum, r) => sum + reward[r], 0) / rows.length };
}
