import { getKernel, registerKernel, type KernelConfig, type Tensor } from '@tensorflow/tfjs-core';
import type { EngineName } from './engine';

/** A TensorFlow.js backend that has started, as the networks on it need it. */
export interface TfjsBackend {
  readonly name: Exclude<EngineName, 'ts'>;
  /** What computes, in words. */
  readonly adapter: string;
  readonly isEmulated: boolean;
  /** The GPU device, where there is one. */
  readonly device?: GPUDevice;
  /** How kernels written here share that device with TensorFlow.js, where there is one. */
  readonly gpu?: GpuAccess;
  /** Resolves with the reason when the device behind the backend is gone. */
  readonly lost: Promise<string>;
  close(): void;
}

export interface GpuAccess {
  readonly device: GPUDevice;
  /** The buffer behind a tensor that was computed on the device or made of a buffer. */
  bufferOf(tensor: Tensor): GPUBuffer;
  /** Submits what TensorFlow.js has recorded and holds back, so that what is submitted or written next comes after it. */
  flush(): void;
}

/** Registers the kernels that are not there yet; TensorFlow.js warns of each that is. */
export function registerMissing(kernels: readonly KernelConfig[]): void {
  for (const kernel of kernels) if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
}
