/**
 * What could be chosen for a scheme, and why not: every plug-in of a kind is loaded and tried on the batch
 * on screen, so that a reason is the very message that pricing would give.
 */
import { LEARNED_COLUMNS, type LearnedColumns } from '../core/batch/learned-columns';
import { Workspace } from '../core/batch/workspace';
import { knownIds, loadPlugins } from '../core/on-demand';
import type { ObjectivePlugin } from '../core/contracts/objective';
import type { Parameters } from '../core/contracts/parameters';
import type { Provenance } from '../core/contracts/plugin';
import type { Table } from '../core/contracts/scenario';
import { compileScheme } from '../core/scheme/compile-scheme';
import type { SchemeSpec, TermSpec } from '../core/scheme/scheme-spec';
import { priceScheme } from './priced-scheme';
import type { Lab } from './lab.svelte';

export interface PluginChoice {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly family: string;
  readonly provenance: Provenance;
  /** Why it cannot be chosen here; null when it can. */
  readonly reason: string | null;
}

export interface RewardChoice extends PluginChoice {
  /** The term as it would be added. */
  readonly term: TermSpec;
}

/** Maps a list in slices of some milliseconds, between which the page may draw and answer. */
async function inSlices<T, U>(list: readonly T[], make: (item: T) => U): Promise<U[]> {
  const made: U[] = [];
  let from = performance.now();
  for (const item of list) {
    made.push(make(item));
    if (performance.now() - from < 12) continue;
    await new Promise((next) => setTimeout(next));
    from = performance.now();
  }
  return made;
}

export class PluginChoices {
  readonly #lab: Lab;
  readonly #workspace = new Workspace();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  async estimators(scheme: number): Promise<PluginChoice[]> {
    const { plugins, experiment } = this.#lab;
    await loadPlugins(plugins, knownIds('estimator').map((id) => ['estimator', id] as const));
    const spec = experiment.spec.schemes[scheme] as SchemeSpec;
    return inSlices(plugins.list('estimator'), ({ id, title, summary, family, provenance }) => {
      const params = id === spec.estimator.id ? spec.estimator.params : {};
      return { id, title, summary, family, provenance, reason: this.whyNot({ ...spec, estimator: { id, params } }, scheme) };
    });
  }

  /** Every objective, loaded: each runs on every batch. */
  async objectives(): Promise<readonly ObjectivePlugin[]> {
    const { plugins } = this.#lab;
    await loadPlugins(plugins, knownIds('objective').map((id) => ['objective', id] as const));
    return plugins.list('objective');
  }

  async rewards(scheme: number): Promise<RewardChoice[]> {
    const { plugins, experiment } = this.#lab;
    await loadPlugins(plugins, knownIds('reward').map((id) => ['reward', id] as const));
    const spec = experiment.spec.schemes[scheme] as SchemeSpec;
    return inSlices(plugins.list('reward'), ({ id, title, summary, category, provenance, params, outsideGate }) => {
      const term: TermSpec = { reward: id, label: '', weight: 1, params: this.#named(params), gated: spec.gate !== null && !outsideGate };
      // Tried alone: what else the scheme pays, and where its V comes from, is no matter of this term.
      const alone: SchemeSpec = { ...spec, terms: [{ ...term, gated: false }], gate: null, value: 'zero' };
      return { id, title, summary, family: category, provenance, term, reason: this.whyNot(alone, scheme) };
    });
  }

  /** Why a scheme cannot be priced on the batch on screen. */
  whyNot(spec: SchemeSpec, scheme: number): string | null {
    const shown = this.#lab.whatIf.scene;
    // A reward that is still to be learned is no reason against choosing it.
    const scene = shown.table === null ? shown : { ...shown, learned: { ...unlearned(shown.table), ...shown.learned } };
    try {
      const compiled = compileScheme(spec, this.#lab.plugins, scene.table, { clamp: true });
      priceScheme(scene, compiled, scheme, this.#workspace, new Float64Array(scene.gradient.length));
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      this.#workspace.releaseAll();
    }
  }

  /** Names that the scenario has, where a parameter's default names one that it lacks. */
  #named(parameters: Parameters): Record<string, unknown> {
    const { table, scenario } = this.#lab.whatIf.scene;
    const signals = table?.signals ?? scenario.signals;
    const stateTables = table?.stateTables ?? {};
    const params: Record<string, unknown> = {};
    const [signal] = Object.keys(signals);
    const [stateTable] = Object.keys(stateTables);
    for (const [key, parameter] of Object.entries(parameters)) {
      if (parameter.kind === 'signal' && signal !== undefined && !Object.hasOwn(signals, parameter.default)) params[key] = signal;
      if (parameter.kind === 'weights' && signal !== undefined && Object.keys(parameter.default).some((name) => !Object.hasOwn(signals, name))) {
        params[key] = { [signal]: 1 };
      }
      if (parameter.kind === 'state-table' && stateTable !== undefined && typeof parameter.default === 'string' && !Object.hasOwn(stateTables, parameter.default)) {
        params[key] = stateTable;
      }
      // Without states to number, a term that can reads the distances along the trajectory instead.
      if (parameter.kind === 'state-table' && table === null) params[key] = [];
      if (parameter.kind === 'json' && parameter.suited) params[key] = parameter.suited(Object.keys(signals));
    }
    return params;
  }
}

/** What models would learn, all zeros. */
function unlearned({ rows }: Table): LearnedColumns {
  return Object.fromEntries(LEARNED_COLUMNS.map((name) => [name, new Float64Array(rows)]));
}
