import { runnerImport, type Plugin } from 'vite';

const ID = 'virtual:gallery';

/**
 * `virtual:gallery`: the cards of the home page with their pictures, computed when the site is built by the core that the
 * lab runs, so that the page shows real numbers before it has loaded any of that code.
 */
export function gallery(): Plugin {
  let root = process.cwd();
  let recording: Promise<unknown> | undefined;
  let invalidate = () => {};
  return {
    name: 'advantage-lab:gallery',
    configResolved(config) {
      root = config.root;
    },
    resolveId: (id) => (id === ID ? `\0${ID}` : undefined),
    async load(id) {
      if (id !== `\0${ID}`) return undefined;
      recording ??= record(root);
      return `export default ${JSON.stringify(await recording)};`;
    },
    configureServer(server) {
      invalidate = () => {
        const module = server.moduleGraph.getModuleById(`\0${ID}`);
        if (module) server.moduleGraph.invalidateModule(module);
      };
    },
    watchChange(id) {
      if (!/\/(src\/(core|charts|ui\/gallery|lessons|app\/record-gallery)|static\/presets)/.test(id)) return;
      recording = undefined;
      invalidate();
    },
  };
}

async function record(root: string): Promise<unknown> {
  const { module } = await runnerImport<{ readonly entries: unknown }>('./src/app/record-gallery.ts', { root, configFile: false, logLevel: 'error' });
  return module.entries;
}
