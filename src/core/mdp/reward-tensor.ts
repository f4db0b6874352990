/** Small MDPs given as nested lists, and the rewards R(s, a, s′) on them: what reward comparisons read. */
import { asList, asNumberLists, asRecord, ContentError } from '../contracts/json-column';
import { solveLinear } from '../math/solve-linear';

/** [s][a][s′] */
export type Tensor = readonly (readonly (readonly number[])[])[];

/** Reads a tensor with as many next states as states and the same actions everywhere. */
export function asTensor(value: unknown, field: string): Tensor {
  const rows = asList(value, field);
  const actions = asList(rows[0] ?? [], `${field}, state 1`).length;
  if (rows.length === 0 || actions === 0) throw new ContentError(field, 'at least one state and one action');
  return rows.map((row, s) => asNumberLists(row, `${field}, state ${s + 1}`, actions, rows.length));
}

/** A field of `mdp`, with the shape of its transition probabilities. */
export function mdpTensor(input: Readonly<Record<string, unknown>>, name: string): Tensor {
  const tensor = asTensor(asRecord(input['mdp'], 'mdp')[name], `mdp.${name}`);
  const like = name === 'transition' ? tensor : mdpTensor(input, 'transition');
  if (like.length !== tensor.length || like[0].length !== tensor[0].length) throw new ContentError(`mdp.${name}`, 'the shape of mdp.transition');
  return tensor;
}

export function mapTensor(tensor: Tensor, of: (value: number, s: number, a: number, next: number) => number): number[][][] {
  return tensor.map((row, s) => row.map((cells, a) => cells.map((value, next) => of(value, s, a, next))));
}

/** Σ_s′ P(s′|s, a) R(s, a, s′), [s][a]. */
export function expectedReward(P: Tensor, R: Tensor): number[][] {
  return P.map((row, s) => row.map((cells, a) => cells.reduce((sum, p, next) => sum + p * R[s][a][next], 0)));
}

/** V of the policy that takes every action alike, by solving (I − γ P̄) V = r̄; γ < 1. */
export function uniformValue(P: Tensor, R: Tensor, gamma: number): Float64Array {
  const S = P.length;
  const A = P[0].length;
  const matrix = new Float64Array(S * S);
  const right = new Float64Array(S);
  const r = expectedReward(P, R);
  for (let s = 0; s < S; s++) {
    matrix[s * S + s] = 1;
    for (let a = 0; a < A; a++) {
      right[s] += r[s][a] / A;
      for (let next = 0; next < S; next++) matrix[s * S + next] -= (gamma * P[s][a][next]) / A;
    }
  }
  const value = solveLinear(matrix, right);
  if (!value) throw new ContentError('discount', 'a number below 1, so that values are finite');
  return value;
}

/** Q* by value iteration to 1e-13 (at most 200,000 sweeps), [s][a]; γ < 1. */
export function optimalActionValues(P: Tensor, R: Tensor, gamma: number): number[][] {
  const r = expectedReward(P, R);
  let value = P.map(() => 0);
  let Q = r;
  for (let sweep = 0, change = Infinity; sweep < 200_000 && change > 1e-13; sweep++) {
    Q = P.map((row, s) => row.map((cells, a) => r[s][a] + gamma * cells.reduce((sum, p, next) => sum + p * value[next], 0)));
    const next = Q.map((row) => Math.max(...row));
    change = next.reduce((most, v, s) => Math.max(most, Math.abs(v - value[s])), 0);
    value = next;
  }
  return Q;
}

/** √((1 − ρ) / 2) with Pearson's ρ over all (s, a, s′) alike; 0 for two constants, √½ for one. */
export function pearsonDistance(A: Tensor, B: Tensor): number {
  const [a, b] = [A.flat(2), B.flat(2)];
  const centred = (x: readonly number[]) => {
    const m = x.reduce((sum, v) => sum + v, 0) / x.length;
    return x.map((v) => v - m);
  };
  const [x, y] = [centred(a), centred(b)];
  const dot = (u: readonly number[], v: readonly number[]) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  const [xx, yy] = [dot(x, x), dot(y, y)];
  if (xx === 0 && yy === 0) return 0;
  const rho = xx === 0 || yy === 0 ? 0 : dot(x, y) / Math.sqrt(xx * yy);
  // Rounding leaves of two rewards that are the same to scale a distance of about 1e-8, the root of what it leaves of 1 − ρ.
  return 1 - rho < 1e-14 ? 0 : Math.sqrt((1 - rho) / 2);
}
