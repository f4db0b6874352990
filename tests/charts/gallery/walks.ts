/** Seeded trajectories through the scenarios' own tables, for their pictures. */
import type { Table } from '../../../src/core/contracts/scenario';
import { stream } from './race-data';

export interface Walk {
  state: number[];
  action: number[];
  advantage: Float64Array;
}

/** Follows `choose` (an action, or −1 for a random one) from the first start state until done or out of time. */
export function walk(table: Table, seed: number, choose: (state: number, t: number) => number): Walk {
  const random = stream(seed);
  const state = [table.start.state[0]!];
  const action: number[] = [];
  for (let t = 0; t < table.horizon; t++) {
    const s = state[t]!;
    const chosen = choose(s, t);
    const a = chosen >= 0 ? chosen : Math.floor(random() * table.A);
    let row = table.rowStart[s * table.A + a]!;
    let left = random();
    while (row < table.rowStart[s * table.A + a + 1]! - 1 && (left -= table.rowProbability[row]!) > 0) row++;
    action.push(a);
    state.push(table.rowNext[row]!);
    if (table.rowDone[row]) break;
  }
  return { state, action, advantage: Float64Array.from(action, (_, t) => Math.sin(t * 1.7 + seed) * (0.2 + 0.8 * random())) };
}
