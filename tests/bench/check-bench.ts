/** The exact checks on a scheme: solving it beside the truth, its best cycle and its distance, at two table sizes, Markov and with an automaton. */
import { bestCycle } from '../../src/core/diagnostics/best-cycle';
import { compareOptima } from '../../src/core/diagnostics/policy-invariance';
import { solveScheme } from '../../src/core/diagnostics/scheme-optimum';
import { epicOnTable, starcOnTable } from '../../src/core/diagnostics/table-distance';
import type { EpisodeMemory } from '../../src/core/contracts/reward';
import type { Table } from '../../src/core/contracts/scenario';
import { stationaryOptimum } from '../../src/core/mdp/modified-policy-iteration';
import { productTable } from '../../src/core/mdp/product-table';
import { medianMs, randomTable } from './core-speed';
import type { SpeedRow } from './speed-row';

/** A capped event: three states of memory. */
const capped = (table: Table): EpisodeMemory => {
  const event = table.signals['event'];
  return {
    next: (memory, row) => (memory < 2 && event[row] > 0 ? memory + 1 : memory),
    pay: (memory, row) => (memory < 2 ? event[row] : 0),
  };
};

export function checkBench(): SpeedRow[] {
  const rows: SpeedRow[] = [];
  for (const [S, outcomes] of [[256, 1], [256, 3], [4096, 1], [4096, 3]]) {
    const table = randomTable(S, 5, 64, outcomes);
    const reward = table.metrics['success'].map((x, r) => x + 0.1 * table.signals['event'][r]);
    const pay = (within: Float64Array) => ({ open: { within, last: within }, gated: null, gate: null });
    const size = `S=${S}, T=64, outcomes=${outcomes}`;
    const repeats = S > 1000 ? 5 : 20;
    const time = (name: string, run: () => unknown) => rows.push({ name: `${name}, ${size}`, value: medianMs(run, repeats), unit: 'ms' });
    time('invariance, solved', () => compareOptima(solveScheme(table, pay(reward), 1)!));
    time('best cycle', () => bestCycle(table, reward));
    time('optimum without the time', () => stationaryOptimum(table, reward, 1 - 1 / 65));
    time('STARC and EPIC', () => [starcOnTable(table, reward, table.metrics['success'], 0.999), epicOnTable(table, reward, table.metrics['success'], 0.999)]);
    const memory = capped(table);
    time('automaton of 3 states: invariance, solved, with its product table', () => {
      const product = productTable(table, [memory])!;
      const paid = Float64Array.from(product.baseRow, (r, row) => table.metrics['success'][r] + 0.1 * memory.pay(product.memory[0][product.table.rowState[row]], r, false));
      return compareOptima(solveScheme(product.table, pay(paid), 1)!);
    });
    const { table: large, baseRow } = productTable(table, [memory])!;
    const gathered = Float64Array.from(baseRow, (r) => reward[r]);
    time('automaton of 3 states: best cycle', () => bestCycle(large, gathered));
    time('automaton of 3 states: optimum without the time', () => stationaryOptimum(large, gathered, 1 - 1 / 65));
  }
  return rows;
}
