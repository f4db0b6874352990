import { getKernel, registerKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import type { EngineName } from './engine';

/** A TensorFlow.js backend that has started, as the networks on it need it. */
export interface TfjsBackend {
  readonly name: Exclude<EngineName, 'ts'>;
  /** What computes, in words. */
  readonly adapter: string;
  readonly isEmulated: boolean;
  /** The GPU device, where there is one. */
  readonly device?: GPUDevice;
  /** Resolves with the reason when the device behind the backend is gone. */
  readonly lost: Promise<string>;
  close(): void;
}

/** Registers the kernels that are not there yet; TensorFlow.js warns of each that is. */
export function registerMissing(kernels: readonly KernelConfig[]): void {
  for (const kernel of kernels) if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
}
