import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { loadPlugins, type LoadedPlugins } from './catalogue.ts';
import { headTags, rootFrom } from './pages.ts';
import { exampleLogs, referenceIndex, referencePages } from './reference-page.ts';
import { siteHeader } from './site-header.ts';

const virtual = {
  'virtual:catalogue': (loaded: LoadedPlugins) => loaded.catalogue,
  'virtual:formulas': (loaded: LoadedPlugins) => loaded.formulas,
};
type VirtualId = keyof typeof virtual;

/**
 * What plug-ins say about themselves, made at build time: two virtual modules,
 * `virtual:catalogue` (small: pickers and sliders need it at once) and
 * `virtual:formulas` (MathML, to be imported on demand), and, with
 * `referencePages`, one static page per plug-in id under `reference/`, with the worked examples of rewards and
 * estimators as logs beside it.
 */
export function pluginMetadata({ referencePages: emitsPages = false }: { referencePages?: boolean } = {}): Plugin {
  let root = process.cwd();
  let loading: Promise<LoadedPlugins> | undefined;
  const load = () => (loading ??= loadPlugins(root));
  return {
    name: 'advantage-lab:plugin-metadata',
    configResolved(config) {
      root = config.root;
    },
    resolveId(id) {
      return id in virtual ? `\0${id}` : undefined;
    },
    async load(id) {
      const name = id.slice(1) as VirtualId;
      if (!id.startsWith('\0') || !(name in virtual)) return undefined;
      return `export default ${JSON.stringify(virtual[name](await load()))};`;
    },
    watchChange(id) {
      if (id.includes('/src/core/')) loading = undefined;
    },
    configureServer(server) {
      if (!emitsPages) return;
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        if (path === '/reference/reference.css') {
          response.setHeader('Content-Type', 'text/css').end(styleSheet(root));
          return;
        }
        if (/^\/reference\/.*\/example-\w+\.json$/.test(path)) {
          load().then((loaded) => {
            const source = new Map(exampleLogs(loaded)).get(path.slice(1));
            if (source === undefined) return next();
            response.setHeader('Content-Type', 'application/json').end(source);
          }, next);
          return;
        }
        if (!path.startsWith('/reference/') || !path.endsWith('/')) return next();
        loadPlugins(root).then((loaded) => {
          const page = new Map(allPages(loaded)).get(`${path.slice(1)}index.html`);
          if (!page) return next();
          response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
        }, next);
      });
    },
    async generateBundle() {
      if (!emitsPages) return;
      const loaded = await load();
      for (const [fileName, source] of [...allPages(loaded), ...exampleLogs(loaded)]) this.emitFile({ type: 'asset', fileName, source });
      this.emitFile({ type: 'asset', fileName: 'reference/reference.css', source: styleSheet(root) });
    },
  };
}

function styleSheet(root: string): string {
  return readFileSync(join(root, 'src/app/reference.css'), 'utf8');
}

/** File name → HTML of every reference page and of their index. */
export function allPages(loaded: LoadedPlugins): [string, string][] {
  const complete = (fileName: string, { title, body }: { title: string; body: string }): [string, string] => {
    const root = rootFrom(fileName);
    const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    ${headTags(fileName)}
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="icon" href="${root}icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${root}reference/reference.css" />
    <script src="${root}page-theme.js"></script>
  </head>
  <body>
    ${siteHeader(root, 'reference')}
${body}
  </body>
</html>
`;
    return [fileName, html];
  };
  return [
    complete('reference/index.html', referenceIndex(loaded)),
    ...referencePages(loaded).map((page) => complete(`reference/${page.id}/index.html`, page)),
  ];
}
