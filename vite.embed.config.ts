import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type Rolldown } from 'vite';
import { classicChunks, classicScripts, stylesOf, withImports } from './src/tools/vite/classic-chunks.ts';
import { dropTestData } from './src/tools/vite/drop-test-data.ts';
import { embedPages, fillPage } from './src/tools/vite/pages.ts';
import { pluginMetadata } from './src/tools/vite/plugin-metadata.ts';
import { importedAtOnce } from './src/tools/vite/shell-chunks.ts';

const [page] = embedPages;

/**
 * The embed's pass: classic scripts, split so that a frame loads the plug-ins that its experiment names and
 * nothing else before Run. In a sandboxed frame the origin is opaque: modules and `fetch` then need a host
 * that sends CORS headers, classic scripts and `importScripts` do not.
 *
 * Scripts and styles lie in one folder that is named after their contents. Two hundred hashes in two hundred file
 * names would be 2 kB of the shell, which has to name every plug-in's file.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [classicChunks(), svelte(), embedPage(), pluginMetadata(), dropTestData()],
  build: {
    target: 'es2023',
    outDir: 'dist/embed',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false, resolveDependencies: () => [] },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { embed: page.entry },
      onLog(level, log, handle) {
        // Vite's own preload code names import.meta.url and then does not use it; our sources are checked by classicChunks.
        if (log.code !== 'EMPTY_IMPORT_META') handle(level, log);
      },
      output: {
        format: 'cjs',
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
        codeSplitting: {
          groups: [
            { name: 'svelte', test: /\/node_modules\/(svelte|esm-env|clsx)\//, priority: 1 },
            {
              name: (id, build) => (importedAtOnce(build, page.entry).has(id) ? 'core' : /\/core\/(contracts|math)\//.test(id) ? 'plugin-support' : null),
              test: /\/src\/(core|codec)\/.*\.ts$/,
            },
          ],
        },
      },
    },
  },
});

function embedPage(): Plugin {
  return {
    name: 'advantage-lab:embed-page',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const entry = Object.values(bundle).find((part) => part.type === 'chunk' && part.facadeModuleId?.endsWith(`/${page.entry}`));
        if (entry?.type !== 'chunk') throw new Error('The embed build has no entry chunk.');
        entry.code += `advantageLab.start(${JSON.stringify(entry.fileName)});\n`;
        const shell = classicScripts(entry, bundle);
        const styles = stylesOf(withImports(entry.fileName, bundle).reverse(), bundle);
        const runSize = kilobytesOnRun(bundle, shell);
        const folder = intoOneFolder(this, bundle);
        const tags = [
          `    <meta name="advantage-lab-run-size" content="${runSize}" />`,
          ...styles.map((file) => `    <link rel="stylesheet" href="./${folder}/${file}" />`),
          ...shell.map((file) => `    <script defer src="./${folder}/${file}"></script>`),
        ].join('\n');
        this.emitFile({ type: 'asset', fileName: 'index.html', source: fillPage(page, page.emit[0], `${tags}\n`) });
      },
    },
  };
}

/** Moves every script and style into a folder named after the contents of all, and returns its name. */
function intoOneFolder(build: Rolldown.PluginContext, bundle: Rolldown.OutputBundle): string {
  const files = Object.values(bundle).flatMap((part): [string, string][] => {
    if (part.type === 'chunk') return [[part.fileName, part.code]];
    return /\.(js|css)$/.test(part.fileName) ? [[part.fileName, String(part.source)]] : [];
  });
  const hash = createHash('sha256');
  for (const [file, code] of files.toSorted(([a], [b]) => (a < b ? -1 : 1))) hash.update(`${file}\0${code}\0`);
  const folder = hash.digest('hex').slice(0, 12);
  for (const [file, code] of files) {
    delete bundle[file];
    build.emitFile({ type: 'asset', fileName: `${folder}/${file}`, source: code });
  }
  return folder;
}

/** Gzipped size of what Run loads beyond the shell: the running view and the worker. */
function kilobytesOnRun(bundle: Rolldown.OutputBundle, shell: readonly string[]): number {
  const roots = ['src/embed/RunningEmbed.svelte', 'src/worker/client.ts', 'src/worker/session.worker.ts'];
  const files = roots.flatMap((root) => {
    const chunk = Object.values(bundle).find((part) => part.type === 'chunk' && part.facadeModuleId?.endsWith(`/${root}`));
    if (!chunk) throw new Error(`${root} is no chunk of the embed's build.`);
    return withImports(chunk.fileName, bundle);
  });
  const code = [...new Set(files)].filter((file) => !shell.includes(file)).map((file) => (bundle[file] as Rolldown.OutputChunk).code);
  return Math.ceil(code.reduce((sum, text) => sum + gzipSync(text).length, 0) / 1000);
}
