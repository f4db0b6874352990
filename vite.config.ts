import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { dropTestData } from './src/tools/vite/drop-test-data.ts';
import { gallery } from './src/tools/vite/gallery.ts';
import { lessonPage, lessonPages } from './src/tools/vite/lesson-pages.ts';
import { appPages, pages } from './src/tools/vite/pages.ts';
import { pluginMetadata } from './src/tools/vite/plugin-metadata.ts';
import { shellChunks } from './src/tools/vite/shell-chunks.ts';
import { wasmBinaries } from './src/tools/vite/wasm-binaries.ts';

/**
 * The app's build: module scripts, module workers, code split. The embed has a
 * pass of its own (vite.embed.config.ts) because `worker.format` is one
 * per build. `base: './'` lets the site live under any path.
 */
export default defineConfig({
  base: './',
  appType: 'mpa',
  plugins: [svelte(), pages(), wasmBinaries(), gallery(), lessonPages(), pluginMetadata({ referencePages: true }), dropTestData()],
  worker: { format: 'es', plugins: () => [pluginMetadata(), dropTestData()] },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Naming every script that each of some hundred plug-ins imports would cost the shell 4 kB; styles must be named.
    modulePreload: { polyfill: false, resolveDependencies: (_file, needed) => needed.filter((file) => file.endsWith('.css')) },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: [...appPages, lessonPage].map((page) => page.entry),
      output: {
        entryFileNames: 'assets/[name]-[hash].js',
        chunkFileNames: 'assets/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
        codeSplitting: { groups: shellChunks },
      },
    },
  },
});
