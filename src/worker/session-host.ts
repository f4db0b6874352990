import { loadPlugins } from '../core/on-demand';
import { wantedPlugins } from '../core/experiment/resolve';
import { PluginSet } from '../core/plugin-set';
import { browserStore } from './browser-store';
import { KeptComparisons } from './kept-comparisons';
import { Session, type SessionDeps } from './session';

/**
 * A session with everything that a browser gives it: plug-ins loaded as a spec names them, engine files under
 * the site's root, and rests that let waiting messages and input through. Used by the worker, and by the page
 * itself where no worker can start.
 */
export function hostSession(root: string, sliceMilliseconds: number, emit: SessionDeps['emit']): Session {
  const plugins = new PluginSet();
  return new Session({
    emit,
    now: () => performance.now(),
    rest,
    sliceMilliseconds,
    loadPlugins: (spec) => loadPlugins(plugins, wantedPlugins(spec)),
    engines: { wasmBinaries: new URL('wasm/', root).href, comparisons: new KeptComparisons(browserStore()) },
  });
}

/** A message to oneself comes back after the waiting ones; a timer of 0 ms would be stretched to 4 ms. */
function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds > 1) {
      setTimeout(resolve, milliseconds);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
