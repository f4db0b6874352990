import { columnsFor } from '../core/batch/columns-for';
import { importLog } from '../core/batch/log-import';
import { guessRoles, rolesOf } from '../core/batch/log-roles';
import { LogError, problemText } from '../core/batch/log-table';
import { readLog } from '../core/batch/log-text';
import { ClosedFormBatch } from '../core/batch/closed-form-batch';
import { LearnedRows, type LearnedColumns } from '../core/batch/learned-columns';
import { TableBatch } from '../core/batch/table-batch';
import { freshBuffer } from '../core/batch/workspace';
import type { Batch, ColumnSource } from '../core/contracts/columns';
import type { Table } from '../core/contracts/scenario';
import { completeParameters } from '../core/contracts/parameters';
import { readPreset, presetIds } from '../core/experiment/presets';
import { learnerStream, readsValue, resolveSpec, type ClosedFormExperiment, type Experiment } from '../core/experiment/resolve';
import { readSpec, type ExperimentSpec, type Preset } from '../core/experiment/spec';
import { normalDraws } from '../core/math/normal';
import { evaluatePolicy } from '../core/mdp/exact';
import { softmaxPolicy } from '../core/mdp/policy';
import { rollout } from '../core/mdp/rollout';
import { suggestion, type PluginSet } from '../core/plugin-set';
import type { CompiledScheme } from '../core/scheme/compile-scheme';
import { ExactValue } from '../core/scheme/exact-value';
import { EMPTY_SIDE, priceBatch } from '../core/scheme/price-batch';
import { rolloutCsv } from '../export/csv';
import { rolloutJsonLines } from '../export/jsonl';
import { pricedLog, type NamedAdvantage } from '../export/priced-log';
import { groupLabels, type RolloutTable } from '../export/rollout-table';
import { learnColumns } from '../worker/learn-columns';
import { readArguments, UsageError } from './arguments';
import { writeWhole } from './write-whole';

export interface ExportDeps {
  readonly plugins: PluginSet;
  readonly loadPreset: (id: string) => Promise<Preset | undefined>;
  /** Text of a file, or of standard input for `-`; throws `UsageError` where there is none. */
  readonly readText: (path: string) => string;
}

export interface ExportResult {
  readonly files: readonly string[];
  readonly trajectories: number;
  readonly steps: number;
  /** Schemes of an experiment, or estimators of a log. */
  readonly priced: readonly string[];
  /** What was left out or could not be priced, with its reason. */
  readonly notes: readonly string[];
}

/** How each format is written. */
const FORMATS: Readonly<Record<string, { readonly text: (table: RolloutTable) => string }>> = {
  csv: { text: rolloutCsv },
  jsonl: { text: rolloutJsonLines },
};

/**
 * `lab export PRESET|FILE --to csv|jsonl --out DIR`: rollouts with rewards and advantages.
 *
 * A preset or a spec gives the batch of its starting policy, with the exact advantage and reward and advantage of every
 * scheme. Any other file is a log of rollouts, priced under `--estimators` (all that can read it, unless given).
 * Throws `UsageError`, naming the argument, for what cannot be read; then nothing is written.
 */
export async function exportRollouts(argv: readonly string[], deps: ExportDeps): Promise<ExportResult> {
  const args = readArguments(argv, ['to', 'out', 'estimators'], ['json']);
  const [target, ...rest] = args.positional;
  if (target === undefined) throw new UsageError('export: give a preset or a file. `lab list presets` names the presets.');
  if (rest.length > 0) throw new UsageError(`export: one source at a time; "${rest[0]}" is a second one.`);
  const to = args.one('to');
  const formats = Object.keys(FORMATS);
  if (to === undefined || !Object.hasOwn(FORMATS, to)) throw new UsageError(`--to${to === undefined ? '' : ` ${to}`}: expected one of ${formats.join(', ')}.`);
  const out = args.one('out');
  if (out === undefined || out === '') throw new UsageError('--out needs a folder.');
  const { table, priced, notes } = await tableOf(target, args.one('estimators'), deps);
  const name = target === '-' ? 'rollouts' : target.replace(/^.*[\\/]/, '').replace(/\.[a-z]+$/i, '');
  const files = writeWhole(out, { [`${name}.${to}`]: FORMATS[to].text(table) });
  return { files, trajectories: table.nTraj, steps: table.length.reduce((a, b) => a + b, 0), priced, notes };
}

type Source = { readonly table: RolloutTable } & Pick<ExportResult, 'priced' | 'notes'>;

async function tableOf(target: string, estimators: string | undefined, deps: ExportDeps): Promise<Source> {
  const preset = await deps.loadPreset(target);
  if (preset) return ofExperiment(preset.spec, estimators, deps);
  if (target !== '-' && !/[./\\]/.test(target)) {
    throw new UsageError(`export: there is no preset "${target}".${suggestion(target, presetIds())} Presets: ${presetIds().join(', ')}.`);
  }
  const text = deps.readText(target);
  const spec = specIn(text, target);
  return spec ? ofExperiment(spec, estimators, deps) : ofLog(text, target, estimators, deps.plugins);
}

/** The experiment in a file: a spec or a preset. Null where the file is something else. */
function specIn(text: string, target: string): ExperimentSpec | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if ('spec' in value && 'library' in value) {
    try {
      return readPreset(value).spec;
    } catch (error) {
      throw new UsageError(`${target}: ${(error as Error).message}`);
    }
  }
  if (!('schemes' in value && 'scenario' in value)) return null;
  const read = readSpec(value);
  if ('problems' in read) throw new UsageError(`${target}: ${read.problems[0].field}: ${read.problems[0].message}`);
  return read.spec;
}

/** A batch and what is known of its steps and states beside its prices. */
interface Played {
  readonly batch: Batch;
  readonly steps: Record<string, ArrayLike<number>>;
  readonly states: Record<string, ArrayLike<number>>;
  /** V of a scheme's reward before anything was learned. */
  readonly valueOf: (scheme: CompiledScheme) => Float64Array | null;
  /** What models learned of its steps; null where no scheme reads it. */
  readonly columns: ColumnSource | null;
}

/** The batch of the view's size that the starting policy makes, as the page shows it first. */
async function ofExperiment(spec: ExperimentSpec, estimators: string | undefined, { plugins }: ExportDeps): Promise<Source> {
  if (estimators !== undefined) throw new UsageError('--estimators goes with a log; the schemes of an experiment name their own.');
  const resolved = resolveSpec(spec, plugins);
  const { batch, steps, states, valueOf: value, columns } = resolved.table === null ? playedInClosedForm(resolved) : playedOnTable(resolved, (await learnColumns(resolved))?.columns[0] ?? null);
  const notes = resolved.failures.map(({ scheme, message }) => `${spec.schemes[scheme].name}: ${message}`);
  const priced: string[] = [];
  resolved.schemes.forEach((scheme, k) => {
    if (!scheme) return;
    const { name } = spec.schemes[k];
    const { reward, advantage } = priceBatch(batch, scheme, { ...EMPTY_SIDE, value: value(scheme), columns });
    steps[`reward.${name}`] = reward;
    steps[`advantage.${name}`] = advantage;
    priced.push(name);
  });
  const rollouts: RolloutTable = {
    nTraj: batch.nTraj,
    maxLen: batch.maxLen,
    length: batch.length,
    group: groupLabels(batch),
    trajectories: {
      outcome: batch.column('outcome', 'trajectory') as Float64Array,
      terminated: Array.from(batch.column('terminated', 'trajectory') as Float64Array, (x) => x === 1),
    },
    steps,
    states,
  };
  return { table: rollouts, priced, notes };
}

function playedOnTable({ table, initialLogits, spec }: Experiment, learned: LearnedColumns | null): Played {
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const values = evaluatePolicy(table, policy.probability, table.metrics[table.truth]);
  const stream = learnerStream(spec.training, 0, 0);
  const options = { ...stream, nTraj: spec.view.trajectories, groupSize: spec.training.groupSize };
  const batch = new TableBatch(table, rollout(table, policy.threshold, options), {
    behaviour: policy.logProbability,
    reference: policy.logProbability,
    belief: values.value,
    playOn: { threshold: policy.threshold, stream },
  });
  return {
    batch,
    steps: {
      action: batch.column('action', 'step-id') as Int32Array,
      logProbs: batch.column('logProbs', 'step') as Float64Array,
      exact: batch.gatherExact(values.advantage),
    },
    states: { state: batch.column('state', 'state-id') as Int32Array },
    valueOf: (scheme) => (readsValue(scheme) ? valueOf(scheme, table, policy.probability) : null),
    columns: learned && new LearnedRows(learned, (perRow) => batch.gatherRow(perRow)),
  };
}

/** States are points here and the action is where to go next: both leave as two numbers. */
function playedInClosedForm({ scenario, worlds, spec }: ClosedFormExperiment): Played {
  const world = worlds.of(spec.training.seeds.first);
  const play = world.play(world.start, normalDraws(learnerStream(spec.training, 0, 0), spec.view.trajectories, world.draws));
  const { nTraj, steps: T, point } = play;
  const states = (d: number) => Float64Array.from({ length: nTraj * (T + 1) }, (_, k) => point[2 * k + d]);
  const actions = (d: number) => Float64Array.from({ length: nTraj * T }, (_, k) => point[2 * (k + Math.floor(k / T) + 1) + d]);
  return {
    batch: new ClosedFormBatch(scenario, world, play, spec.training.groupSize),
    steps: { actionX: actions(0), actionY: actions(1), logProbs: play.logProbability, exact: play.advantage },
    states: { x: states(0), y: states(1) },
    valueOf: () => null,
    columns: null,
  };
}

/** V of a scheme's reward before anything was learned: a learned critic still says 0. */
function valueOf(scheme: CompiledScheme, table: Table, policy: Float64Array): Float64Array | null {
  if (scheme.spec.value === 'zero') return null;
  return scheme.spec.value === 'exact' ? new ExactValue(scheme, table).evaluate(policy) : new Float64Array(table.S);
}

/** A log under every estimator asked for, at its default parameters. */
function ofLog(text: string, target: string, wanted: string | undefined, plugins: PluginSet): Source {
  try {
    const log = readLog(text);
    const known = plugins.list('estimator').flatMap(({ needs }) => Object.keys(needs));
    const imported = importLog(log, { roles: rolesOf(guessRoles(log, known)), badRows: 'skip' });
    const notes = imported.problems.map(problemText);
    const ids = wanted === undefined ? plugins.list('estimator').map(({ id }) => id) : wanted.split(',').map((id) => id.trim());
    const advantages: NamedAdvantage[] = [];
    for (const id of ids) {
      const plugin = plugins.get('estimator', id);
      const { values } = completeParameters(plugin.params, {});
      try {
        const columns = columnsFor(plugin, values, imported.batch);
        const { advantage } = plugin.estimate(columns as never, values as never, { buffer: freshBuffer, state: undefined, iteration: 0, detail: false });
        advantages.push({ name: id, advantage });
      } catch (error) {
        if (wanted !== undefined) throw new UsageError(`--estimators ${id}: ${(error as Error).message}`);
      }
    }
    return { table: pricedLog(imported, advantages), priced: advantages.map(({ name }) => name), notes };
  } catch (error) {
    throw error instanceof LogError ? new UsageError(`${target}: ${error.message}`) : error;
  }
}
