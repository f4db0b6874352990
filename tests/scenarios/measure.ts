import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { run, type MetricSummary } from '../../src/cli/run';
import type { Cell } from './cells';

const plugins = allPlugins();

function unavailable(): never {
  throw new Error('The cells name presets alone.');
}

/** Runs a cell as `lab run` would; the summaries of its one scheme, by metric. */
export async function measure(cell: Cell, seeds: number): Promise<Readonly<Record<string, MetricSummary>>> {
  const argv = [...cell.args.split(' '), '--seeds', `0-${seeds - 1}`];
  const { schemes } = await run(argv, { plugins, loadPreset, decodeLink: unavailable, readJson: unavailable, now: () => performance.now() });
  return Object.values(schemes)[0].metrics;
}
