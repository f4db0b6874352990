/**
 * The contract between learners and networks. An engine computes two things for a population of
 * equally shaped networks, logits and vector–Jacobian products; losses and aggregates are typed-array
 * TypeScript elsewhere, so all engines share them, and so are optimisers but where the device makes their steps.
 */

import type { GroupLayout } from '../core/contracts/columns';
import type { Table, TokenPrefix } from '../core/contracts/scenario';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
import type { DeviceIteration } from './device-iteration';
import type { StepNumbers } from './optimiser';
import type { SignalKernels } from './signal-comparison';
import type { BatchSize } from './signal-layout';
import type { TransformerShape } from './transformer-shape';

export const ENGINE_NAMES = ['ts', 'wasm', 'webgpu'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];
export const ENGINE_TITLE: Readonly<Record<EngineName, string>> = { ts: 'TypeScript', wasm: 'WASM', webgpu: 'WebGPU' };

/** Fully connected layers, inputs → hidden… → outputs; the output layer is linear. */
export interface NetworkShape {
  readonly inputs: number;
  /** Width of each hidden layer; may be empty. */
  readonly hidden: readonly number[];
  readonly outputs: number;
  readonly activation: 'tanh' | 'relu' | 'gelu';
  /** How many networks are evaluated side by side, each with parameters of its own. */
  readonly population: number;
}

/**
 * A population of networks bound to one feature matrix. Calls must not overlap: await one before
 * the next. Returned arrays are reused by the next call of the same method.
 */
export interface Network {
  readonly shape: NetworkShape | TransformerShape;
  /** Rows of the feature matrix, which all members share. */
  readonly rows: number;
  /** P, the parameters of one member. */
  readonly parameterCount: number;
  /** Copies [population × P] in; the layout is that of `layersOf` or `transformerLayout`. */
  setParameters(flat: Float32Array): void;
  /** Logits of every member on every row, [population × rows × outputs]. */
  forward(): Promise<Float32Array>;
  /**
   * Gradient of Σ logits · dLogits with respect to the parameters: dLogits
   * [population × rows × outputs] → [population × P]. Throws where `setParameters` came after the
   * last `forward`, whose activations it uses; several calls after one `forward` are fine.
   */
  vjp(dLogits: Float32Array): Promise<Float32Array>;
  /** Optimiser steps where the parameters are; missing where they are made in TypeScript. */
  readonly descent?: Descent;
  dispose(): void;
}

/** What a device holds of a population, [population × P] each; no moments where the optimiser keeps none. */
export interface HeldParameters {
  readonly parameters: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Optimiser steps on a network's device: parameters and moments stay there, and nothing is read back but when asked for. */
export interface Descent {
  /** Copies moments in, [population × P] each or empty; `setParameters` brings the parameters. */
  setMoments(first: Float32Array, second: Float32Array): void;
  /**
   * One step of every member by its numbers along −(gradient of Σ logits · dLogits), submitted and not waited for. dLogits
   * [population × rows × outputs] as numbers, or as a buffer of the same device (usage STORAGE and COPY_SRC) that is written before.
   * Needs the activations of the last `forward`, which it uses up. A member whose step is not finite has NaN as its logits from then on.
   */
  descend(dLogits: Float32Array | GPUBuffer, steps: readonly StepNumbers[]): void;
  /**
   * `forward` whose outputs stay where they are, [population × `rows` × outputs] with rows beyond the network's own to be left alone, valid
   * until the next call. Missing where the device has them in another order.
   */
  readonly evaluate?: () => { readonly buffer: GPUBuffer; readonly rows: number };
  /** Parameters and moments as they are now, in one read-back. */
  read(): Promise<HeldParameters>;
}

/** What an engine holds on its device. */
export interface EngineUse {
  readonly tensors: number;
  /** Bytes of tensors. */
  readonly bytes: number;
  /** Bytes of the device's buffers, those that wait in the pool included; null where there is no pool. */
  readonly pool: number | null;
  /** Read-backs so far, and milliseconds waited for them, the device's work included. */
  readonly readBacks: number;
  readonly waited: number;
  /** Compute dispatches so far, those that only check another computation apart; 0 where there is no GPU. */
  readonly dispatches: number;
  readonly checkDispatches: number;
}

/** A rollout on the engine's device, to be compared with that of the core. */
export interface RolloutComparison {
  /** Plays a batch that the core has played from these thresholds, and says at how many of its steps the two differ. */
  compare(threshold: Uint32Array, options: RolloutOptions, played: Rollout): Promise<{ readonly steps: number; readonly differing: number }>;
}

export interface Engine {
  readonly name: EngineName;
  /** What computes, in words: "TypeScript, this core", "WASM SIMD", or the GPU adapter, with "emulated" where it is. */
  readonly adapter: string;
  /** True for a GPU adapter that is software on the CPU: right, but slow. */
  readonly isEmulated: boolean;
  /** True where networks make optimiser steps on the device, so that parameters on the CPU side fall behind. */
  readonly descends?: boolean;
  /** `features` is [rows × inputs], row-major; it is copied. */
  create(shape: NetworkShape, features: Float32Array): Promise<Network>;
  /** A network whose rows are these states of a prefix forest, in their order. */
  createTransformer(shape: TransformerShape, prefix: TokenPrefix, states: Uint32Array): Promise<Network>;
  dispose(): void;
  /** The rollout on its device; missing where there is no such kernel. */
  createRollout?(table: Table): Promise<RolloutComparison>;
  /** Rewards, advantages and sums on its device, to be compared with those of the core; missing where there are no such kernels. */
  createSignals?(table: Table): Promise<SignalKernels>;
  /** Whole iterations on its device, as the constructor of `DeviceIteration` describes them; missing where there are no such kernels. */
  createIteration?(table: Table, base: Float64Array, group: GroupLayout, size: BatchSize): Promise<DeviceIteration>;
  /** What it holds on its device; missing where there is none. */
  use?(): EngineUse;
  /** Resolves with the reason if the device is lost; every call in flight or later then rejects with `EngineLostError`. */
  readonly lost: Promise<string>;
}

/** The device behind an engine is gone, with what it held: a new engine can carry on from the last parameters on the CPU side. */
export class EngineLostError extends Error {
  override readonly name = 'EngineLostError';
  constructor(
    readonly engine: EngineName,
    readonly reason: string,
  ) {
    super(`The ${engine} engine lost its device: ${reason}. Start another engine and set the last parameters again.`);
  }
}

/** The engine cannot start here; `message` says why in words meant for the person. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
  constructor(
    readonly engine: EngineName,
    message: string,
  ) {
    super(message);
  }
}
