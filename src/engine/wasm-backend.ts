import { env, findBackendFactory, getKernel, registerBackend, registerKernel, removeBackend, setBackend, unregisterKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm/dist/flags_wasm';
import { BackendWasm, init, setWasmPaths } from '@tensorflow/tfjs-backend-wasm/dist/backend_wasm';
import { addConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Add';
import { concatConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Concat';
import { identityConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Identity';
import { multiplyConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Multiply';
import { reluConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Relu';
import { reshapeConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Reshape';
import { rsqrtConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Rsqrt';
import { sliceConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Slice';
import { softmaxConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Softmax';
import { squareConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Square';
import { stepConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Step';
import { subConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Sub';
import { sumConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Sum';
import { tanhConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Tanh';
import { transposeConfig } from '@tensorflow/tfjs-backend-wasm/dist/kernels/Transpose';
import { EngineUnavailableError } from './engine';
import { registerMissing, type TfjsBackend } from './tfjs-backend';
import { batchedProductConfig } from './wasm-batched-product';

/** The kernels that a forward and a vjp call. */
const kernels: readonly KernelConfig[] = [
  addConfig,
  batchedProductConfig,
  concatConfig,
  identityConfig,
  multiplyConfig,
  reluConfig,
  reshapeConfig,
  rsqrtConfig,
  sliceConfig,
  softmaxConfig,
  squareConfig,
  stepConfig,
  subConfig,
  sumConfig,
  tanhConfig,
  transposeConfig,
];

/** The eight bytes of a WebAssembly module that holds nothing. */
const emptyModule = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

let started: Promise<TfjsBackend> | undefined;

/**
 * TensorFlow.js on WebAssembly, started once per thread and never shut down, since its loader
 * cannot be used again after a failure. Without worker threads: they need an isolated page and
 * were measured to gain nothing. `binaries` is the folder of the .wasm files, ending in a slash: a
 * URL, or in Node a path.
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
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  setWasmPaths(binaries);
  const { wasm } = await init().catch(() => {
    throw new EngineUnavailableError('wasm', `The WebAssembly files did not load from ${binaries}.`);
  });
  const hasSimd = await env().getAsync('WASM_HAS_SIMD_SUPPORT');
  // From here on without waiting: TensorFlow.js mixes backends up where another one starts in between.
  registerMissing(kernels);
  if (getKernel(batchedProductConfig.kernelName, 'wasm') !== batchedProductConfig) {
    // Somebody brought the whole package, and with it a product that is slower for populations.
    unregisterKernel(batchedProductConfig.kernelName, 'wasm');
    registerKernel(batchedProductConfig);
  }
  if (findBackendFactory('wasm')) removeBackend('wasm');
  registerBackend('wasm', () => new BackendWasm(wasm), 2);
  void setBackend('wasm');
  return {
    name: 'wasm',
    adapter: hasSimd ? 'WASM SIMD' : 'WASM',
    isEmulated: false,
    lost: new Promise(() => {}),
    close() {},
  };
}
