import { setAt, valueAt, PointerError, type Json } from '../codec/difference';
import { completeParameters, type Parameters, type StoredValues } from '../core/contracts/parameters';
import { resolveSpec, type Resolved } from '../core/experiment/resolve';
import { readSpec, type ExperimentSpec } from '../core/experiment/spec';
import { expectedMetrics, occupancy } from '../core/mdp/occupancy';
import { softmaxPolicy } from '../core/mdp/policy';
import { suggestion, type PluginSet } from '../core/plugin-set';
import { MAX_SCHEMES, OPTIONAL_KEYS } from '../core/scheme/scheme-spec';
import type { FamilyOptions } from '../worker/policy-family';
import { Training } from '../worker/training-loop';
import { readArguments, UsageError } from './arguments';
import { chosen, openTarget, type Source, type TargetDeps } from './target';

export interface RunDeps extends TargetDeps {
  readonly now: () => number;
  readonly engines?: FamilyOptions;
  /** Called now and then with the number of finished updates and of all; for a line on standard error. */
  readonly progress?: (done: number, all: number) => void;
}

/** One metric of one scheme at one iteration, over seeds. */
export interface MetricSummary {
  readonly mean: number;
  /** With n − 1; 0 for a single seed. */
  readonly sd: number;
  /** In the order of the seeds. */
  readonly values: readonly number[];
}

export interface RunResult {
  /** Id of the preset, or the file or link as it was given. */
  readonly preset: string;
  /** The experiment with all parameters written out, and the schemes that ran, at most six of them. */
  readonly spec: ExperimentSpec;
  readonly schemes: Readonly<Record<string, { readonly metrics: Readonly<Record<string, MetricSummary>> }>>;
  readonly iterations: number;
  readonly engine: string;
  readonly envStepsPerSecond: number;
}

/**
 * `lab run PRESET|FILE|LINK`: trains every scheme (or those of `--scheme`) under every seed without a page, and
 * reports every metric of the scenario, exact, of the policies after the iterations of `--at`.
 *
 * `--set KEY=VALUE` takes a knob of the preset or a JSON Pointer into the spec with all parameters written out.
 * Throws `UsageError`, naming the field, for what cannot be read.
 */
export async function run(argv: readonly string[], deps: RunDeps): Promise<RunResult> {
  const args = readArguments(argv, ['scheme', 'seeds', 'set', 'at', 'engine'], ['json']);
  const [target, ...rest] = args.positional;
  if (target === undefined) throw new UsageError('run: give a preset, a file or a link. `lab list presets` names the presets.');
  if (rest.length > 0) throw new UsageError(`run: one experiment at a time; "${rest[0]}" is a second one.`);
  const found = await openTarget('run', target, deps);
  const set = applyChanges(writtenOut(found, deps.plugins), args.all('set'));
  const schemes = chosen(set, args.all('scheme').flatMap((names) => names.split(',')));
  const { training } = set.spec;
  const at = args.one('at') === undefined ? [training.iterations] : iterationsOf(args.one('at')!);
  const spec: ExperimentSpec = {
    ...set.spec,
    schemes: schemes.map((scheme) => ({ ...scheme, muted: false })),
    training: {
      ...training,
      iterations: Math.max(1, ...at),
      seeds: args.one('seeds') === undefined ? training.seeds : seedsOf(args.one('seeds')!),
      engine: engineOf(args.one('engine') ?? training.engine),
    },
  };
  return { preset: target, ...(await trainHeadless(spec, at, deps)) };
}

/** Trains a spec with any number of schemes and evaluates the policies exactly after each iteration of `at`. */
export async function trainHeadless(
  spec: ExperimentSpec,
  at: readonly number[],
  deps: Pick<RunDeps, 'plugins' | 'now' | 'engines' | 'progress'>,
): Promise<Omit<RunResult, 'preset'>> {
  const schemes: Record<string, { metrics: Record<string, MetricSummary> }> = {};
  const all = spec.schemes.length * spec.training.seeds.count * spec.training.iterations;
  let steps = 0;
  let milliseconds = 0;
  let done = 0;
  let engine = '';
  for (let from = 0; from < spec.schemes.length; from += MAX_SCHEMES) {
    const part = checked({ ...spec, schemes: spec.schemes.slice(from, from + MAX_SCHEMES) }, deps.plugins);
    const training = await Training.start(part, { ...deps.engines, plugins: deps.plugins, now: deps.now, figures: false });
    engine = training.engine.name;
    const wanted = [...new Set(at)].sort((a, b) => a - b);
    for (const iteration of wanted) {
      while (training.learners.some((learner) => learner.iteration < iteration)) {
        const report = await training.iterate();
        const [failure] = report?.failures ?? [];
        if (!report || failure) throw new Error(failure?.message ?? 'Training ended early.');
        steps += report.environmentSteps;
        milliseconds += report.milliseconds;
        done += report.learners.length;
        deps.progress?.(done, all);
      }
      await evaluate(training, iteration, schemes);
    }
    training.dispose();
  }
  const iterations = Math.max(...at);
  const envStepsPerSecond = milliseconds > 0 ? Math.round((1000 * steps) / milliseconds) : 0;
  return { spec: { ...spec, schemes: spec.schemes.slice(0, MAX_SCHEMES) }, schemes, iterations, engine, envStepsPerSecond };
}

/** Adds `metric@iteration` of every scheme to `into`. */
async function evaluate(training: Training, iteration: number, into: Record<string, { metrics: Record<string, MetricSummary> }>): Promise<void> {
  const { resolved } = training;
  const policies = await training.policies();
  resolved.spec.schemes.forEach((scheme, k) => {
    const byName: Record<string, number[]> = {};
    training.learners.forEach((learner, position) => {
      if (learner.schemeNumber !== k) return;
      const metrics = exactMetrics(resolved, learner.seedIndex, policies[position]);
      for (const [name, value] of Object.entries(metrics)) (byName[name] ??= []).push(value);
    });
    const { metrics } = (into[scheme.name] ??= { metrics: {} });
    for (const [name, values] of Object.entries(byName)) metrics[`${name}@${iteration}`] = summary(values);
  });
}

/** Every metric of the scenario under a learner's policy, exact. */
function exactMetrics(resolved: Resolved, seedIndex: number, policy: Float64Array): Record<string, number> {
  if (resolved.table === null) return resolved.worlds.of(resolved.spec.training.seeds.first + seedIndex).metrics(policy);
  const { probability } = softmaxPolicy(policy, resolved.table.S, resolved.table.A);
  return expectedMetrics(resolved.table, probability, occupancy(resolved.table, probability).visits);
}

/** Mean, spread and values of one metric over seeds. */
export function summary(values: readonly number[]): MetricSummary {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const squares = values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0, values };
}

/** The source with every parameter of every plug-in written out, so that a JSON Pointer can name it. */
function writtenOut({ spec, library, knobs }: Source, plugins: PluginSet): Source {
  const complete = (parameters: Parameters, stored: StoredValues) => ({ ...completeParameters(parameters, stored, { clamp: false }).values });
  const schemeWritten = (scheme: ExperimentSpec['schemes'][number]) => {
    const linked = (parameters: Parameters, stored: StoredValues) => {
      const values = complete(parameters, stored);
      for (const [key, parameter] of Object.entries(parameters)) {
        if (scheme.gammaLinked && parameter.kind === 'number' && parameter.shared === 'gamma') values[key] = scheme.gamma;
      }
      return values;
    };
    return {
      ...scheme,
      terms: scheme.terms.map((term) => ({ ...term, params: linked(plugins.get('reward', term.reward).params, term.params) })),
      estimator: { ...scheme.estimator, params: linked(plugins.get('estimator', scheme.estimator.id).params, scheme.estimator.params) },
    };
  };
  const { scenario, training } = spec;
  return {
    knobs,
    library: library.map(schemeWritten),
    spec: {
      ...spec,
      scenario: { ...scenario, params: complete(plugins.get('scenario', scenario.id).params, scenario.params) },
      schemes: spec.schemes.map(schemeWritten),
      training: { ...training, objective: { ...training.objective, params: complete(plugins.get('objective', training.objective.id).params, training.objective.params) } },
    },
  };
}

function applyChanges(source: Source, changes: readonly string[]): Source {
  let { library } = source;
  let root = source.spec as unknown as Json;
  for (const change of changes) {
    const equals = change.indexOf('=');
    if (equals < 1) throw new UsageError(`--set ${change}: expected KEY=VALUE.`);
    const key = change.slice(0, equals);
    const value = valueOf(change.slice(equals + 1));
    const knob = Object.hasOwn(source.knobs, key) ? source.knobs[key] : undefined;
    if (!knob && !key.startsWith('/')) {
      const knobs = Object.keys(source.knobs);
      throw new UsageError(`--set ${key}: there is no such knob.${suggestion(key, knobs)} Knobs: ${knobs.join(', ') || 'none'}. Or give a JSON Pointer such as /training/learningRate.`);
    }
    for (const pointer of knob ?? [key]) {
      try {
        const inLibrary = pointer.startsWith('/library/');
        const place = inLibrary ? pointer.slice('/library'.length) : pointer;
        const tree = inLibrary ? (library as unknown as Json) : root;
        valueAt(tree, mayBeMissing(place) ? place.slice(0, place.lastIndexOf('/')) : place);
        const changed = setAt(tree, place, value);
        if (inLibrary) library = changed as unknown as typeof library;
        else root = changed;
      } catch (error) {
        if (error instanceof PointerError) throw new UsageError(`--set ${key}: ${error.message}`);
        throw error;
      }
    }
  }
  return { ...source, library, spec: root as unknown as ExperimentSpec };
}

/** Whether a pointer may name a key that the spec does not hold yet; its parent must be there. */
function mayBeMissing(place: string): boolean {
  return place.startsWith('/') && OPTIONAL_KEYS.includes(place.slice(place.lastIndexOf('/') + 1));
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function seedsOf(text: string): { first: number; count: number } {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!match || last < first) throw new UsageError(`--seeds ${text}: expected A-B with A ≤ B, such as 0-19.`);
  return { first, count: last - first + 1 };
}

function iterationsOf(text: string): number[] {
  const at = text.split(',').map(Number);
  const bad = at.findIndex((k) => !Number.isInteger(k) || k < 0);
  if (bad >= 0 || text.trim() === '') throw new UsageError(`--at ${text}: expected iterations such as 50,300.`);
  return at;
}

/** `auto` is TypeScript here: without a page there is nothing to compare it with. */
function engineOf(name: string): 'ts' | 'wasm' | 'webgpu' {
  if (name === 'auto') return 'ts';
  if (name === 'ts' || name === 'wasm' || name === 'webgpu') return name;
  throw new UsageError(`--engine ${name}: expected ts, wasm or webgpu.`);
}

/** Refuses a spec that the page would have to bend: outside the schema, or with parameters outside their limits. */
function checked(spec: ExperimentSpec, plugins: PluginSet): ExperimentSpec {
  const read = readSpec(spec);
  if ('problems' in read) throw new UsageError(`${read.problems[0].field}: ${read.problems[0].message}`);
  const { failures, problems } = resolveSpec(read.spec, plugins);
  if (problems.length > 0) throw new UsageError(`${problems[0].field}: ${problems[0].message}`);
  if (failures.length > 0) throw new UsageError(`/schemes/${failures[0].scheme}: ${failures[0].message}`);
  return read.spec;
}
