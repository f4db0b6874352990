import type { Table } from '../contracts/scenario';
import { evaluatePolicy } from '../mdp/exact';
import { log } from '../math/elementary';
import { occupancy, policyGradient } from '../mdp/occupancy';
import { optimalPolicy } from '../mdp/optimal';
import { softmaxPolicy } from '../mdp/policy';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { batchPricer } from './seeded-batch';
import { directionCosine, updateDirection } from './update-direction';

/** Share of the truth's optimum in each policy that is looked at. */
export const MIXTURES = [0, 0.25, 0.5, 0.75] as const;
export const BATCHES = 32;
const TRAJECTORIES = 128;

export interface UpdateAgreement {
  /** Share of the truth's optimum in the policy; the rest is the starting policy. */
  readonly mixture: number;
  /** Cosine of the mean update of 32 batches of 128 trajectories with the exact gradient of the truth; null where either is zero. */
  readonly cosine: number | null;
  /** Standard error of the cosine, by leaving out one batch at a time. */
  readonly error: number | null;
}

/**
 * Whether updates under a scheme push towards the truth, measured at a few policies between the starting policy and the
 * truth's optimum. Positive cosines decide nothing about the optimum under the scheme; a negative one shows harm there.
 */
export function* updateAgreement(scheme: CompiledScheme, table: Table, initialLogits: Float64Array, groupSize: number, iteration = 0): Generator<void, UpdateAgreement[]> {
  const { S, A } = table;
  const truth = table.metrics[table.truth];
  const nTraj = Math.max(1, Math.ceil(TRAJECTORIES / groupSize)) * groupSize;
  const found: UpdateAgreement[] = [];
  for (const mixture of MIXTURES) {
    const policy = softmaxPolicy(mixedLogits(table, initialLogits, mixture), S, A);
    const price = batchPricer(scheme, table, policy, iteration);
    const gradient = policyGradient(table, policy.probability, evaluatePolicy(table, policy.probability, truth), occupancy(table, policy.probability));
    const updates: Float64Array[] = [];
    for (let k = 0; k < BATCHES; k++) {
      const { batch, advantage } = price({ nTraj, groupSize }, k);
      updates.push(updateDirection(advantage, { nTraj: batch.nTraj, maxLen: batch.maxLen, length: batch.length, row: batch.row! }, table, policy.probability, new Float64Array(S * A)));
      yield;
    }
    const total = new Float64Array(S * A);
    for (const update of updates) for (let k = 0; k < total.length; k++) total[k] += update[k];
    const cosine = directionCosine(total, gradient);
    if (Number.isNaN(cosine)) {
      found.push({ mixture, cosine: null, error: null });
      continue;
    }
    const without = updates.map((update) => directionCosine(total.map((x, k) => x - update[k]), gradient)).map((x) => (Number.isNaN(x) ? 0 : x));
    const centre = without.reduce((sum, x) => sum + x, 0) / BATCHES;
    const squares = without.reduce((sum, x) => sum + (x - centre) * (x - centre), 0);
    found.push({ mixture, cosine, error: Math.sqrt(((BATCHES - 1) / BATCHES) * squares) });
  }
  return found;
}

/** Logits of a policy between the starting one and the truth's optimum, [S·A]. */
export function mixedLogits(table: Table, initialLogits: Float64Array, mixture: number): Float64Array {
  const start = softmaxPolicy(initialLogits, table.S, table.A).probability;
  const optimum = timelessOptimum(table);
  // An action that neither takes keeps a trace of probability, so that its logit is a number.
  return start.map((p, sa) => log(Math.max(1e-12, (1 - mixture) * p + mixture * optimum[sa])));
}

/** The truth's optimum as a policy that does not see the time, [S·A]: its actions at every step, weighted by how often it is there. */
function timelessOptimum(table: Table): Float64Array {
  const { S, A, horizon, rowStart, rowProbability, rowNext, rowDone, absorbing, start } = table;
  const { action } = optimalPolicy(table, table.metrics[table.truth]);
  const taken = new Float64Array(S * A);
  let reach = new Float64Array(S);
  for (let k = 0; k < start.state.length; k++) reach[start.state[k]] += start.probability[k];
  for (let t = 0; t < horizon; t++) {
    const next = new Float64Array(S);
    for (let s = 0; s < S; s++) {
      if (reach[s] === 0 || absorbing[s]) continue;
      const sa = s * A + action[t * S + s];
      taken[sa] += reach[s];
      for (let r = rowStart[sa]; r < rowStart[sa + 1]; r++) if (!rowDone[r]) next[rowNext[r]] += reach[s] * rowProbability[r];
    }
    reach = next;
  }
  for (let s = 0; s < S; s++) {
    let total = 0;
    for (let k = s * A; k < (s + 1) * A; k++) total += taken[k];
    for (let k = s * A; k < (s + 1) * A; k++) taken[k] = total > 0 ? taken[k] / total : 1 / A;
  }
  return taken;
}
