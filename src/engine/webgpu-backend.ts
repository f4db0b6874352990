import { env, findBackend, findBackendFactory, registerBackend, removeBackend, setBackend, type KernelConfig } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu/dist/flags_webgpu';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu';
import { addConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Add';
import { batchMatMulConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/BatchMatMul';
import { concatConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Concat';
import { identityConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Identity';
import { multiplyConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Multiply';
import { reluConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Relu';
import { reshapeConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Reshape';
import { rsqrtConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Rsqrt';
import { sliceConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Slice';
import { softmaxConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Softmax';
import { squareConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Square';
import { stepConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Step';
import { subConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sub';
import { sumConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Sum';
import { tanhConfig } from '@tensorflow/tfjs-backend-webgpu/dist/kernels/Tanh';
import { noteDispatches } from './dispatch-count';
import { EngineUnavailableError } from './engine';
import { findGpu } from './gpu-adapter';
import { registerMissing, type TfjsBackend } from './tfjs-backend';

/**
 * The kernels that a forward and a vjp dispatch, and no others: registering the package's whole
 * list makes the download several times larger.
 */
const kernels: readonly KernelConfig[] = [
  addConfig,
  batchMatMulConfig,
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
];

const limitsToAskFor = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

let shared: { readonly opened: Promise<TfjsBackend>; users: number } | undefined;

/**
 * TensorFlow.js on a WebGPU device. It can hold one such backend a thread, so engines opened side
 * by side share it; it closes with the last of them, and a lost one is replaced by the next opening.
 */
export async function openWebGpu(): Promise<TfjsBackend> {
  const mine = (shared ??= { opened: start(), users: 0 });
  const forget = () => {
    if (shared === mine) shared = undefined;
  };
  mine.users += 1;
  try {
    const backend = await mine.opened;
    void backend.lost.then(forget);
    return {
      ...backend,
      close() {
        mine.users -= 1;
        if (mine.users > 0) return;
        forget();
        backend.close();
      },
    };
  } catch (error) {
    forget();
    throw error;
  }
}

/**
 * The adapter is asked for here, because `setBackend` without one resolves false and TensorFlow.js
 * then falls back in silence.
 */
async function start(): Promise<TfjsBackend> {
  const gpu = await findGpu();
  if (!gpu) throw new EngineUnavailableError('webgpu', gpu === undefined ? 'There is no WebGPU here.' : 'No WebGPU adapter in this browser.');
  const { adapter, name, isEmulated } = gpu;
  const device = await requestDevice(adapter);

  // From here on without waiting: TensorFlow.js mixes backends up where another one starts in between.
  registerMissing(kernels);
  // Small tensors would be computed on the CPU otherwise, and then are not on the device.
  env().set('WEBGPU_CPU_FORWARD', false);
  const backend = new CountingBackend(device, adapter.info);
  backend.readSync = () => {
    throw new Error('Synchronous reads destroy the WebGPU device in some browsers. Use data().');
  };
  if (findBackendFactory('webgpu')) removeBackend('webgpu');
  registerBackend('webgpu', () => backend, 3);
  void setBackend('webgpu');

  return {
    name: 'webgpu',
    adapter: name,
    isEmulated,
    device,
    gpu: {
      device,
      bufferOf: ({ dataId }) => backend.tensorMap.get(dataId).resource as GPUBuffer,
      flush() {
        backend.ensureCommandEncoderReady();
        backend.endComputePassEncoder();
        backend.submitQueue();
      },
    },
    lost: device.lost.then((info) => info.message || `the device was lost (${info.reason})`),
    close() {
      if (findBackend('webgpu') === backend) removeBackend('webgpu');
      device.destroy();
    },
  };
}

/** Counts the programs it runs, one dispatch each; empty outputs run none. */
class CountingBackend extends WebGPUBackend {
  override runWebGPUProgram(...given: Parameters<WebGPUBackend['runWebGPUProgram']>): ReturnType<WebGPUBackend['runWebGPUProgram']> {
    const [{ outputShape }] = given;
    if (!outputShape.includes(0)) noteDispatches(this.device);
    return super.runWebGPUProgram(...given);
  }
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  try {
    return await adapter.requestDevice({
      requiredLimits: Object.fromEntries(limitsToAskFor.map((limit) => [limit, adapter.limits[limit]])),
    });
  } catch (cause) {
    throw new EngineUnavailableError('webgpu', `The WebGPU adapter gave no device: ${(cause as Error).message}`);
  }
}
