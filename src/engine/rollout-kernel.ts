/**
 * The rollout as a WGSL kernel, one trajectory a thread, on the device that the networks use: the same generator, the same integer
 * thresholds and hence the same rows as `rollout` in core, bit for bit. TypeScript stays what trains; the kernel is compared with it.
 */
import type { Table } from '../core/contracts/scenario';
import { iterationPrefix, PCG_MULTIPLIER, PCG_OUTPUT_MULTIPLIER, startStream, STREAM, type Stream } from '../core/math/random';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
import { noteDispatches, type DispatchCount } from './dispatch-count';
import type { RolloutComparison } from './engine';

const WORKGROUP = 64;

const shader = /* wgsl */ `
struct Sizes { trajectories: u32, horizon: u32, actions: u32, unused: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> threshold: array<u32>;
@group(0) @binding(2) var<storage, read> rowStart: array<u32>;
@group(0) @binding(3) var<storage, read> rowThreshold: array<u32>;
// The next state, and in the highest bit whether the episode ends.
@group(0) @binding(4) var<storage, read> rowNext: array<u32>;
// Start state, state and increment of the stream, for each trajectory.
@group(0) @binding(5) var<storage, read> begin: array<u32>;
// Rows of all trajectories, then their lengths, then whether they ended.
@group(0) @binding(6) var<storage, read_write> played: array<u32>;

fn output(k: u32) -> u32 {
  let w = ((k >> ((k >> 28u) + 4u)) ^ k) * ${PCG_OUTPUT_MULTIPLIER}u;
  return w ^ (w >> 22u);
}

@compute @workgroup_size(${WORKGROUP})
fn play(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x;
  if (i >= sizes.trajectories) { return; }
  var state = begin[3u * i];
  var k = begin[3u * i + 1u];
  let increment = begin[3u * i + 2u];
  let first = i * sizes.horizon;
  var t = 0u;
  var done = 0u;
  while (t < sizes.horizon && done == 0u) {
    k = k * ${PCG_MULTIPLIER}u + increment;
    var word = output(k);
    var pair = state * sizes.actions;
    let last = pair + sizes.actions - 1u;
    while (pair < last && word >= threshold[pair]) { pair += 1u; }
    k = k * ${PCG_MULTIPLIER}u + increment;
    word = output(k);
    var row = rowStart[pair];
    let lastRow = rowStart[pair + 1u] - 1u;
    while (row < lastRow && word >= rowThreshold[row]) { row += 1u; }
    played[first + t] = row;
    state = rowNext[row] & 0x7fffffffu;
    done = rowNext[row] >> 31u;
    t += 1u;
  }
  for (var rest = t; rest < sizes.horizon; rest += 1u) { played[first + rest] = 0u; }
  let end = sizes.trajectories * sizes.horizon;
  played[end + i] = t;
  played[end + sizes.trajectories + i] = done;
}`;

export class RolloutKernel implements RolloutComparison {
  readonly #device: GPUDevice;
  readonly #table: Table;
  readonly #pipeline: GPUComputePipeline;
  readonly #fixed: readonly GPUBuffer[];
  /** Buffers that depend on the size of the batch. */
  #sized: { readonly nTraj: number; readonly sizes: GPUBuffer; readonly begin: GPUBuffer; readonly played: GPUBuffer; readonly readable: GPUBuffer } | null = null;
  readonly #threshold: GPUBuffer;

  constructor(device: GPUDevice, table: Table) {
    this.#device = device;
    this.#table = table;
    this.#pipeline = device.createComputePipeline({ layout: 'auto', compute: { module: device.createShaderModule({ code: shader }), entryPoint: 'play' } });
    this.#threshold = this.#buffer(4 * table.S * table.A, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    const next = table.rowNext.map((state, row) => (state | (table.rowDone[row] << 31)) >>> 0);
    this.#fixed = [table.rowStart, table.rowThreshold, next].map((column) => {
      const buffer = this.#buffer(column.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
      device.queue.writeBuffer(buffer, 0, column as Uint32Array<ArrayBuffer>);
      return buffer;
    });
  }

  /**
   * Rows, lengths and ends of the batch that `rollout` makes from the same thresholds; `start` [nTraj] says where each trajectory begins.
   * Its dispatch is counted under `purpose`.
   */
  async play(threshold: Uint32Array, start: Uint32Array, { nTraj, seed, learner, iteration }: RolloutOptions, purpose: keyof DispatchCount = 'training'): Promise<Pick<Rollout, 'row' | 'length' | 'terminated'>> {
    const { horizon, A } = this.#table;
    const { sizes, begin, played, readable } = this.#sizedFor(nTraj);
    const { queue } = this.#device;
    const words = new Uint32Array(3 * nTraj);
    const prefix = iterationPrefix(seed, learner, iteration, STREAM.trajectory);
    const stream: Stream = { state: 0, increment: 1 };
    for (let i = 0; i < nTraj; i++) {
      startStream(prefix, i, stream);
      words.set([start[i], stream.state >>> 0, stream.increment >>> 0], 3 * i);
    }
    queue.writeBuffer(sizes, 0, Uint32Array.of(nTraj, horizon, A, 0));
    queue.writeBuffer(this.#threshold, 0, threshold as Uint32Array<ArrayBuffer>);
    queue.writeBuffer(begin, 0, words);
    const [rowStart, rowThreshold, rowNext] = this.#fixed;
    const bindings = [sizes, this.#threshold, rowStart, rowThreshold, rowNext, begin, played];
    const group = this.#device.createBindGroup({
      layout: this.#pipeline.getBindGroupLayout(0),
      entries: bindings.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(Math.ceil(nTraj / WORKGROUP));
    noteDispatches(this.#device, 1, purpose);
    pass.end();
    encoder.copyBufferToBuffer(played, 0, readable, 0, readable.size);
    queue.submit([encoder.finish()]);
    await readable.mapAsync(GPUMapMode.READ);
    const all = new Uint32Array(readable.getMappedRange().slice(0));
    readable.unmap();
    const end = nTraj * horizon;
    return { row: all.subarray(0, end), length: Int32Array.from(all.subarray(end, end + nTraj)), terminated: Uint8Array.from(all.subarray(end + nTraj)) };
  }

  /** Plays a batch that TypeScript has played and says at how many of its steps the two differ. */
  async compare(threshold: Uint32Array, options: RolloutOptions, played: Rollout): Promise<{ readonly steps: number; readonly differing: number }> {
    const own = await this.play(threshold, played.start, options, 'checks');
    return { steps: played.length.reduce((sum, length) => sum + length, 0), differing: differingSteps(own, played) };
  }

  dispose(): void {
    this.#release();
    for (const buffer of [...this.#fixed, this.#threshold]) buffer.destroy();
  }

  #sizedFor(nTraj: number) {
    if (this.#sized?.nTraj === nTraj) return this.#sized;
    this.#release();
    const bytes = 4 * nTraj * (this.#table.horizon + 2);
    return (this.#sized = {
      nTraj,
      sizes: this.#buffer(16, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST),
      begin: this.#buffer(12 * nTraj, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST),
      played: this.#buffer(bytes, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC),
      readable: this.#buffer(bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST),
    });
  }

  #release(): void {
    if (!this.#sized) return;
    const { sizes, begin, played, readable } = this.#sized;
    for (const buffer of [sizes, begin, played, readable]) buffer.destroy();
    this.#sized = null;
  }

  #buffer(size: number, usage: GPUBufferUsageFlags): GPUBuffer {
    return this.#device.createBuffer({ size, usage });
  }
}

/** Steps at which two plays of a batch differ: rows within the length, and lengths and ends counted as steps. */
export function differingSteps(a: Pick<Rollout, 'row' | 'length' | 'terminated'>, b: Pick<Rollout, 'row' | 'length' | 'terminated'>): number {
  const maxLen = a.row.length / a.length.length;
  let differing = 0;
  for (let i = 0; i < a.length.length; i++) {
    if (a.length[i] !== b.length[i] || a.terminated[i] !== b.terminated[i]) differing += 1;
    const steps = Math.min(a.length[i], b.length[i]);
    for (let k = i * maxLen; k < i * maxLen + steps; k++) if (a.row[k] !== b.row[k]) differing += 1;
  }
  return differing;
}
