import type { EstimatorPlugin } from './contracts/estimator';
import type { ObjectivePlugin } from './contracts/objective';
import type { RewardPlugin } from './contracts/reward';
import type { ScenarioPlugin } from './contracts/scenario';

export interface PluginKinds {
  scenario: ScenarioPlugin;
  reward: RewardPlugin;
  estimator: EstimatorPlugin;
  objective: ObjectivePlugin;
}
export type PluginKind = keyof PluginKinds;
export const PLUGIN_KINDS = ['scenario', 'reward', 'estimator', 'objective'] as const satisfies readonly PluginKind[];

/** There is no plug-in of that kind with that id. */
export class UnknownPluginError extends Error {
  override readonly name = 'UnknownPluginError';
  constructor(
    readonly kind: PluginKind,
    readonly id: string,
    known: readonly string[],
  ) {
    super(`There is no ${kind} called "${id}".${suggestion(id, known)}`);
  }
}

/** Plug-ins that are loaded, by kind and id. */
export class PluginSet {
  readonly #byKind: { readonly [K in PluginKind]: Map<string, PluginKinds[K]> } = {
    scenario: new Map(),
    reward: new Map(),
    estimator: new Map(),
    objective: new Map(),
  };

  /** Throws when the id is taken by another plug-in of the kind. */
  add<K extends PluginKind>(kind: K, plugin: PluginKinds[K]): void {
    const held = this.#byKind[kind].get(plugin.id);
    if (held !== undefined && held !== plugin) throw new Error(`Two plug-ins of kind ${kind} are called "${plugin.id}".`);
    this.#byKind[kind].set(plugin.id, plugin);
  }

  get<K extends PluginKind>(kind: K, id: string): PluginKinds[K] {
    const plugin = this.#byKind[kind].get(id);
    if (!plugin) throw new UnknownPluginError(kind, id, [...this.#byKind[kind].keys()]);
    return plugin;
  }

  has(kind: PluginKind, id: string): boolean {
    return this.#byKind[kind].has(id);
  }

  list<K extends PluginKind>(kind: K): PluginKinds[K][] {
    return [...this.#byKind[kind].values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** " Did you mean X?" when a known name is near, else nothing. */
export function suggestion(name: string, known: readonly string[]): string {
  let best = '';
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best === '' ? '' : ` Did you mean "${best}"?`;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, swap));
    }
    previous = current;
  }
  return previous[b.length];
}
