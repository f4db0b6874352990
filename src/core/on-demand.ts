/** Plug-ins loaded one by one, as a spec names them. */
import { PluginSet, UnknownPluginError, type PluginKind, type PluginKinds } from './plugin-set';

const loaders: Record<PluginKind, Record<string, () => Promise<unknown>>> = {
  scenario: import.meta.glob('./scenarios/*.ts'),
  reward: import.meta.glob('./rewards/*.ts'),
  estimator: import.meta.glob('./estimators/*.ts'),
  objective: import.meta.glob('./objectives/*.ts'),
};

const stemOf = (path: string) => path.replace(/^.*\//, '').replace(/\.ts$/, '');

/** Ids of all plug-ins of a kind, loaded or not. */
export function knownIds(kind: PluginKind): string[] {
  return Object.keys(loaders[kind]).map(stemOf).sort();
}

/** Adds the named plug-ins to `set`, loading each file once. Rejects with `UnknownPluginError`. */
export async function loadPlugins(set: PluginSet, wanted: Iterable<readonly [PluginKind, string]>): Promise<PluginSet> {
  await Promise.all(
    [...wanted].map(async ([kind, id]) => {
      if (set.has(kind, id)) return;
      const entry = Object.entries(loaders[kind]).find(([path]) => stemOf(path) === id);
      if (!entry) throw new UnknownPluginError(kind, id, knownIds(kind));
      const { default: plugin } = (await entry[1]()) as { default: PluginKinds[typeof kind] };
      set.add(kind, plugin);
    }),
  );
  return set;
}
