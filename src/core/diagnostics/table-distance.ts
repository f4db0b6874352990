/**
 * The STARC and EPIC measures of two rewards on a table's rows, without writing every [s][a][s′] out: what the measures
 * `starc-distance` and `epic-distance` answer for the table's tensors (`table-tensor.ts`), at any size. As there, rows that end the
 * episode lead to one more state that pays nothing.
 */
import type { Table } from '../contracts/scenario';
import { continuationWeight, expectedRowReward } from '../mdp/exact';
import { uniformValueOnTable } from '../mdp/uniform-value';

/** A canonical reward below this share of the reward's size is rounding: nothing is ranked. */
const NOTHING = 1e-9;

/** ‖c_A/‖c_A‖ − c_B/‖c_B‖‖₂, c(s, a) = E[R] − V(s) + γ E V(s′), V of the uniform policy; a reward that ranks nothing counts as 0. */
export function starcOnTable(table: Table, rewardA: Float64Array, rewardB: Float64Array, gamma: number): number {
  const [a, b] = [canonical(table, rewardA, gamma), canonical(table, rewardB, gamma)];
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return Math.sqrt(sum);
}

function canonical(table: Table, reward: Float64Array, gamma: number): Float64Array {
  const { S, A, rowStart, rowNext, absorbing } = table;
  const value = uniformValueOnTable(table, reward, gamma);
  const c = expectedRowReward(table, reward);
  const weight = continuationWeight(table, gamma);
  let size = 0;
  for (let r = 0; r < reward.length; r++) size = Math.max(size, Math.abs(reward[r]));
  let [squares, most] = [0, 0];
  for (let sa = 0; sa < S * A; sa++) {
    const s = Math.floor(sa / A);
    if (absorbing[s]) {
      c[sa] = 0;
      continue;
    }
    c[sa] -= value[s];
    for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) c[sa] += weight[r] * value[rowNext[r]];
    squares += c[sa] * c[sa];
    most = Math.max(most, Math.abs(c[sa]), Math.abs(value[s]));
  }
  const length = Math.sqrt(squares);
  return length <= NOTHING * Math.max(size, most) ? c.fill(0) : c.map((x) => x / length);
}

/** √((1 − ρ)/2), ρ the correlation of C = R + γ m(s′) − m(s) − γ m̄ over all [s][a][s′] alike; pairs without a transition pay 0. */
export function epicOnTable(table: Table, rewardA: Float64Array, rewardB: Float64Array, gamma: number): number {
  const { S, A } = table;
  const cells = cellsOf(table, [rewardA, rewardB]);
  const N = S + 1;
  const [a, b] = [0, 1].map((which) => {
    const m = new Float64Array(N);
    cells.from.forEach((s, k) => (m[s] += cells.pay[which][k] / (A * N)));
    return { pay: cells.pay[which], m };
  });
  // C = R + f(s′) + g(s) up to a constant, so sums over all cells fall into sums over the cells that pay and over states.
  const moment = (x: typeof a, y: typeof a) => {
    const [mx, my] = [average(x.m), average(y.m)];
    let sum = 0;
    for (let k = 0; k < x.pay.length; k++) {
      const [s, next] = [cells.from[k], cells.to[k]];
      sum += x.pay[k] * y.pay[k] + x.pay[k] * (gamma * y.m[next] - y.m[s]) + y.pay[k] * (gamma * x.m[next] - x.m[s]);
    }
    let [xy, xSum, ySum] = [0, 0, 0];
    for (let s = 0; s < N; s++) {
      xy += x.m[s] * y.m[s];
      xSum += x.m[s];
      ySum += y.m[s];
    }
    // Σ over s, a, s′ of (γ x(s′) − x(s)) (γ y(s′) − y(s)).
    sum += A * ((gamma * gamma + 1) * N * xy - 2 * gamma * xSum * ySum);
    // Less the product of the means: every C has the mean m̄ + γ m̄ − m̄.
    return sum / (N * A * N) - gamma * mx * gamma * my;
  };
  const variance = (of: typeof a) => {
    const found = moment(of, of);
    const largest = of.pay.reduce((most, x) => Math.max(most, x * x), 0);
    return found <= (NOTHING * NOTHING * largest) / (N * A * N) ? 0 : found;
  };
  const [aa, bb] = [variance(a), variance(b)];
  if (aa === 0 || bb === 0) return aa === bb ? 0 : Math.SQRT1_2;
  const correlation = Math.max(-1, Math.min(1, moment(a, b) / Math.sqrt(aa * bb)));
  return Math.sqrt((1 - correlation) / 2);
}

/** Pay of the [s][a][s′] with a transition: the mean over the rows between the same states. */
function cellsOf(table: Table, rewards: readonly Float64Array[]): { from: Int32Array; to: Int32Array; pay: Float64Array[] } {
  const { S, A, rowStart, rowNext, rowDone, rowProbability, absorbing } = table;
  const from: number[] = [];
  const to: number[] = [];
  const pay = rewards.map((): number[] => []);
  const cellOf = new Int32Array(S + 1).fill(-1);
  for (let sa = 0; sa < S * A; sa++) {
    const s = Math.floor(sa / A);
    const first = from.length;
    const mass: number[] = [];
    for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) {
      const next = rowDone[r] || absorbing[s] ? S : rowNext[r];
      if (cellOf[next] < 0) {
        cellOf[next] = from.push(s) - 1;
        to.push(next);
        mass.push(0);
        pay.forEach((column) => column.push(0));
      }
      mass[cellOf[next] - first] += rowProbability[r];
      pay.forEach((column, k) => (column[cellOf[next]] += rowProbability[r] * rewards[k][r]));
    }
    for (let k = first; k < from.length; k++) {
      pay.forEach((column) => (column[k] /= mass[k - first]));
      cellOf[to[k]] = -1;
    }
  }
  return { from: Int32Array.from(from), to: Int32Array.from(to), pay: pay.map((column) => Float64Array.from(column)) };
}

function average(of: Float64Array): number {
  return of.reduce((sum, x) => sum + x, 0) / of.length;
}
