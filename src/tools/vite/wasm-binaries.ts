import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * TensorFlow.js loads its WebAssembly by URL, so the binaries get fixed names
 * under the site's root. The threaded one is left out: it needs a cross-origin
 * isolated page, which an embed's host decides, and was measured to gain nothing.
 */
export const wasmFolder = 'wasm/';
export const wasmFiles = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'] as const;

const require = createRequire(import.meta.url);

export function wasmSource(file: string): Buffer {
  const main = require.resolve('@tensorflow/tfjs-backend-wasm/package.json');
  return readFileSync(join(dirname(main), 'dist', file));
}

export function wasmBinaries(): Plugin {
  return {
    name: 'advantage-lab:wasm-binaries',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = wasmFiles.find((name) => request.url === `/${wasmFolder}${name}`);
        if (!file) return next();
        response.setHeader('Content-Type', 'application/wasm').end(wasmSource(file));
      });
    },
    generateBundle() {
      for (const file of wasmFiles) {
        this.emitFile({ type: 'asset', fileName: `${wasmFolder}${file}`, source: wasmSource(file) });
      }
    },
  };
}
