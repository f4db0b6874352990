import { env, setBackend } from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { EngineUnavailableError } from './engine';
import type { TfjsBackend } from './tfjs-backend';

/** The eight bytes of a WebAssembly module that holds nothing. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

let started: Promise<TfjsBackend> | undefined;

/**
 * Starts TensorFlow.js on WebAssembly, once per thread of the page; it is never shut down, since
 * starting it again is not supported after a failure. Without threads: they need an isolated page
 * and were measured to gain nothing. `binaries` is the folder of the .wasm files, ending in a
 * slash: a URL, or in Node a path.
 */
export function openWasm(binaries: string): Promise<TfjsBackend> {
  started ??= start(binaries);
  return started;
}

async function start(binaries: string): Promise<TfjsBackend> {
  try {
    await WebAssembly.instantiate(emptyModule);
  } catch {
    throw new EngineUnavailableError('wasm', 'WebAssembly is blocked here.');
  }
  setWasmPaths(binaries);
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await setBackend('wasm'))) throw new EngineUnavailableError('wasm', `The WebAssembly engine did not load from ${binaries}.`);
  const hasSimd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return {
    name: 'wasm',
    adapter: hasSimd ? 'WASM SIMD' : 'WASM',
    isEmulated: false,
    lost: new Promise(() => {}),
    close() {},
  };
}
