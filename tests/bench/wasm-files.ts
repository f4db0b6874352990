import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Folder of TensorFlow.js's .wasm files, for Node. */
export const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;
