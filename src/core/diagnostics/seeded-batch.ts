import { TableBatch } from '../batch/table-batch';
import type { Table } from '../contracts/scenario';
import { readsValue } from '../experiment/resolve';
import { evaluatePolicy } from '../mdp/exact';
import type { TablePolicy } from '../mdp/policy';
import { rollout } from '../mdp/rollout';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { ExactValue, whyNoExactValue } from '../scheme/exact-value';
import { EMPTY_SIDE, priceBatch, type PricedBatch } from '../scheme/price-batch';

/** Learner number of the checks' streams; learners of runs are numbered by their seeds, which are smaller. */
const CHECKS = 2_000_000_000;

/** Fresh batches of a policy, the same for every scheme: number `iteration` always meets the same luck. */
function seededBatch(table: Table, policy: TablePolicy, size: { readonly nTraj: number; readonly groupSize: number }, iteration: number, belief?: Float64Array): TableBatch {
  const stream = { seed: 0, learner: CHECKS, iteration };
  const drawn = rollout(table, policy.threshold, { ...size, ...stream });
  return new TableBatch(table, drawn, { behaviour: policy.logProbability, reference: policy.logProbability, belief, playOn: { threshold: policy.threshold, stream } });
}

/**
 * Prices seeded batches of one policy under a scheme. A critic is perfect where the exact value exists, else it says 0: what is
 * looked at is the reward, not how fast a critic learns. Scheduled numbers are those of `iteration`.
 */
export function batchPricer(scheme: CompiledScheme, table: Table, policy: TablePolicy, iteration = 0): (size: { nTraj: number; groupSize: number }, number: number) => PricedBatch {
  const belief = evaluatePolicy(table, policy.probability, table.metrics[table.truth]).value;
  const wantsValue = readsValue(scheme) && scheme.spec.value !== 'zero';
  const isExact = wantsValue && whyNoExactValue(scheme, table) === null;
  const priced = isExact ? { ...scheme, spec: { ...scheme.spec, value: 'exact' as const } } : scheme;
  const value = isExact ? new ExactValue(scheme, table).evaluate(policy.probability, iteration) : wantsValue ? new Float64Array(table.S) : null;
  return (size, number) => priceBatch(seededBatch(table, policy, size, number, belief), priced, { ...EMPTY_SIDE, iteration, value });
}
