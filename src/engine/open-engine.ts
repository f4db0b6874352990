import { EngineUnavailableError, type Engine, type EngineName } from './engine';
import { createTsEngine } from './ts-engine';

export interface EngineOptions {
  /** Folder of TensorFlow.js's .wasm files, ending in a slash: a URL, or in Node a path. Without it there is no WASM. */
  readonly wasmBinaries?: string;
}

/**
 * Starts an engine; rejects with `EngineUnavailableError` where it cannot start. TensorFlow.js is
 * downloaded only here, and only for the engine asked for.
 */
export async function openEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  switch (name) {
    case 'ts':
      return createTsEngine();
    case 'wasm': {
      if (options.wasmBinaries === undefined) throw new EngineUnavailableError('wasm', 'The WebAssembly files are not part of this build.');
      const [{ createTfjsEngine }, { openWasm }] = await Promise.all([import('./tfjs-engine'), import('./wasm-backend')]);
      return createTfjsEngine(await openWasm(options.wasmBinaries));
    }
    case 'webgpu': {
      const [{ createTfjsEngine }, { openWebGpu }] = await Promise.all([import('./tfjs-engine'), import('./webgpu-backend')]);
      return createTfjsEngine(await openWebGpu());
    }
    default:
      throw new Error(`There is no engine "${String(name satisfies never)}".`);
  }
}
