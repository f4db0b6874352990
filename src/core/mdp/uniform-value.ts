import type { Table } from '../contracts/scenario';
import { continuationWeight, expectedRowReward } from './exact';
import { evaluateStationary } from './optimal';

/** Relative residual at which the solution counts as exact. */
const RESIDUAL = 1e-13;
const MOST_STEPS = 2_000;

/**
 * V of the uniform policy when time never runs out, [S]: (I − γP)V = r̄, by the stabilised bi-conjugate gradient method, which takes some
 * tens of sweeps where plain iteration takes 30/(1 − γ). Where it breaks down, plain iteration answers. γ must be below 1.
 *
 * Source: van der Vorst, "Bi-CGSTAB", SIAM J. Sci. Stat. Comput. 13 (1992).
 */
export function uniformValueOnTable(table: Table, reward: Float64Array, gamma: number): Float64Array {
  const { S, A, absorbing, rowState, rowNext } = table;
  const pay = expectedRowReward(table, reward);
  const b = Float64Array.from({ length: S }, (_, s) => (absorbing[s] ? 0 : mean(pay, s * A, A)));
  const weight = continuationWeight(table, gamma / A).map((w, r) => (absorbing[rowState[r]] ? 0 : w));
  const apply = (x: Float64Array): Float64Array => {
    const y = x.slice();
    for (let r = 0; r < weight.length; r++) if (weight[r] !== 0) y[rowState[r]] -= weight[r] * x[rowNext[r]];
    return y;
  };
  const size = Math.sqrt(dot(b, b));
  const x = new Float64Array(S);
  if (size === 0) return x;
  const residual = b.slice();
  const shadow = b.slice();
  let p: Float64Array = residual.slice();
  let rho = dot(shadow, residual);
  for (let step = 0; step < MOST_STEPS; step++) {
    const v = apply(p);
    const alpha = rho / dot(shadow, v);
    for (let s = 0; s < S; s++) {
      x[s] += alpha * p[s];
      residual[s] -= alpha * v[s];
    }
    if (Math.sqrt(dot(residual, residual)) <= RESIDUAL * size) return x;
    const t = apply(residual);
    const omega = dot(t, residual) / dot(t, t);
    for (let s = 0; s < S; s++) {
      x[s] += omega * residual[s];
      residual[s] -= omega * t[s];
    }
    if (Math.sqrt(dot(residual, residual)) <= RESIDUAL * size) return x;
    const next = dot(shadow, residual);
    const beta = (next / rho) * (alpha / omega);
    if (!Number.isFinite(beta)) break;
    for (let s = 0; s < S; s++) p[s] = residual[s] + beta * (p[s] - omega * v[s]);
    rho = next;
  }
  const uniform = new Float64Array(S * A).fill(1 / A);
  return evaluateStationary(table, uniform, reward, gamma).value;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function mean(of: Float64Array, from: number, count: number): number {
  let sum = 0;
  for (let k = from; k < from + count; k++) sum += of[k];
  return sum / count;
}
