import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { run, summary, type MetricSummary } from '../../src/cli/run';
import type { Cell } from './cell';

const plugins = allPlugins();

function unavailable(): never {
  throw new Error('The cells name presets alone.');
}

/**
 * Runs a cell as `lab run` would; the summaries of its first scheme, by metric. Beside each `success@N` stands the share `solved@N` of
 * learners above ½, and between iterations `change X@50..250`, X at the later less X at the earlier, seed by seed; where the cell names two
 * schemes, `lead X` is the first one's X less the second one's, seed by seed.
 */
export async function measure(cell: Cell, seeds: number): Promise<Readonly<Record<string, MetricSummary>>> {
  const { argsOfSeed } = cell;
  const metrics: Record<string, MetricSummary> = argsOfSeed
    ? joined(await Promise.all(Array.from({ length: seeds }, (_, seed) => lab(`${cell.args} ${argsOfSeed(seed)}`, `${seed}-${seed}`))))
    : { ...(await lab(cell.args, `0-${seeds - 1}`)) };
  for (const [name, { values }] of Object.entries(metrics)) {
    if (name.startsWith('success@')) metrics[name.replace('success', 'solved')] = summary(values.map((x) => (x > 0.5 ? 1 : 0)));
  }
  return { ...metrics, ...changes(metrics) };
}

function changes(metrics: Readonly<Record<string, MetricSummary>>): Record<string, MetricSummary> {
  const parts = Object.entries(metrics).map(([key, { values }]) => ({ name: key.split('@')[0], at: Number(key.split('@')[1]), values }));
  const later = (from: (typeof parts)[number]) => parts.filter(({ name, at }) => name === from.name && at > from.at);
  return Object.fromEntries(parts.flatMap((from) => later(from).map(({ name, at, values }) => [`change ${name}@${from.at}..${at}`, summary(values.map((x, k) => x - from.values[k]))])));
}

async function lab(args: string, seeds: string): Promise<Readonly<Record<string, MetricSummary>>> {
  const argv = [...args.split(' '), '--seeds', seeds];
  const { schemes } = await run(argv, { plugins, loadPreset, decodeLink: unavailable, readJson: unavailable, now: () => performance.now() });
  const [first, second] = Object.values(schemes);
  if (!second) return first.metrics;
  const leads = Object.entries(first.metrics).map(([name, { values }]) => [`lead ${name}`, summary(values.map((x, k) => x - second.metrics[name].values[k]))]);
  return { ...first.metrics, ...Object.fromEntries(leads) };
}

function joined(runs: readonly Readonly<Record<string, MetricSummary>>[]): Record<string, MetricSummary> {
  return Object.fromEntries(Object.keys(runs[0]).map((name) => [name, summary(runs.flatMap((metrics) => metrics[name].values))]));
}
