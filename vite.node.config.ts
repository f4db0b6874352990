import { defineConfig } from 'vite';
import { pluginMetadata } from './src/tools/vite/plugin-metadata.ts';

/** TensorFlow.js's WebAssembly glue was written for CommonJS and reads these in Node. */
const commonJsNames = [
  `import { createRequire as __createRequire } from 'node:module';`,
  `const require = __createRequire(import.meta.url);`,
  `const __filename = import.meta.filename;`,
  `const __dirname = import.meta.dirname;`,
].join('\n');

/**
 * Bundles a Node program from the sources, `import.meta.glob` included. The
 * entry and the output folder come from src/tools/node-bundle.mjs. Dependencies
 * are bundled too, because TensorFlow.js names its ES modules in a field that
 * Node does not read.
 */
export default defineConfig({
  publicDir: false,
  plugins: [pluginMetadata()],
  ssr: { noExternal: true },
  build: {
    target: 'node20',
    minify: false,
    emptyOutDir: true,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      external: ['playwright-core'],
      output: { banner: commonJsNames, entryFileNames: 'main.mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
