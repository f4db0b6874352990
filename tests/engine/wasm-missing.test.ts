import { afterEach, expect, test, vi } from 'vitest';

/** TensorFlow.js can be started once a thread, so each test takes a fresh copy of the module. */
async function freshWasm() {
  vi.resetModules();
  const { openWasm } = await import('../../src/engine/wasm-backend');
  return openWasm;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

test('a page that may not start WebAssembly says so', async () => {
  vi.stubGlobal('WebAssembly', { ...WebAssembly, instantiate: () => Promise.reject(new Error('blocked by the policy')) });
  const openWasm = await freshWasm();
  await expect(openWasm('/anywhere/')).rejects.toThrow('WebAssembly is blocked here.');
});

test('a browser without WebAssembly says the same', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  const openWasm = await freshWasm();
  await expect(openWasm('/anywhere/')).rejects.toThrow('WebAssembly is blocked here.');
});

test('files that do not load are named by their folder', async () => {
  const openWasm = await freshWasm();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await expect(openWasm('/no/such/folder/')).rejects.toThrow('The WebAssembly files did not load from /no/such/folder/.');
});
