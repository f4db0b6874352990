import { defineConfig } from 'vite';
import { pluginMetadata } from '../../src/tools/vite/plugin-metadata.ts';
import { wasmBinaries } from '../../src/tools/vite/wasm-binaries.ts';

const html = (name: string) => `<!doctype html>
<meta charset="utf-8" />
<title>Bench</title>
<link rel="icon" href="data:," />
<script type="module" src="./${name}.js"></script>
`;

/** Builds the pages in which the bench trains and times kernels; the output folder comes from src/tools/bench-page.mjs. */
export default defineConfig({
  base: './',
  publicDir: false,
  plugins: [
    wasmBinaries(),
    pluginMetadata(),
    {
      name: 'advantage-lab:bench-page',
      generateBundle() {
        for (const name of ['training', 'kernels']) this.emitFile({ type: 'asset', fileName: `${name}.html`, source: html(name) });
      },
    },
  ],
  build: {
    target: 'es2023',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
    rolldownOptions: {
      checks: { pluginTimings: false },
      input: { training: 'tests/bench/training.page.ts', kernels: 'tests/bench/kernels.page.ts' },
      output: { entryFileNames: '[name].js' },
    },
  },
});
