/** What networks on a device leave there, read back: all that is asked for before the next pause at once, behind one mapping. */
import type { GpuAccess } from './tfjs-backend';

interface Wanted {
  readonly sources: readonly { readonly buffer: GPUBuffer; readonly bytes: number }[];
  readonly at: number;
  readonly resolve: (read: ArrayBuffer[]) => void;
  readonly reject: (error: Error) => void;
}

export class OutputReader {
  #wanted: Wanted[] = [];
  #bytes = 0;
  /** Grows to the largest that was needed; null while it is in use. */
  #readable: GPUBuffer | null = null;

  /** `counted` waits for a read-back on the engine's behalf. */
  constructor(
    private readonly gpu: GpuAccess,
    private readonly counted: <T>(data: Promise<T>) => Promise<T>,
  ) {}

  /** A copy of each buffer's first bytes as they are now. */
  read(sources: Wanted['sources']): Promise<ArrayBuffer[]> {
    return new Promise<ArrayBuffer[]>((resolve, reject) => {
      if (this.#wanted.length === 0) queueMicrotask(() => void this.#readWanted());
      this.#wanted.push({ sources, at: this.#bytes, resolve, reject });
      this.#bytes += sources.reduce((sum, { bytes }) => sum + bytes, 0);
    });
  }

  /** Bytes of the buffer that is kept. */
  get bytes(): number {
    return this.#readable?.size ?? 0;
  }

  dispose(): void {
    this.#readable?.destroy();
    this.#readable = null;
  }

  async #readWanted(): Promise<void> {
    const [wanted, bytes] = [this.#wanted, this.#bytes];
    this.#wanted = [];
    this.#bytes = 0;
    try {
      const readable = this.#copied(wanted, bytes);
      await this.counted(readable.mapAsync(GPUMapMode.READ, 0, bytes));
      const mapped = readable.getMappedRange(0, bytes);
      for (const { sources, at, resolve } of wanted) {
        let from = at;
        resolve(sources.map(({ bytes: size }) => mapped.slice(from, (from += size))));
      }
      readable.unmap();
      if (this.#readable) readable.destroy();
      else this.#readable = readable;
    } catch (error) {
      for (const { reject } of wanted) reject(error as Error);
    }
  }

  /** Submits copies of everything into one buffer. */
  #copied(wanted: readonly Wanted[], bytes: number): GPUBuffer {
    const { device } = this.gpu;
    if (this.#readable && this.#readable.size < bytes) this.dispose();
    const readable = this.#readable ?? device.createBuffer({ size: bytes, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    this.#readable = null;
    this.gpu.flush();
    const encoder = device.createCommandEncoder();
    for (const { sources, at } of wanted) {
      let to = at;
      for (const { buffer, bytes: size } of sources) {
        encoder.copyBufferToBuffer(buffer, 0, readable, to, size);
        to += size;
      }
    }
    device.queue.submit([encoder.finish()]);
    return readable;
  }
}
