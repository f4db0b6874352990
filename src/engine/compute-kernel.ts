/** What the kernels written here have in common: a pipeline, its buffers in the order of their bindings, and one read-back. */
import { noteDispatches, type DispatchCount } from './dispatch-count';

/** Threads of a workgroup, in every kernel. */
export const WORKGROUP = 64;

/** One entry point of a WGSL module; all bindings are in group 0, numbered from 0. */
export class ComputeKernel {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;

  constructor(device: GPUDevice, code: string, entryPoint: string) {
    this.#device = device;
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint } });
  }

  /** Adds a dispatch of so many workgroups to `pass`, counted under `purpose`; later dispatches see what it wrote. */
  dispatch(pass: GPUComputePassEncoder, buffers: readonly GPUBuffer[], workgroups: readonly [number, number?], purpose: keyof DispatchCount): void {
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(
      0,
      this.#device.createBindGroup({ layout: this.#pipeline.getBindGroupLayout(0), entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })) }),
    );
    pass.dispatchWorkgroups(...workgroups);
    noteDispatches(this.#device, 1, purpose);
  }
}

/** Workgroups for so many threads. */
export const groupsFor = (threads: number) => Math.ceil(threads / WORKGROUP);

/** Storage that kernels read and write, and that can be copied from and written to. Never empty, because bindings must not be. */
export function storageBuffer(device: GPUDevice, bytes: number): GPUBuffer {
  return device.createBuffer({ size: Math.max(16, bytes), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
}

/** The same with these numbers in it. */
export function storageOf(device: GPUDevice, data: Uint32Array | Float32Array): GPUBuffer {
  const buffer = storageBuffer(device, data.byteLength);
  device.queue.writeBuffer(buffer, 0, data as Uint32Array<ArrayBuffer>);
  return buffer;
}

export function uniformOf(device: GPUDevice, words: readonly number[]): GPUBuffer {
  const buffer = device.createBuffer({ size: 4 * Math.ceil(words.length / 4) * 4, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(buffer, 0, Uint32Array.from(words));
  return buffer;
}

/** A part of a buffer, in bytes. */
export interface BufferPart {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/** Several buffers, or parts of them, read back at once, behind one mapping. */
export class ReadBack {
  readonly #readable: GPUBuffer;
  readonly #parts: readonly BufferPart[];

  constructor(device: GPUDevice, sources: readonly (GPUBuffer | BufferPart)[]) {
    this.#parts = sources.map((source) => ('buffer' in source ? source : { buffer: source, offset: 0, size: source.size }));
    const size = this.#parts.reduce((sum, part) => sum + part.size, 0);
    this.#readable = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }

  /** To be called after the last pass that writes the sources. */
  encode(encoder: GPUCommandEncoder): void {
    let to = 0;
    for (const { buffer, offset, size } of this.#parts) {
      encoder.copyBufferToBuffer(buffer, offset, this.#readable, to, size);
      to += size;
    }
  }

  /** A copy of each source, in their order, once what was submitted is done. */
  async read(): Promise<ArrayBuffer[]> {
    await this.#readable.mapAsync(GPUMapMode.READ);
    const mapped = this.#readable.getMappedRange();
    let from = 0;
    const copies = this.#parts.map(({ size }) => mapped.slice(from, (from += size)));
    this.#readable.unmap();
    return copies;
  }

  dispose(): void {
    this.#readable.destroy();
  }
}
