import type { Batch } from '../contracts/columns';
import type { Aggregates } from '../contracts/objective';
import type { Table } from '../contracts/scenario';

const pairsOfTables = new WeakMap<Table, Uint32Array>();

/** [rows] s·A + a of every outcome row. */
export function pairOfRow(table: Table): Uint32Array {
  let pair = pairsOfTables.get(table);
  if (!pair) {
    pair = new Uint32Array(table.rows);
    for (let row = 0; row < table.rows; row++) pair[row] = table.rowState[row] * table.A + table.rowAction[row];
    pairsOfTables.set(table, pair);
  }
  return pair;
}

/** Arrays for `aggregate`, reused from iteration to iteration. */
export function aggregateBuffer(table: Table, nTraj: number): Aggregates {
  const size = table.S * table.A;
  return {
    S: table.S,
    A: table.A,
    nTraj,
    positive: new Float64Array(size),
    negative: new Float64Array(size),
    count: new Float64Array(size),
  };
}

/**
 * Sums of the positive advantages, of the |negative| ones and of the steps of a batch for every (s, a),
 * written over `into`. They are enough for the exact gradient of any loss that is a sum over
 * (s, a), and signs are kept apart because clipping treats them differently.
 */
export function aggregate(
  advantage: Float64Array,
  { nTraj, maxLen, length }: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>,
  row: Uint32Array,
  table: Table,
  into: Aggregates,
): void {
  const pair = pairOfRow(table);
  const { positive, negative, count } = into;
  positive.fill(0);
  negative.fill(0);
  count.fill(0);
  for (let i = 0; i < nTraj; i++) {
    const start = i * maxLen;
    for (let k = start, end = start + length[i]; k < end; k++) {
      const p = pair[row[k]];
      const x = advantage[k];
      if (x > 0) positive[p] += x;
      else negative[p] -= x;
      count[p] += 1;
    }
  }
}

/**
 * Adds what an estimator imitates to the sums: weight · ∇ log π(right answer | state) has the form of an advantage at that action,
 * and no step is counted for it.
 */
export function addImitation(
  imitation: Float64Array,
  { nTraj, maxLen, length }: Pick<Batch, 'nTraj' | 'maxLen' | 'length'>,
  row: Uint32Array,
  { answer, rowState }: Table,
  { positive, negative }: Aggregates,
): void {
  if (!answer) return;
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen, end = k + length[i]; k < end; k++) {
      const weight = imitation[k];
      if (weight > 0) positive[answer[rowState[row[k]]]] += weight;
      else if (weight < 0) negative[answer[rowState[row[k]]]] -= weight;
    }
  }
}
