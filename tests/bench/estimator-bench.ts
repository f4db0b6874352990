/**
 * Speed of the estimators on one core, columns at hand as in the what-if loop. Trees and graphs are to grow no faster than
 * steps · log(steps): the ratio of the largest batch to the smallest, per step and logarithm, stays near 1; GRPO on the same
 * batches says how much of that is the machine's memory.
 */
import { allPlugins } from '../../src/core/all-plugins';
import { columnsFor } from '../../src/core/batch/columns-for';
import { importBatch } from '../../src/core/batch/imported-batch';
import { Workspace } from '../../src/core/batch/workspace';
import type { EstimatorPlugin } from '../../src/core/contracts/estimator';
import { completeParameters } from '../../src/core/contracts/parameters';
import { largeTrajectories } from '../support/random-trajectories';
import { medianMs } from './core-speed';
import type { SpeedRow } from './speed-row';

const MAX_LEN = 64;
const SIZES = [4_096, 16_384, 65_536];
const GROUP = 16;
const BASELINE = 'grpo';
/** An assignment per trajectory, a distribution over all actions at every step, results of several tests at every step. */
const BEYOND_LINEAR = ['match-tir-assign', 'tw-grpo', 'verpo'];

interface Shape {
  readonly nTraj: number;
  readonly maxLen: number;
  readonly groupSize: number;
}

/** Pricing of one batch, ready to be timed. Prefixes that attempts start from are as long as the attempts. */
function pricing(plugin: EstimatorPlugin, shape: Shape): () => void {
  const { trajectories } = largeTrajectories(plugin, shape);
  const long = 'prefix' in plugin.needs ? trajectories.map((each) => ({ ...each, extra: { ...(each['extra'] as object), prefix: each['actions'] } })) : trajectories;
  const params = completeParameters(plugin.params, {}).values;
  const columns = columnsFor(plugin, params, importBatch({ trajectories: long }));
  const workspace = new Workspace();
  return () => {
    workspace.releaseAll();
    plugin.estimate(columns as never, params as never, { buffer: workspace.buffer, state: undefined, iteration: 0, detail: false });
  };
}

const stepsOf = (steps: number) => `${steps.toLocaleString('en')} steps`;

export function estimatorBench(): SpeedRow[] {
  const plugins = allPlugins();
  const estimators = plugins.list('estimator');
  const merging = estimators.filter(({ merged }) => merged);
  return [...[plugins.get('estimator', BASELINE), ...merging].flatMap(growthRows), ...linearRows(estimators.filter(({ id, merged }) => !merged && !BEYOND_LINEAR.includes(id)))];
}

/** One estimator at every size: its time, and its cost per step and log₂(steps) over that of the smallest size. */
function growthRows(plugin: EstimatorPlugin): SpeedRow[] {
  const runs = SIZES.map((steps) => pricing(plugin, { nTraj: steps / MAX_LEN, maxLen: MAX_LEN, groupSize: GROUP }));
  // All sizes are compiled before any is timed, or the smallest would look slow.
  for (let k = 0; k < 20; k++) for (const run of runs) run();
  const ms = runs.map((run) => medianMs(run, 25));
  const cost = ms.map((each, k) => (1e6 * each) / (SIZES[k]! * Math.log2(SIZES[k]!)));
  const most = SIZES[SIZES.length - 1]!;
  const alone = pricing(plugin, { nTraj: most / MAX_LEN, maxLen: MAX_LEN, groupSize: most / MAX_LEN });
  return [
    ...SIZES.flatMap((steps, k): SpeedRow[] => [
      { name: `${plugin.id}, ${stepsOf(steps)}`, value: ms[k]!, unit: 'ms' },
      { name: `${plugin.id}, ${stepsOf(steps)}, per step and log₂(steps)`, value: cost[k]!, unit: 'ns' },
      { name: `${plugin.id}, ${stepsOf(steps)}, that over the same at ${stepsOf(SIZES[0]!)}`, value: cost[k]! / cost[0]!, unit: '×' },
    ]),
    { name: `${plugin.id}, ${stepsOf(most)} in one group`, value: medianMs(alone, 25), unit: 'ms' },
  ];
}

/** Estimators that merge nothing, at 1,024 × 64: the four slowest one by one and together, which no other four exceed. */
function linearRows(estimators: readonly EstimatorPlugin[]): SpeedRow[] {
  const shape = { nTraj: 1_024, maxLen: MAX_LEN, groupSize: GROUP };
  const slowest = estimators
    .map((plugin) => ({ id: plugin.id, ms: medianMs(pricing(plugin, shape), 25) }))
    .sort((a, b) => b.ms - a.ms)
    .slice(0, 4);
  return [
    ...slowest.map(({ id, ms }): SpeedRow => ({ name: `${id}, 1,024 × 64`, value: ms, unit: 'ms' })),
    { name: `these four, the slowest of ${estimators.length} linear-time estimators, 1,024 × 64`, value: slowest.reduce((sum, { ms }) => sum + ms, 0), unit: 'ms' },
  ];
}
