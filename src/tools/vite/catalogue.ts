import { runnerImport } from 'vite';
import type { PluginKind, PluginSet } from '../../core/plugin-set';
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
  /** Makes the numbers that a reference page shows. */
  readonly live: LiveReference;
}

export type LiveReference = Pick<typeof import('../../core/reference/live'), 'liveFigures' | 'provenanceWords'>;

export const kinds = ['scenario', 'reward', 'estimator', 'objective'] as const satisfies readonly PluginKind[];

/** What a page learns only when it loads the plug-in itself, or never. */
const loadedLater = new Set(['kind', 'formula', 'cite', 'useWhen', 'breaksWhen', 'laws', 'reducesTo', 'examples']);

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
  return { catalogue, formulas, plugins, live };
}

function declared(plugin: object): CatalogueEntry {
  return JSON.parse(
    JSON.stringify(Object.fromEntries(Object.entries(plugin).filter(([key, value]) => !loadedLater.has(key) && typeof value !== 'function'))),
  ) as CatalogueEntry;
}
