/** The page in which the bench trains on WebGPU. */
import { timeTraining, type BenchSize, type Timed } from './bench-training';

declare global {
  /** Set once the page's module has run. */
  var timeTraining: (size: BenchSize, budget: number) => Promise<Timed>;
}

globalThis.timeTraining = (size, budget) => timeTraining(size, budget, new URL('wasm/', document.baseURI).href);
