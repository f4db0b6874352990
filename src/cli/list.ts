import { allMeasures } from '../core/all-measures';
import type { PluginKind, PluginSet } from '../core/plugin-set';
import type { Preset } from '../core/experiment/spec';
import { UsageError } from './arguments';

const KINDS: Readonly<Record<string, PluginKind>> = {
  scenarios: 'scenario',
  rewards: 'reward',
  estimators: 'estimator',
  objectives: 'objective',
};

/** `lab list KIND`: what there is, with parameters and what each reads. */
export function list(kind: string | undefined, plugins: PluginSet, presets: readonly Preset[]): unknown {
  if (kind === 'presets') {
    return presets.map(({ id, revision, question, watch, knobs, spec, library }) => ({
      id,
      revision,
      question,
      watch,
      scenario: spec.scenario.id,
      schemes: [...spec.schemes, ...library].map((scheme) => scheme.name),
      knobs,
    }));
  }
  if (kind === 'measures') {
    return [...allMeasures().values()]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, title, summary, provenance, params, inputs, outputs }) => ({ id, title, summary, provenance, params: withoutFunctions(params), inputs, outputs }));
  }
  if (kind === undefined || !Object.hasOwn(KINDS, kind)) {
    throw new UsageError(`list ${kind ?? ''}: expected one of ${Object.keys(KINDS).join(', ')}, measures, presets.`);
  }
  return plugins.list(KINDS[kind]).map((plugin) => {
    const { id, title, summary, provenance, params } = plugin;
    const shown = { id, title, summary, provenance, params: withoutFunctions(params) };
    if (plugin.kind === 'estimator') return { ...shown, family: plugin.family, needs: plugin.needs, flavours: Object.keys(plugin.flavours) };
    if (plugin.kind === 'reward') return { ...shown, category: plugin.category, needs: plugin.needs, flavours: Object.keys(plugin.flavours) };
    if (plugin.kind === 'scenario') {
      const { world, question, signals, metrics } = plugin;
      const common = { ...shown, world, question, signals, metrics };
      return plugin.world === 'table' ? { ...common, stateTables: plugin.stateTables, actions: plugin.actionNames } : { ...common, facts: plugin.facts };
    }
    return shown;
  });
}

function withoutFunctions(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
