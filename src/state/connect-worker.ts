/** How a page's lab reaches its training worker: its code is fetched when training is first wanted. */
import type { METRICS } from '../worker/protocol';
import type { LabOptions } from './lab.svelte';

const metrics: typeof METRICS = ['success', 'proxy', 'cosine', 'wrongSign', 'zeroGroups', 'entropy', 'kl', 'length', 'loss'];

/** `root` is the site's root as a URL that ends in a slash; workers find the engine's files under it. */
export function workerOptions(root: string): LabOptions {
  return {
    metrics,
    connect: async (listener) => {
      const { connect } = await import('../worker/client');
      return connect(listener, { root });
    },
  };
}
