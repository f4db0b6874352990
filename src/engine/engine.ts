/**
 * The contract between learners and networks. An engine computes two things for a population of
 * equally shaped networks, logits and vector–Jacobian products; losses, aggregates and optimisers
 * are typed-array TypeScript elsewhere, so all engines share them.
 */

import type { Table, TokenPrefix } from '../core/contracts/scenario';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
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
  dispose(): void;
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
  /** `features` is [rows × inputs], row-major; it is copied. */
  create(shape: NetworkShape, features: Float32Array): Promise<Network>;
  /** A network whose rows are these states of a prefix forest, in their order. */
  createTransformer(shape: TransformerShape, prefix: TokenPrefix, states: Uint32Array): Promise<Network>;
  dispose(): void;
  /** The rollout on its device; missing where there is no such kernel. */
  createRollout?(table: Table): Promise<RolloutComparison>;
  /** What it holds on its device; missing where there is none. */
  use?(): EngineUse;
  /** Resolves with the reason if the device is lost; every call in flight or later then rejects with `EngineLostError`. */
  readonly lost: Promise<string>;
}

/** The device behind an engine is gone. Parameters live on the CPU side, so a new engine can carry on from them. */
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
