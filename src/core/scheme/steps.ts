/** A priced batch as objectives see it that multiply along a trajectory. */
import type { Steps } from '../contracts/objective';
import type { TableBatch } from '../batch/table-batch';
import type { PricedBatch } from './price-batch';

/** The steps of a batch; advantages are the priced batch's own array, valid as long as it is. */
export function stepsOf({ advantage, reward, scheme }: PricedBatch, { nTraj, maxLen, length, row }: TableBatch, pairOfRow: Uint32Array, groupSize: number): Steps {
  const { gamma } = scheme.spec;
  const pair = new Uint32Array(nTraj * maxLen);
  const total = new Float64Array(nTraj);
  for (let i = 0; i < nTraj; i++) {
    for (let k = i * maxLen + length[i] - 1; k >= i * maxLen; k--) {
      pair[k] = pairOfRow[row[k]];
      total[i] = reward[k] + gamma * total[i];
    }
  }
  return { nTraj, maxLen, length, pair, advantage, return: total, groupSize };
}

/** A copy that outlives the batch. */
export function copySteps(steps: Steps): Steps {
  return { ...steps, length: steps.length.slice(), advantage: steps.advantage.slice() };
}
