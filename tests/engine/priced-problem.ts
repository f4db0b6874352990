/** Batches with everything that pricing them on a device needs, from one seed: no two rewards alike, gates, values, ragged lengths. */
import { allPlugins } from '../../src/core/all-plugins';
import { TableBatch } from '../../src/core/batch/table-batch';
import type { Aggregates } from '../../src/core/contracts/objective';
import type { Table } from '../../src/core/contracts/scenario';
import { mixSeed, nextUniform } from '../../src/core/math/random';
import { compileTable } from '../../src/core/mdp/compile-table';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout, type Rollout } from '../../src/core/mdp/rollout';
import { aggregate, aggregateBuffer } from '../../src/core/scheme/aggregate';
import { compileScheme } from '../../src/core/scheme/compile-scheme';
import { EMPTY_SIDE, priceBatch, type PricedBatch } from '../../src/core/scheme/price-batch';
import type { SchemeSpec } from '../../src/core/scheme/scheme-spec';
import { uniform } from './reference-network';

export interface ProblemSize {
  readonly S: number;
  readonly A?: number;
  readonly T: number;
  readonly nTraj: number;
  readonly groupSize: number;
  /** Some trajectories are cut short by time, some to nothing. */
  readonly ragged?: boolean;
}

export interface PricedProblem {
  readonly table: Table;
  readonly threshold: Uint32Array;
  readonly batch: TableBatch;
  readonly rollout: Rollout;
  readonly priced: PricedBatch;
  readonly aggregates: Aggregates;
}

/** Every state leads to any other; some rows end the task. `event` is 0 or 1, `cost` any number, `half` a multiple of ½. */
export function randomWorld(S: number, A: number, T: number): Table {
  const stream = mixSeed(11, S, A, T);
  const next = () => nextUniform(stream);
  return compileTable({
    S,
    A,
    horizon: T,
    signals: ['event', 'cost', 'half'],
    metrics: ['success'],
    truth: 'success',
    stateTables: { height: Float64Array.from({ length: S }, () => 2 * next()) },
    start: { state: [0, S >> 1], probability: [0.5, 0.5] },
    features: (s) => [s % 2, (s % 5) / 4, (s % 11) / 10],
    transitions: () => {
      const done = next() < 0.02;
      const outcome = (probability: number) => ({
        probability,
        next: Math.floor(next() * S),
        done,
        signals: { event: next() < 0.2 ? 1 : 0, cost: next() - 0.7, half: Math.floor(5 * next()) / 2 - 1 },
        metrics: { success: done ? 1 : 0 },
      });
      return [outcome(0.7), outcome(0.3)];
    },
  });
}

const term = (signal: string, weight: number, gated = false): SchemeSpec['terms'][number] => ({ reward: 'signal', label: '', weight, params: { signal }, gated });

/** A scheme over the signals of `randomWorld`; what is not said is plain. */
export function schemeOf(estimator: string, params: SchemeSpec['estimator']['params'], more: Partial<SchemeSpec> = {}): SchemeSpec {
  return {
    name: 'A',
    terms: [term('event', 1), term('cost', 0.37)],
    gate: null,
    gamma: 0.97,
    gammaLinked: false,
    estimator: { id: estimator, params },
    value: 'zero',
    whiten: 'none',
    clip: null,
    muted: false,
    ...more,
  };
}

/** Half of the rewards under a gate of two conditions. */
export const gated: Partial<SchemeSpec> = {
  terms: [term('event', 1, true), term('cost', 0.37, true), term('half', 0.21)],
  gate: {
    source: 'half',
    threshold: 0.3,
    inclusive: false,
    softness: 0,
    also: [{ source: 'event', threshold: 3, inclusive: true, softness: 0 }],
    combine: 'any',
  },
};

/** A potential beside the rewards: what it pays differs on the last step of the horizon. */
export const shaped: Partial<SchemeSpec> = {
  terms: [term('event', 1), { reward: 'pbrs', label: '', weight: 0.8, params: { potential: 'height' }, gated: false }],
};

const tables = new Map<string, Table>();

export function pricedProblem({ S, A = 3, T, nTraj, groupSize, ragged = false }: ProblemSize, spec: SchemeSpec): PricedProblem {
  const key = [S, A, T].join();
  const table = tables.get(key) ?? randomWorld(S, A, T);
  tables.set(key, table);
  const { threshold } = softmaxPolicy(Float64Array.from(uniform(S * A, 1.5, 3)), S, A);
  const played = rollout(table, threshold, { nTraj, groupSize, seed: 5, learner: 1, iteration: 2 });
  if (ragged) {
    const stream = mixSeed(13, nTraj, T);
    for (let i = 0; i < nTraj; i++) {
      const length = Math.floor(nextUniform(stream) * (T + 1));
      if (length >= played.length[i]) continue;
      played.length[i] = length;
      played.terminated[i] = 0;
      played.row.fill(0, i * T + length, (i + 1) * T);
    }
  }
  const batch = new TableBatch(table, played);
  const scheme = compileScheme(spec, allPlugins(), table);
  const slices = spec.value === 'exact' ? T + 1 : 1;
  const value = spec.value === 'zero' ? null : Float64Array.from(uniform(S * slices, 4, 9));
  const priced = priceBatch(batch, scheme, { ...EMPTY_SIDE, rewardState: spec.terms.map(() => undefined), value });
  const aggregates = aggregateBuffer(table, nTraj);
  aggregate(priced.advantage, batch, played.row, table, aggregates);
  return { table, threshold, batch, rollout: played, priced, aggregates };
}
