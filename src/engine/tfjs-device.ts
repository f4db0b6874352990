import { getBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { countInto, type DispatchCount } from './dispatch-count';
import { EngineLostError, type EngineName, type Network } from './engine';
import type { TfjsBackend } from './tfjs-backend';

/** A network as the device that it is on knows it. */
export interface DeviceNetwork extends Network {
  /** Bytes of its buffers that TensorFlow.js does not count. */
  readonly bytesHeld?: number;
}

/** The backend with its fate: knows whether it is lost, and rejects what waits for it when it goes. */
export class Device {
  readonly name: Exclude<EngineName, 'ts'>;
  readonly lost: Promise<string>;
  readonly #backend: TfjsBackend;
  readonly #networks = new Set<DeviceNetwork>();
  readonly #waiting = new Set<(error: EngineLostError) => void>();
  #announceLoss: (reason: string) => void = () => {};
  #reason: string | undefined;
  #isClosed = false;
  #readBacks = 0;
  #waited = 0;
  readonly #dispatches: DispatchCount = { training: 0, checks: 0 };

  constructor(backend: TfjsBackend) {
    this.name = backend.name;
    this.#backend = backend;
    this.lost = new Promise((resolve) => (this.#announceLoss = resolve));
    void backend.lost.then((reason) => this.#lose(reason));
  }

  /** Makes this backend TensorFlow.js's current one; throws if it is gone. */
  activate(): void {
    if (this.#reason !== undefined) throw new EngineLostError(this.name, this.#reason);
    if (this.#isClosed) throw new Error(`This ${this.name} engine has been disposed.`);
    // Takes effect at once for a backend that has started.
    if (getBackend() !== this.name) void setBackend(this.name);
    if (this.#backend.device) countInto(this.#backend.device, this.#dispatches);
  }

  add(network: DeviceNetwork): void {
    this.#networks.add(network);
  }

  remove(network: DeviceNetwork): void {
    this.#networks.delete(network);
  }

  /** Copies a tensor's numbers to `into` and disposes it. A read-back that fails means the device is gone. */
  async read(tensor: Tensor, into: Float32Array): Promise<Float32Array> {
    try {
      into.set(await this.readBack(tensor.data<'float32'>()));
      return into;
    } finally {
      tensor.dispose();
    }
  }

  /** Waits for a read-back and counts it; rejects with `EngineLostError` when the device goes meanwhile, or reading fails. */
  async readBack<T>(data: Promise<T>): Promise<T> {
    const began = performance.now();
    let reject: (error: EngineLostError) => void = () => {};
    const loss = new Promise<never>((_, fail) => this.#waiting.add((reject = fail)));
    const ours = data.catch((cause: Error) => {
      this.#lose(`reading back failed (${cause.message})`);
      return loss;
    });
    try {
      return await Promise.race([ours, loss]);
    } finally {
      this.#waiting.delete(reject);
      this.#readBacks += 1;
      this.#waited += performance.now() - began;
    }
  }

  /** Bytes of buffers that networks hold beside TensorFlow.js's own. */
  get held(): number {
    let bytes = 0;
    for (const { bytesHeld } of this.#networks) bytes += bytesHeld ?? 0;
    return bytes;
  }

  /** Read-backs so far, and milliseconds waited for them. */
  get waits(): { readonly readBacks: number; readonly waited: number } {
    return { readBacks: this.#readBacks, waited: this.#waited };
  }

  /** Compute dispatches so far, those of checks apart. */
  get dispatched(): { readonly dispatches: number; readonly checkDispatches: number } {
    return { dispatches: this.#dispatches.training, checkDispatches: this.#dispatches.checks };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const network of this.#networks) network.dispose();
    this.#backend.close();
  }

  #lose(reason: string): void {
    if (this.#reason !== undefined || this.#isClosed) return;
    this.#reason = reason;
    for (const reject of this.#waiting) reject(new EngineLostError(this.name, reason));
    this.#announceLoss(reason);
  }
}
