import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { dropTestData } from './src/tools/vite/drop-test-data.ts';
import { embedPages, fillPage } from './src/tools/vite/pages.ts';
import { pluginMetadata } from './src/tools/vite/plugin-metadata.ts';

const [page] = embedPages;

/**
 * The embed's pass: one classic script, one style sheet, and a worker that is
 * one classic script too. In a sandboxed frame with an opaque origin only a
 * worker from a `data:` URL starts, and such a worker can import nothing.
 *
 * Sources reached from here name their worker as `import url from './x.worker.ts?worker&url'`:
 * that gives the address of the module worker in the app's build and of the
 * single classic file in this one. `new URL(…, import.meta.url)` has no meaning
 * in a classic script, so it stops the build.
 */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [svelte(), embedPage(), pluginMetadata(), dropTestData()],
  worker: {
    format: 'iife',
    plugins: () => [pluginMetadata(), dropTestData()],
    rolldownOptions: { output: { codeSplitting: false } },
  },
  build: {
    target: 'es2023',
    outDir: 'dist/embed',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { embed: page.entry },
      onLog(level, log, handle) {
        if (log.code === 'EMPTY_IMPORT_META') throw new Error(`${log.message}\nImport the worker with ?worker&url instead.`);
        handle(level, log);
      },
      output: {
        format: 'iife',
        codeSplitting: false,
        entryFileNames: '[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
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
        const entry = Object.values(bundle).find((part) => part.type === 'chunk' && part.isEntry);
        if (!entry) throw new Error('The embed build has no entry chunk.');
        const styles = Object.keys(bundle).filter((name) => name.endsWith('.css'));
        const tags = [
          ...styles.map((file) => `    <link rel="stylesheet" href="./${file}" />`),
          `    <script defer src="./${entry.fileName}"></script>\n`,
        ].join('\n');
        this.emitFile({ type: 'asset', fileName: 'index.html', source: fillPage(page, page.emit[0], tags) });
      },
    },
  };
}
