/** The page in which the bench trains on WebGPU. */
import { findGpu } from '../../src/engine/gpu-adapter';
import { timeTraining, type BenchSize, type Timed } from './bench-training';
import { timeTransformer } from './transformer-training';

declare global {
  /** Set once the page's module has run. */
  var timeTraining: (size: BenchSize, budget: number) => Promise<Timed>;
  var hasOwnGpu: () => Promise<boolean>;
  var timeTransformer: (budget: number) => Promise<Timed>;
}

const wasmBinaries = new URL('wasm/', document.baseURI).href;
globalThis.timeTraining = (size, budget) => timeTraining(size, budget, wasmBinaries);
globalThis.timeTransformer = (budget) => timeTransformer('webgpu', budget, wasmBinaries);
globalThis.hasOwnGpu = async () => {
  const gpu = await findGpu();
  return !!gpu && !gpu.isEmulated;
};
