/**
 * Every plug-in at once, for Node: tests, the command line and the build. The page and the worker
 * load what a spec names through `on-demand.ts`.
 */
import { PluginSet, type PluginKind, type PluginKinds } from './plugin-set';

type Modules<T> = Record<string, T>;

const files = {
  scenario: import.meta.glob('./scenarios/*.ts', { eager: true, import: 'default' }) as Modules<PluginKinds['scenario']>,
  reward: import.meta.glob('./rewards/*.ts', { eager: true, import: 'default' }) as Modules<PluginKinds['reward']>,
  estimator: import.meta.glob('./estimators/*.ts', { eager: true, import: 'default' }) as Modules<PluginKinds['estimator']>,
  objective: import.meta.glob('./objectives/*.ts', { eager: true, import: 'default' }) as Modules<PluginKinds['objective']>,
};

/** Every plug-in of the project; throws when a file's stem is not its plug-in's id. */
export function allPlugins(): PluginSet {
  const set = new PluginSet();
  for (const [kind, modules] of Object.entries(files) as [PluginKind, Modules<never>][]) {
    for (const [path, plugin] of Object.entries(modules) as [string, PluginKinds[PluginKind]][]) {
      const stem = path.replace(/^.*\//, '').replace(/\.ts$/, '');
      if (plugin.id !== stem) throw new Error(`${path} declares the id "${plugin.id}"; a plug-in's file is named after its id.`);
      set.add(kind, plugin as never);
    }
  }
  return set;
}
