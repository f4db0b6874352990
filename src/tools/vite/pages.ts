import { readFileSync } from 'node:fs';
import type { Plugin, Rolldown } from 'vite';

type OutputBundle = Rolldown.OutputBundle;
type OutputChunk = Rolldown.OutputChunk;

/** One HTML source and the places, relative to the site's root, where it is emitted. */
export interface Page {
  readonly source: string;
  readonly emit: readonly string[];
  /** The module that the source names in its one `<script type="module">`. */
  readonly entry: string;
  readonly workerSources?: readonly string[];
}

export const appPages: readonly Page[] = [
  { source: 'src/app/home.html', emit: ['index.html'], entry: 'src/app/home-main.ts' },
  { source: 'src/app/lab.html', emit: ['lab/index.html'], entry: 'src/app/main.ts' },
  { source: 'src/app/logs.html', emit: ['logs/index.html'], entry: 'src/app/logs-main.ts' },
];

export const embedPages: readonly Page[] = [
  { source: 'src/embed/embed.html', emit: ['embed/index.html'], entry: 'src/embed/main.ts', workerSources: ['data:'] },
];

/**
 * The policy of a page, for a `<meta>`, so that it holds on hosts that cannot
 * set headers. `'wasm-unsafe-eval'` starts WebAssembly and nothing else.
 */
export function contentSecurityPolicy(workerSources: readonly string[] = []): string {
  return [
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    ["worker-src 'self' blob:", ...workerSources].join(' '),
  ].join('; ');
}

/** The relative way from an emitted page up to the site's root: `./` for `index.html`, `../` one folder down. */
export function rootFrom(emitted: string): string {
  return '../'.repeat(emitted.split('/').length - 1) || './';
}

/**
 * The head of every emitted page. The root is written down per page because
 * `BASE_URL` under a relative base names the page's own folder, not the site.
 */
export function headTags(emitted: string, workerSources: readonly string[] = []): string {
  return [
    `<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy(workerSources)}" />`,
    rootTag(rootFrom(emitted)),
  ].join('\n    ');
}

function rootTag(root: string): string {
  return `<meta name="advantage-lab-root" content="${root}" />`;
}

const charset = /<meta charset="utf-8" \/>/;
const script = (entry: string) => new RegExp(`[ \\t]*<script type="module" src="/${entry.replaceAll('.', '\\.')}"></script>\\n`);

function insert(html: string, page: Page, tags: string): string {
  if (!charset.test(html)) throw new Error(`${page.source} needs <meta charset="utf-8" /> as its first head element.`);
  return html.replace(charset, (found) => `${found}\n    ${tags}`);
}

/** The tags that load a page's built script and styles from a place whose way to the site's root is `toRoot`. */
export function builtTags(page: Page, bundle: OutputBundle, toRoot: string): string {
  const chunk = Object.values(bundle).find(
    (part): part is OutputChunk => part.type === 'chunk' && part.isEntry && !!part.facadeModuleId?.endsWith(`/${page.entry}`),
  );
  if (!chunk) throw new Error(`${page.entry} is no entry of this build, so ${page.source} cannot be emitted.`);
  const css = new Set<string>();
  const preload = new Set<string>();
  const visit = (name: string, isEntry: boolean) => {
    const part = bundle[name];
    if (part?.type !== 'chunk' || preload.has(name)) return;
    if (!isEntry) preload.add(name);
    part.imports.forEach((imported) => visit(imported, false));
    part.viteMetadata?.importedCss.forEach((file) => css.add(file));
  };
  visit(chunk.fileName, true);
  return [
    ...[...css].map((file) => `    <link rel="stylesheet" href="${toRoot}${file}" />`),
    ...[...preload].map((file) => `    <link rel="modulepreload" href="${toRoot}${file}" />`),
    `    <script type="module" src="${toRoot}${chunk.fileName}"></script>\n`,
  ].join('\n');
}

/** Fills one HTML source for one place, given the tags that load its built script. */
export function fillPage(page: Page, emitted: string, loadTags: string): string {
  const html = readFileSync(page.source, 'utf8');
  if (!script(page.entry).test(html)) {
    throw new Error(`${page.source} must hold the line <script type="module" src="/${page.entry}"></script>.`);
  }
  return insert(html, page, headTags(emitted, page.workerSources))
    .replaceAll('%ROOT%', rootFrom(emitted))
    .replace(script(page.entry), () => loadTags);
}

/** One HTML source as the development server hands it out: with its root, without the policy. */
export function servedPage(page: Page, emitted: string): string {
  const root = rootFrom(emitted);
  return insert(readFileSync(page.source, 'utf8'), page, rootTag(root)).replaceAll('%ROOT%', root);
}

/**
 * Emits the app's pages as real files and serves them at the same addresses in
 * development. There the policy is left out: Vite's dev server inlines styles.
 */
export function pages(): Plugin {
  const addresses = new Map<string, { page: Page; emitted: string }>();
  for (const page of [...appPages, ...embedPages]) {
    for (const emitted of page.emit) addresses.set(`/${emitted.replace(/index\.html$/, '')}`, { page, emitted });
  }
  return {
    name: 'advantage-lab:pages',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const found = addresses.get(url.pathname);
        if (!found) return next();
        server.transformIndexHtml(url.pathname, servedPage(found.page, found.emitted)).then(
          (body) => response.setHeader('Content-Type', 'text/html; charset=utf-8').end(body),
          next,
        );
      });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const page of appPages) {
          for (const emitted of page.emit) {
            const source = fillPage(page, emitted, builtTags(page, bundle, rootFrom(emitted)));
            this.emitFile({ type: 'asset', fileName: emitted, source });
          }
        }
      },
    },
  };
}
