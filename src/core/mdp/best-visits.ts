import type { Table } from '../contracts/scenario';
import { optimalPolicy } from './optimal';

/**
 * Expected number of steps that a best policy for a row reward takes at each (s, a) in one episode, [S·A], undiscounted and within
 * the horizon: what an endless supply of perfect demonstrations would show. Ties go to the lowest action.
 */
export function bestVisits(table: Table, reward: Float64Array): Float64Array {
  const { S, A, horizon, rowStart, rowProbability, rowNext, rowDone, absorbing, start } = table;
  const { action } = optimalPolicy(table, reward);
  const visits = new Float64Array(S * A);
  let here = new Float64Array(S);
  start.state.forEach((state, k) => (here[state] += start.probability[k]));
  for (let t = 0; t < horizon; t++) {
    const next = new Float64Array(S);
    for (let s = 0; s < S; s++) {
      if (here[s] === 0 || absorbing[s]) continue;
      const pair = s * A + action[t * S + s];
      visits[pair] += here[s];
      for (let row = rowStart[pair]; row < rowStart[pair + 1]; row++) {
        if (rowDone[row] === 0) next[rowNext[row]] += here[s] * rowProbability[row];
      }
    }
    here = next;
  }
  return visits;
}
