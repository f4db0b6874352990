import { defineConfig } from 'vite';

/**
 * Bundles a Node program from the sources, `import.meta.glob` included. The
 * entry and the output folder come from src/tools/node-bundle.mjs. Dependencies
 * are bundled too, because TensorFlow.js names its ES modules in a field that
 * Node does not read.
 */
export default defineConfig({
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    target: 'node20',
    minify: false,
    emptyOutDir: true,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
