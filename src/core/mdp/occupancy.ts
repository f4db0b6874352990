/** Where a policy goes, and what follows from it: expected metrics and the exact policy gradient. */
import type { Table } from '../contracts/scenario';
import { evaluatePolicy, expectedRowReward, type ExactOptions, type ExactValues } from './exact';
import { poolShared } from './shared-logits';

export interface Occupancy {
  readonly horizon: number;
  /** d_t(s) = P(the episode is still running at step t and is in s), [T · S]. */
  readonly reach: Float64Array;
  /** Σ_t γᵗ d_t(s), [S]: with γ = 1 the expected number of actions taken in s. */
  readonly visits: Float64Array;
}

/** Forward occupancy of π [S·A] from the start distribution; `gamma` discounts `visits` alone. */
export function occupancy(
  table: Table,
  probability: Float64Array,
  { gamma = 1, horizon = table.horizon }: ExactOptions = {},
  out?: Occupancy,
): Occupancy {
  const { S, A, rowStart, rowProbability, rowNext, rowDone, absorbing, start } = table;
  const fits = out?.horizon === horizon && out.visits.length === S;
  const result = fits ? out : { horizon, reach: new Float64Array(horizon * S), visits: new Float64Array(S) };
  const { reach, visits } = result;
  reach.fill(0);
  visits.fill(0);
  for (let k = 0; k < start.state.length; k++) reach[start.state[k]] += start.probability[k];
  let discount = 1;
  for (let t = 0; t < horizon; t++) {
    for (let s = 0; s < S; s++) {
      const here = reach[t * S + s];
      if (here === 0 || absorbing[s]) continue;
      visits[s] += discount * here;
      if (t === horizon - 1) continue;
      for (let sa = s * A; sa < (s + 1) * A; sa++) {
        const taken = here * probability[sa];
        for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) {
          if (rowDone[r] === 0) reach[(t + 1) * S + rowNext[r]] += taken * rowProbability[r];
        }
      }
    }
    discount *= gamma;
  }
  return result;
}

/** Expected sum of a row column over an episode: Σ_s visits(s) Σ_a π(a|s) E[column | s, a]. */
export function expectedTotal(table: Table, probability: Float64Array, visits: Float64Array, column: Float64Array): number {
  const expected = expectedRowReward(table, column);
  let sum = 0;
  for (let s = 0; s < table.S; s++) {
    if (visits[s] === 0) continue;
    for (let sa = s * table.A; sa < (s + 1) * table.A; sa++) sum += visits[s] * probability[sa] * expected[sa];
  }
  return sum;
}

/**
 * Exact expectation of every metric of the table under π, by name; `heldOut` is the true objective from the starts that no batch
 * has, where the table names some. `visits` must be undiscounted.
 */
export function expectedMetrics(table: Table, probability: Float64Array, visits: Float64Array): Record<string, number> {
  const expected = Object.fromEntries(
    Object.entries(table.metrics).map(([name, column]) => [name, expectedTotal(table, probability, visits, column)]),
  );
  if (!table.heldOut) return expected;
  const elsewhere = occupancy({ ...table, start: table.heldOut }, probability).visits;
  return { ...expected, heldOut: expectedTotal(table, probability, elsewhere, table.metrics[table.truth]) };
}

/**
 * Exact gradient of J with respect to the logits of a softmax policy that does not know the time, [S·A]:
 *
 *     ∂J / ∂θ[s, a] = Σ_t γᵗ d_t(s) · π(a|s) · A_t(s, a)
 *
 * Summed over states that share their logits, at the first of them.
 */
export function policyGradient(
  table: Table,
  probability: Float64Array,
  { advantage }: Pick<ExactValues, 'advantage'>,
  { reach, horizon }: Pick<Occupancy, 'reach' | 'horizon'>,
  gamma = 1,
  out: Float64Array = new Float64Array(table.S * table.A),
): Float64Array {
  const { S, A } = table;
  out.fill(0);
  let discount = 1;
  for (let t = 0; t < horizon; t++) {
    for (let s = 0; s < S; s++) {
      const weight = discount * reach[t * S + s];
      if (weight === 0) continue;
      for (let a = 0; a < A; a++) out[s * A + a] += weight * probability[s * A + a] * advantage[(t * S + s) * A + a];
    }
    discount *= gamma;
  }
  poolShared(table, out);
  return out;
}

/** The same gradient from a row reward, evaluated here. */
export function rewardGradient(table: Table, probability: Float64Array, reward: Float64Array, options: ExactOptions = {}): Float64Array {
  const exact = evaluatePolicy(table, probability, reward, options);
  return policyGradient(table, probability, exact, occupancy(table, probability, options), options.gamma);
}
