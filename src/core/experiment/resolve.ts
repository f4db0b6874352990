import { MissingColumnError } from '../batch/columns-for';
import type { ObjectivePlugin } from '../contracts/objective';
import { completeParameters, type Parameters, type StoredValues } from '../contracts/parameters';
import { noTable, type ContinuousScenario, type ScenarioPlugin, type Table, type TableScenario } from '../contracts/scenario';
import { spreadShared } from '../mdp/shared-logits';
import { noPrefix } from '../mdp/token-prefix';
import { UnknownPluginError, type PluginKind, type PluginSet } from '../plugin-set';
import { compileScheme, type CompiledScheme } from '../scheme/compile-scheme';
import { whyNoExactValue } from '../scheme/exact-value';
import type { SchemeSpec } from '../scheme/scheme-spec';
import { ClosedFormWorlds } from './closed-form-worlds';
import type { ExperimentSpec, SpecProblem, TrainingSpec } from './spec';

/** Why a scheme of an experiment cannot be priced. */
export interface SchemeFailure {
  readonly scheme: number;
  readonly code: 'missing-column' | 'unknown-plugin' | 'unreadable-spec';
  readonly message: string;
}

/** A spec with everything that it names found, completed and compiled, whatever its world is made of. */
interface ResolvedSpec {
  readonly spec: ExperimentSpec;
  readonly scenarioParams: Record<string, unknown>;
  /** By scheme number; null where `failures` says why. `value` is `learned` where an exact one was asked for and does not exist. */
  readonly schemes: readonly (CompiledScheme | null)[];
  readonly failures: readonly SchemeFailure[];
  readonly objective: ObjectivePlugin;
  readonly objectiveParams: Record<string, unknown>;
  /** Parameter values that were clamped or replaced, by field of the spec. */
  readonly problems: readonly SpecProblem[];
}

/** An experiment on a table. */
export interface Experiment extends ResolvedSpec {
  readonly scenario: TableScenario;
  readonly table: Table;
  /** [S·A] logits of the starting policy; states that share theirs start with those of the first. */
  readonly initialLogits: Float64Array;
}

/** An experiment in closed form: no table, and to each learner its own instance of the scenario. */
export interface ClosedFormExperiment extends ResolvedSpec {
  readonly scenario: ContinuousScenario;
  readonly table: null;
  readonly worlds: ClosedFormWorlds;
}

export type Resolved = Experiment | ClosedFormExperiment;

/** Every plug-in that a spec names, once each; `loadPlugins` takes the list. */
export function wantedPlugins(spec: ExperimentSpec): (readonly [PluginKind, string])[] {
  const wanted = new Map<string, readonly [PluginKind, string]>();
  const want = (kind: PluginKind, id: string) => wanted.set(`${kind}/${id}`, [kind, id]);
  want('scenario', spec.scenario.id);
  want('objective', spec.training.objective.id);
  for (const scheme of spec.schemes) {
    want('estimator', scheme.estimator.id);
    for (const term of scheme.terms) want('reward', term.reward);
  }
  return [...wanted.values()];
}

/**
 * Compiles a spec. Parts of `previous` that the spec leaves as they were are kept: the table or the closed form while the
 * scenario stays, a compiled scheme while its own spec stays.
 *
 * A scheme that cannot be compiled is null and has a failure with its reason; the others are not
 * affected. Throws `UnknownPluginError` for the scenario or the objective, what the scenario's table throws, and a sentence where the
 * policy or the objective is not for such a scenario.
 */
export function resolveSpec(spec: ExperimentSpec, plugins: PluginSet, previous: Resolved | null = null): Resolved {
  const problems: SpecProblem[] = [];
  const complete = (parameters: Parameters, stored: StoredValues, field: string) => {
    const { values, problems: found } = completeParameters(parameters, stored);
    for (const { key, message } of found) problems.push({ field: `${field}/${key}`, message });
    return values;
  };
  const scenario = plugins.get('scenario', spec.scenario.id);
  const scenarioParams = complete(scenario.params, spec.scenario.params, '/scenario/params');
  const objective = plugins.get('objective', spec.training.objective.id);
  const objectiveParams = complete(objective.params, spec.training.objective.params, '/training/objective/params');
  refuseMismatch(scenario, spec.training);
  const same = previous && previous.scenario === scenario && sameJson(previous.scenarioParams, scenarioParams) ? previous : null;
  const world = worldOf(scenario, scenarioParams, same);
  if (spec.training.policy.kind === 'transformer' && world.table && !world.table.prefix) throw new Error(noPrefix(scenario.title));
  const failures: SchemeFailure[] = [];
  const schemes = spec.schemes.map((scheme, k) => {
    const kept = same && sameJson(same.spec.schemes[k], scheme) ? same.schemes[k] : null;
    try {
      const compiled = kept ?? (world.table ? compileWithValue(scheme, plugins, world.table) : compileWithoutTable(scheme, plugins, world.scenario));
      for (const { field, message } of compiled.problems) problems.push({ field: `/schemes/${k}${field}`, message });
      return compiled;
    } catch (error) {
      failures.push({ scheme: k, code: failureCode(error), message: error instanceof Error ? error.message : String(error) });
      return null;
    }
  });
  return { spec, ...world, scenarioParams, schemes, failures, objective, objectiveParams, problems };
}

/** `resolveSpec` for what is done on tables alone: throws a sentence for a scenario in closed form. */
export function resolveExperiment(spec: ExperimentSpec, plugins: PluginSet, previous: Experiment | null = null): Experiment {
  const resolved = resolveSpec(spec, plugins, previous);
  if (resolved.table === null) throw new Error(noTable(resolved.scenario, 'table to work on'));
  return resolved;
}

type World = Pick<Experiment, 'scenario' | 'table' | 'initialLogits'> | Pick<ClosedFormExperiment, 'scenario' | 'table' | 'worlds'>;

function worldOf(scenario: ScenarioPlugin, params: Record<string, unknown>, same: Resolved | null): World {
  if (scenario.world === 'closed-form') {
    return { scenario, table: null, worlds: same?.table === null ? same.worlds : new ClosedFormWorlds(scenario, params) };
  }
  if (same?.table) return { scenario, table: same.table, initialLogits: same.initialLogits };
  const table = scenario.table(params as never);
  const initialLogits = scenario.initialLogits?.(params as never) ?? new Float64Array(table.S * table.A);
  spreadShared(table, initialLogits);
  return { scenario, table, initialLogits };
}

/** A Gaussian policy and a scenario in closed form go together, and REINFORCE with them. */
function refuseMismatch({ world, title }: ScenarioPlugin, { policy, objective }: TrainingSpec): void {
  const isGaussian = policy.kind === 'gaussian';
  if (world === 'table' && isGaussian) throw new Error(`${title} is a table and takes a table of logits or a neural network; its policy is "gaussian".`);
  if (world === 'table') return;
  if (!isGaussian) throw new Error(`${title} is continuous and has a Gaussian policy of its own; its policy is "${policy.kind}".`);
  if (objective.id !== 'reinforce') throw new Error(`${title} is continuous and is trained by REINFORCE alone; its objective is "${objective.id}".`);
}

/**
 * Where the streams of a learner's batches start. A learner is known by the number of its seed,
 * `seeds.first + index`, and by nothing else: schemes share their luck, and seed 7 meets the same luck
 * whether a run holds seeds 0 to 19 or 5 to 9.
 */
export function learnerStream(
  training: Pick<TrainingSpec, 'seeds'>,
  seedIndex: number,
  iteration: number,
): { readonly seed: number; readonly learner: number; readonly iteration: number } {
  return { seed: 0, learner: training.seeds.first + seedIndex, iteration };
}

/** True when the scheme's estimator reads V. */
export function readsValue({ estimator }: Pick<CompiledScheme, 'estimator'>): boolean {
  return Object.hasOwn(estimator.needs, 'value');
}

function compileWithValue(spec: SchemeSpec, plugins: PluginSet, table: Table): CompiledScheme {
  const compiled = compileScheme(spec, plugins, table);
  if (spec.value !== 'exact' || !readsValue(compiled)) return compiled;
  const message = whyNoExactValue(compiled, table);
  if (message === null) return compiled;
  return { ...compiled, spec: { ...spec, value: 'learned' }, problems: [...compiled.problems, { field: '/value', message }] };
}

function compileWithoutTable(spec: SchemeSpec, plugins: PluginSet, scenario: ContinuousScenario): CompiledScheme {
  const compiled = compileScheme(spec, plugins, null, { clamp: true });
  if (readsValue(compiled) && spec.value !== 'zero') {
    throw new Error(`${compiled.estimator.title} reads V of the scheme's reward. ${noTable(scenario, 'value per state, exact or learned')} Set its V to zero or choose another estimator.`);
  }
  return compiled;
}

function failureCode(error: unknown): SchemeFailure['code'] {
  if (error instanceof MissingColumnError) return 'missing-column';
  if (error instanceof UnknownPluginError) return 'unknown-plugin';
  return 'unreadable-spec';
}

function sameJson(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
