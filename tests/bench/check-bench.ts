/** The exact checks on a scheme: solving it beside the truth, and its best cycle, at two table sizes. */
import { bestCycle } from '../../src/core/diagnostics/best-cycle';
import { compareOptima } from '../../src/core/diagnostics/policy-invariance';
import { solveScheme } from '../../src/core/diagnostics/scheme-optimum';
import { medianMs, randomTable, type SpeedRow } from './core-speed';

export function checkBench(): SpeedRow[] {
  const rows: SpeedRow[] = [];
  for (const [S, outcomes] of [[256, 1], [256, 3], [4096, 1], [4096, 3]]) {
    const table = randomTable(S, 5, 64, outcomes);
    const reward = table.metrics['success'].map((x, r) => x + 0.1 * table.signals['event'][r]);
    const pay = { open: { within: reward, last: reward }, gated: null, gate: null };
    const size = `S=${S}, T=64, outcomes=${outcomes}`;
    const repeats = S > 1000 ? 5 : 20;
    rows.push({ name: `invariance, solved, ${size}`, value: medianMs(() => compareOptima(solveScheme(table, pay, 1)!), repeats), unit: 'ms' });
    rows.push({ name: `best cycle, ${size}`, value: medianMs(() => bestCycle(table, reward), repeats), unit: 'ms' });
  }
  return rows;
}
