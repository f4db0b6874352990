import type { Plugin, Rolldown } from 'vite';

type OutputBundle = Rolldown.OutputBundle;
type OutputChunk = Rolldown.OutputChunk;

/** Where a page and its worker keep the chunks that have arrived. */
export interface ChunkLoader {
  /** Called by every chunk file as it arrives. */
  define(file: string, factory: ChunkFactory): void;
  /** Brings files that are not there yet and resolves with what the first of them exports. */
  load(files: readonly string[]): Promise<unknown>;
  /**
   * Loaders by name, `before…after`. Entries stand between commas, the files of one between spaces and without their `.js`;
   * an entry is called after its first file, or has its own name and `=` before it. With `pick` they resolve with that export.
   */
  loaders(before: string, after: string, entries: string, pick?: string): Record<string, () => Promise<unknown>>;
  /** What a chunk that is there exports; runs it once. */
  start(file: string): Record<string, unknown>;
  /** Address of a worker that consists of these files, the first being its entry. */
  workerUrl(files: readonly string[]): string;
}
type ChunkFactory = (exports: Record<string, unknown>, require: (file: string) => Record<string, unknown>) => void;

/** What the loader needs of a page or a worker. */
export interface ChunkScope {
  advantageLab?: ChunkLoader;
  /** Set by the worker's first line; a page finds its folder by its own script. */
  advantageLabFolder?: string;
  document?: Document;
  importScripts?: (...urls: string[]) => void;
}

/**
 * Puts the loader on the global scope. Shipped as text, so it may use nothing from outside itself.
 *
 * Pages bring chunks by script elements and workers by `importScripts`: neither asks the host for CORS, so
 * both work in a sandboxed frame, whose origin is opaque, on a host that sends no headers at all.
 */
export function installChunkLoader(scope: ChunkScope, loaderFile: string): void {
  const { document } = scope;
  const own = document?.currentScript as HTMLScriptElement | null | undefined;
  const folder = scope.advantageLabFolder ?? new URL('.', own!.src).href;
  const factories = new Map<string, ChunkFactory>();
  const started = new Map<string, Record<string, unknown>>();
  const coming = new Map<string, Promise<void>>();
  const bring = (file: string): Promise<void> => {
    if (factories.has(file)) return Promise.resolve();
    const known = coming.get(file);
    if (known) return known;
    const failed = () => new Error(`The file ${folder + file} could not be loaded.`);
    const promise = new Promise<void>((resolve, reject) => {
      if (!document) {
        scope.importScripts!(folder + file);
        return factories.has(file) ? resolve() : reject(failed());
      }
      const style = file.endsWith('.css');
      const element = document.createElement(style ? 'link' : 'script') as HTMLLinkElement & HTMLScriptElement;
      element.onload = () => (style || factories.has(file) ? resolve() : reject(failed()));
      element.onerror = () => reject(failed());
      if (style) element.rel = 'stylesheet';
      element[style ? 'href' : 'src'] = folder + file;
      document.head.append(element);
    });
    coming.set(file, promise);
    promise.catch(() => coming.delete(file));
    return promise;
  };
  const start = (file: string): Record<string, unknown> => {
    let exports = started.get(file);
    if (exports) return exports;
    const factory = factories.get(file);
    if (!factory) throw new Error(`The chunk ${file} was started before it was loaded.`);
    started.set(file, (exports = {}));
    factory(exports, start);
    return exports;
  };
  const load = (files: readonly string[]) => Promise.all(files.map(bring)).then(() => start(files[0]!));
  scope.advantageLab = {
    define: (file, factory) => void (factories.has(file) || factories.set(file, factory)),
    load,
    loaders: (before, after, entries, pick) =>
      Object.fromEntries(
        entries.split(',').map((entry) => {
          const [name, files = name] = entry.split('=') as [string, string?];
          const all = files.split(' ').map((stem) => `${stem}.js`);
          return [before + name.split(' ')[0] + after, () => (pick ? load(all).then((found) => (found as Record<string, unknown>)[pick]) : load(all))];
        }),
      ),
    start,
    workerUrl(files) {
      const text =
        `self.advantageLabFolder=${JSON.stringify(folder)};` +
        `importScripts(${[loaderFile, ...files].map((file) => JSON.stringify(folder + file)).join(',')});` +
        `advantageLab.start(${JSON.stringify(files[0])})`;
      return `data:text/javascript,${encodeURIComponent(text)}`;
    },
  };
}

const loaderText = installChunkLoader.toString();
const loaderFile = 'loader.js';

const workerQuery = '?worker&url';
const workerMark = (path: string) => `advantage-lab-worker:${path}`;
const lazyImport = /Promise\.resolve\(\)\.then\(\(?\)?\s*=>\s*require\(["'`]\.\/([^"'`]+)["'`]\)\)/g;
const workerImport = /["'`]advantage-lab-worker:([^"'`]+)["'`]/g;
/** What `import.meta.glob` became: one loader for each file of a folder. */
const globbed = /Object\.assign\(\{((?:"[^"]+":\(\)=>\w+\(\(\)=>advantageLab\.load\(\[[^\]]*\]\)(?:\.then\(\w+=>\w+\.\w+\))?,[^()]*\),?)+)\}\)/g;
const globbedEntry = /"([^"]+)":[^[]*\[([^\]]*)\]\)(?:\.then\((\w+)=>\3\.(\w+)\))?/g;
const needsModule = /\bimport\.meta\.(url|resolve)\b/;

/**
 * Splits a build into classic scripts, loaded as they are wanted by `installChunkLoader`. Rolldown writes the chunks
 * as CommonJS; here each becomes a call of `advantageLab.define`, and each `import()` a call of `advantageLab.load`
 * that names the file with everything it needs. `import url from './x.worker.ts?worker&url'` is the address of a
 * classic worker made of the same chunks.
 */
export function classicChunks(): Plugin {
  const workers = new Set<string>();
  return {
    name: 'advantage-lab:classic-chunks',
    apply: 'build',
    enforce: 'pre',
    async resolveId(id, importer) {
      if (!id.endsWith(workerQuery)) return undefined;
      const found = await this.resolve(id.slice(0, -workerQuery.length), importer);
      if (!found) return undefined;
      if (!workers.has(found.id)) this.emitFile({ type: 'chunk', id: found.id });
      workers.add(found.id);
      return `\0${workerMark(found.id)}`;
    },
    load(id) {
      // Vite wraps each import() so that styles come first; here the loader brings them.
      if (id === '\0vite/preload-helper.js') return 'export const __vitePreload = (load) => load();';
      if (!id.startsWith(`\0${workerMark('')}`)) return undefined;
      return `export default globalThis.advantageLab.workerUrl(${JSON.stringify(id.slice(1))})`;
    },
    transform(code, id) {
      if (!id.includes('/node_modules/') && id.includes('/src/') && needsModule.test(code)) {
        throw new Error(`${id} uses import.meta.url, which has no meaning in a classic script. Import the file with ?url or ?worker&url instead.`);
      }
      return undefined;
    },
    generateBundle(_options, bundle) {
      this.emitFile({ type: 'asset', fileName: loaderFile, source: `(${loaderText})(globalThis,${JSON.stringify(loaderFile)});\n` });
      for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk') chunk.code = classicCode(chunk, bundle);
    },
  };
}

/** A chunk's CommonJS text as a call of `advantageLab.define`. */
export function classicCode(chunk: OutputChunk, bundle: OutputBundle): string {
  // What this chunk stands on is there before it runs.
  const present = new Set(withImports(chunk.fileName, bundle));
  const missing = (file: string) => {
    const files = withImports(file, bundle).filter((name) => name === file || !present.has(name));
    return [...files, ...stylesOf(files, bundle)];
  };
  const code = chunk.code
    .replace(lazyImport, (_, file: string) => `advantageLab.load(${JSON.stringify(missing(file))})`)
    .replace(globbed, (written, entries: string) => loaderTable(entries) ?? written)
    .replace(workerImport, (_, module: string) => JSON.stringify(withImports(chunkOf(module, bundle), bundle)))
    .replace(/require\((["'`])\.\//g, 'require($1');
  return `advantageLab.define(${JSON.stringify(chunk.fileName)},(exports,require)=>{"use strict";${code.replace(/\/\/# sourceMappingURL=.*\n?$/, '')}\n});\n`;
}

/** The same loaders as one call, which names each file once instead of twice: 1.5 kB of the shell. Null where they are too unlike. */
function loaderTable(written: string): string | null {
  const entries = [...written.matchAll(globbedEntry)].map(([, key, files, , pick]) => ({ key: key!, files: JSON.parse(`[${files}]`) as string[], pick }));
  const [, before, after] = /^(.*\/)[^/]+(\.\w+)$/.exec(entries[0]!.key) ?? [];
  if (before === undefined || after === undefined) return null;
  const pick = entries[0]!.pick;
  const words: string[] = [];
  for (const entry of entries) {
    const name = entry.key.slice(before.length, -after.length);
    if (entry.key !== before + name + after || entry.pick !== pick || ![name, ...entry.files].every((text) => /^[\w.-]+$/.test(text))) return null;
    if (!entry.files.every((file) => file.endsWith('.js'))) return null;
    const files = entry.files.map((file) => file.slice(0, -'.js'.length));
    words.push(`${files[0] === name ? '' : `${name}=`}${files.join(' ')}`);
  }
  return `advantageLab.loaders(${[before, after, words.join(','), ...(pick ? [pick] : [])].map((text) => JSON.stringify(text)).join(',')})`;
}

/** A chunk's file, then every file that it imports at once, directly or not. */
export function withImports(file: string, bundle: OutputBundle): string[] {
  const files = new Set([file]);
  for (const name of files) {
    const chunk = bundle[name];
    if (chunk?.type !== 'chunk') throw new Error(`The chunk ${name} is not part of the build.`);
    for (const imported of chunk.imports) files.add(imported);
  }
  return [...files];
}

/** The styles of chunks, in order, each once. */
export function stylesOf(files: readonly string[], bundle: OutputBundle): string[] {
  return [...new Set(files.flatMap((file) => [...((bundle[file] as OutputChunk).viteMetadata?.importedCss ?? [])]))];
}

function chunkOf(module: string, bundle: OutputBundle): string {
  const chunk = Object.values(bundle).find((part) => part.type === 'chunk' && part.facadeModuleId === module);
  if (!chunk) throw new Error(`${module} is no entry of this build.`);
  return chunk.fileName;
}

/** The scripts of a page, in order: the loader, what the entry imports, and the entry. */
export function classicScripts(entry: OutputChunk, bundle: OutputBundle): string[] {
  return [loaderFile, ...withImports(entry.fileName, bundle).reverse()];
}
