import type { Table } from '../contracts/scenario';
import { softmaxPolicy } from '../mdp/policy';
import type { CompiledScheme } from '../scheme/compile-scheme';
import { returnsOf } from '../scheme/price-batch';
import { batchPricer } from './seeded-batch';
import { MIXTURES, mixedLogits } from './update-agreement';

/** Batches of each policy; one at a time is left out for the standard error. */
const BATCHES = 4;
const TRAJECTORIES = 64;

/** How differently a scheme and the truth rank whole trajectories, measured: 0 the same, 0.71 unrelated, 1 the other way round. */
export interface ReturnDistance {
  /** √((1 − ρ)/2), ρ the correlation of the two returns; null where one of them never varies. */
  readonly distance: number | null;
  readonly error: number | null;
  readonly trajectories: number;
  readonly policies: number;
}

/**
 * Correlation distance between the scheme's returns and the true outcomes of seeded trajectories, pooled over policies from the starting
 * one towards the truth's optimum. It needs no table of rewards, so it is there for gates and for terms that read the batch.
 */
export function* returnDistance(scheme: CompiledScheme, table: Table, initialLogits: Float64Array, groupSize: number, iteration = 0): Generator<void, ReturnDistance> {
  const nTraj = Math.max(1, Math.ceil(TRAJECTORIES / groupSize)) * groupSize;
  const batches: Sums[] = [];
  for (const mixture of MIXTURES) {
    const price = batchPricer(scheme, table, softmaxPolicy(mixedLogits(table, initialLogits, mixture), table.S, table.A), iteration);
    for (let b = 0; b < BATCHES; b++) {
      const priced = price({ nTraj, groupSize }, b);
      const own = returnsOf(priced);
      const outcome = priced.batch.column('outcome', 'trajectory') as Float64Array;
      batches.push(outcome.reduce((sums, y, i) => added(sums, own[i * priced.batch.maxLen], y), NOTHING));
      yield;
    }
  }
  const all = batches.reduce(plus);
  const whole = distanceOf(all);
  const without = batches.map((batch) => distanceOf(minus(all, batch)));
  const known = without.filter((x) => x !== null);
  const centre = known.reduce((sum, x) => sum + x, 0) / known.length;
  const error = known.length < without.length ? null : Math.sqrt(((known.length - 1) / known.length) * known.reduce((sum, x) => sum + (x - centre) * (x - centre), 0));
  return { distance: whole, error: whole === null ? null : error, trajectories: all[0], policies: MIXTURES.length };
}

/** n, Σx, Σy, Σx², Σy², Σxy */
type Sums = readonly [number, number, number, number, number, number];
const NOTHING: Sums = [0, 0, 0, 0, 0, 0];

const added = ([n, x, y, xx, yy, xy]: Sums, a: number, b: number): Sums => [n + 1, x + a, y + b, xx + a * a, yy + b * b, xy + a * b];
const plus = (a: Sums, b: Sums): Sums => a.map((value, k) => value + b[k]) as unknown as Sums;
const minus = (a: Sums, b: Sums): Sums => a.map((value, k) => value - b[k]) as unknown as Sums;

function distanceOf([n, x, y, xx, yy, xy]: Sums): number | null {
  const [varianceX, varianceY] = [xx / n - (x / n) * (x / n), yy / n - (y / n) * (y / n)];
  if (varianceX <= (1e-12 * xx) / n || varianceY <= (1e-12 * yy) / n) return null;
  const correlation = (xy / n - (x / n) * (y / n)) / Math.sqrt(varianceX * varianceY);
  return Math.sqrt(Math.max(0, (1 - Math.min(1, correlation)) / 2));
}
