import { runnerImport } from 'vite';
import type { PluginKind, PluginSet } from '../../core/plugin-set';
import type { MeasurePlugin } from '../../core/contracts/measure';
import type { LoadedMeasure } from './reference-measures.ts';
import { typeset } from './typeset.ts';

export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly [property: string]: unknown;
}
export type Catalogue = Record<PluginKind, CatalogueEntry[]>;

/** Every plug-in, as the build and the reference pages read them. */
export interface LoadedPlugins {
  readonly catalogue: Catalogue;
  /** `kind/id` → MathML of the plug-in's formula. */
  readonly formulas: Record<string, string>;
  readonly plugins: PluginSet;
  /** Comparisons of rewards, which are no plug-ins of a scheme: they have pages and no pickers. */
  readonly measures: readonly LoadedMeasure[];
  /** Makes the numbers that a reference page shows. */
  readonly live: LiveReference;
}

export type LiveReference = Pick<typeof import('../../core/reference/live'), 'liveFigures' | 'provenanceWords'>;

export const kinds = ['scenario', 'reward', 'estimator', 'objective'] as const satisfies readonly PluginKind[];

/** What a page learns only when it loads the plug-in itself, or never. */
const loadedLater = new Set(['kind', 'formula', 'cite', 'useWhen', 'breaksWhen', 'laws', 'reducesTo', 'alsoPublished', 'examples']);

/** Runs the core's registry in Node and reads off what the plug-ins declare. */
export async function loadPlugins(root: string): Promise<LoadedPlugins> {
  const { module } = await runnerImport<{ allPlugins(): PluginSet }>('./src/core/all-plugins.ts', {
    root,
    configFile: false,
    logLevel: 'error',
  });
  const plugins = module.allPlugins();
  const { module: live } = await runnerImport<LiveReference>('./src/core/reference/live.ts', { root, configFile: false, logLevel: 'error' });
  const catalogue = {} as Catalogue;
  const formulas: Record<string, string> = {};
  for (const kind of kinds) {
    catalogue[kind] = [];
    for (const plugin of plugins.list(kind)) {
      catalogue[kind].push(declared(plugin));
      formulas[`${kind}/${plugin.id}`] = typeset(plugin.formula, `${kind} ${plugin.id}`);
    }
  }
  return { catalogue, formulas, plugins, measures: await loadMeasures(root), live };
}

async function loadMeasures(root: string): Promise<LoadedMeasure[]> {
  const options = { root, configFile: false, logLevel: 'error' } as const;
  const { module: registry } = await runnerImport<{ allMeasures(): ReadonlyMap<string, MeasurePlugin> }>('./src/core/all-measures.ts', options);
  const { module: live } = await runnerImport<Pick<typeof import('../../core/reference/live-measures'), 'measureFigures'>>('./src/core/reference/live-measures.ts', options);
  return [...registry.allMeasures().values()].map((plugin) => ({ plugin, formula: typeset(plugin.formula, `measure ${plugin.id}`), figures: live.measureFigures(plugin) }));
}

function declared(plugin: object): CatalogueEntry {
  return JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(plugin).filter(([key, value]) => !loadedLater.has(key) && typeof value !== 'function'))),
  ) as CatalogueEntry;
}
