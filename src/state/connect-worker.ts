/** How a page's lab reaches its training worker: its code is fetched when training is first wanted. */
import type { ConnectOptions } from '../worker/client';
import type { METRICS } from '../worker/protocol';
import type { LabOptions } from './lab.svelte';

const metrics: typeof METRICS = ['success', 'proxy', 'cosine', 'wrongSign', 'zeroGroups', 'entropy', 'kl', 'length', 'loss', 'heldOut', 'imitation'];

/**
 * `root` is the site's root as a URL that ends in a slash; workers find the engine's files under it. A page whose
 * worker is started in another way, or that trains on its own thread where none may start, says so in `means`.
 */
export function workerOptions(root: string, means: Pick<ConnectOptions, 'startWorker' | 'loadSession'> = {}): LabOptions {
  return {
    metrics,
    connect: async (listener) => {
      const { connect } = await import('../worker/client');
      return connect(listener, { root, ...means });
    },
  };
}
