import { memory } from '@tensorflow/tfjs-core';
import type { Table } from '../core/contracts/scenario';
import type { MakeParameters } from './device-parameters';
import type { Engine, EngineUse, NetworkShape } from './engine';
import { MembersApart } from './members-apart';
import { checkNetwork } from './network-shape';
import type { OutputReader } from './output-reader';
import type { TfjsBackend } from './tfjs-backend';
import { Device } from './tfjs-device';
import { TfjsMlp } from './tfjs-mlp';
import { TfjsTransformer } from './tfjs-transformer';
import { checkTransformer, type TransformerShape } from './transformer-shape';

/**
 * Activations of the widest layer, of all members together, up to which WASM computes members as
 * one population: beyond, they leave the core's cache between two kernels, and members were up to
 * a tenth slower than each by itself.
 */
const WASM_TOGETHER = 131_072;

/** Tensors and bytes; on WebGPU the buffers are counted too, which are never given back, and those that networks `held` themselves. */
function deviceMemory(name: TfjsBackend['name'], held: number): Pick<EngineUse, 'tensors' | 'bytes' | 'pool'> {
  const { numTensors, numBytes, ...more } = memory();
  if (name !== 'webgpu') return { tensors: numTensors, bytes: numBytes, pool: null };
  const { numBytesInGPU = numBytes, numBytesAllocatedInGPU } = more as { numBytesInGPU?: number; numBytesAllocatedInGPU?: number };
  return { tensors: numTensors, bytes: numBytesInGPU + held, pool: numBytesAllocatedInGPU === undefined ? null : numBytesAllocatedInGPU + held };
}

/** Tensors that TensorFlow.js holds in this thread, for the test that none are left behind. */
export function tensorCount(): number {
  return memory().numTensors;
}

/**
 * Networks on TensorFlow.js: batched matrix products along the population axis, gradients written
 * out instead of taped, one read-back per `forward` and one per `vjp`. On WebGPU optimiser steps can be made on the device, and
 * `forward` is the only one.
 */
export function createTfjsEngine(backend: TfjsBackend): Engine {
  const device = new Device(backend);
  const { gpu } = backend;
  let reader: OutputReader | undefined;
  const parametersHere = async (): Promise<MakeParameters | undefined> => {
    if (!gpu) return undefined;
    const [{ DeviceParameters }, { OutputReader }] = await Promise.all([import('./device-parameters'), import('./output-reader')]);
    const outputs = (reader ??= new OutputReader(gpu, (data) => device.readBack(data)));
    return (...given) => new DeviceParameters(gpu, outputs, ...given);
  };
  return {
    name: backend.name,
    adapter: backend.adapter,
    isEmulated: backend.isEmulated,
    descends: backend.gpu !== undefined,
    create: async (shape, features) => {
      const make = await parametersHere();
      device.activate();
      const create = (given: NetworkShape) => new TfjsMlp(device, given, features, make);
      const rows = checkNetwork(shape, features);
      const together = backend.name === 'wasm' ? Math.max(1, Math.floor(WASM_TOGETHER / (rows * Math.max(...shape.hidden, shape.outputs)))) : shape.population;
      return together < shape.population ? new MembersApart(shape, create, together) : create(shape);
    },
    createTransformer: async (shape, prefix, states) => {
      checkTransformer(shape, prefix);
      const make = await parametersHere();
      device.activate();
      const create = (given: TransformerShape) => new TfjsTransformer(device, given, prefix, states, make);
      return backend.name === 'wasm' && shape.population > 1 ? new MembersApart(shape, create) : create(shape);
    },
    ...(backend.device && {
      createRollout: async (table: Table) => {
        device.activate();
        return new (await import('./rollout-kernel')).RolloutKernel(backend.device!, table);
      },
      createSignals: async (table: Table) => {
        device.activate();
        return new (await import('./signal-comparison')).SignalKernels(backend.device!, table);
      },
      createIteration: async (...given: Parameters<NonNullable<Engine['createIteration']>>) => {
        device.activate();
        return new (await import('./device-iteration')).DeviceIteration(backend.device!, ...given);
      },
    }),
    use: () => ({ ...deviceMemory(backend.name, device.held + (reader?.bytes ?? 0)), ...device.waits, ...device.dispatched }),
    dispose: () => {
      reader?.dispose();
      device.close();
    },
    lost: device.lost,
  };
}
