/**
 * The rollout as a WGSL kernel, one trajectory a thread, on the device that the networks use: the same generator, the same integer
 * thresholds and hence the same rows as `rollout` in core, bit for bit. TypeScript stays what trains; the kernel is compared with it.
 */
import type { Table } from '../core/contracts/scenario';
import { iterationPrefix, PCG_MULTIPLIER, PCG_OUTPUT_MULTIPLIER, startStream, STREAM, type Stream } from '../core/math/random';
import type { Rollout, RolloutOptions } from '../core/mdp/rollout';
import { ComputeKernel, groupsFor, ReadBack, storageBuffer, storageOf, uniformOf, WORKGROUP } from './compute-kernel';
import type { DispatchCount } from './dispatch-count';
import type { RolloutComparison } from './engine';

const shader = /* wgsl */ `
struct Sizes { all: u32, trajectories: u32, horizon: u32, states: u32, actions: u32, a: u32, b: u32, c: u32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
// [learners x states x actions]
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
  if (i >= sizes.all) { return; }
  let own = i / sizes.trajectories * sizes.states * sizes.actions;
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
    while (pair < last && word >= threshold[own + pair]) { pair += 1u; }
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
  let end = sizes.all * sizes.horizon;
  played[end + i] = t;
  played[end + sizes.all + i] = done;
}`;

/** Buffers for batches of one size. */
interface Sized {
  readonly all: number;
  readonly nTraj: number;
  readonly sizes: GPUBuffer;
  readonly begin: GPUBuffer;
  readonly played: GPUBuffer;
  readonly back: ReadBack;
}

export class RolloutKernel implements RolloutComparison {
  readonly #device: GPUDevice;
  readonly #table: Table;
  readonly #kernel: ComputeKernel;
  readonly #fixed: readonly GPUBuffer[];
  readonly #threshold: GPUBuffer;
  #sized: Sized | null = null;

  constructor(device: GPUDevice, table: Table) {
    this.#device = device;
    this.#table = table;
    this.#kernel = new ComputeKernel(device, shader, 'play');
    this.#threshold = storageBuffer(device, 4 * table.S * table.A);
    const next = table.rowNext.map((state, row) => (state | (table.rowDone[row] << 31)) >>> 0);
    this.#fixed = [table.rowStart, table.rowThreshold, next].map((column) => storageOf(device, column));
  }

  /**
   * Says where the trajectories of each learner's next batch begin, all batches of one size; `starts` are [nTraj] states each. Gives the
   * buffer that they will be in: rows [learners·N·T], lengths and ends.
   */
  begin(options: readonly RolloutOptions[], starts: readonly Uint32Array[]): GPUBuffer {
    const { nTraj } = options[0];
    const { begin, played } = this.#sizedFor(options.length, nTraj);
    const words = new Uint32Array(3 * nTraj * options.length);
    const stream: Stream = { state: 0, increment: 1 };
    options.forEach(({ seed, learner, iteration }, m) => {
      const prefix = iterationPrefix(seed, learner, iteration, STREAM.trajectory);
      for (let i = 0; i < nTraj; i++) {
        startStream(prefix, i, stream);
        words.set([starts[m][i], stream.state >>> 0, stream.increment >>> 0], 3 * (m * nTraj + i));
      }
    });
    this.#device.queue.writeBuffer(begin, 0, words);
    return played;
  }

  /** Adds the rollout from `threshold`, [learners·S·A], to `pass`. */
  encode(pass: GPUComputePassEncoder, threshold: GPUBuffer, purpose: keyof DispatchCount): void {
    const { all, sizes, begin, played } = this.#sized!;
    this.#kernel.dispatch(pass, [sizes, threshold, ...this.#fixed, begin, played], [groupsFor(all)], purpose);
  }

  /**
   * Rows, lengths and ends of the batch that `rollout` makes from the same thresholds; `start` [nTraj] says where each trajectory begins.
   * Its dispatch is counted under `purpose`.
   */
  async play(threshold: Uint32Array, start: Uint32Array, options: RolloutOptions, purpose: keyof DispatchCount = 'training'): Promise<Pick<Rollout, 'row' | 'length' | 'terminated'>> {
    this.begin([options], [start]);
    const { queue } = this.#device;
    queue.writeBuffer(this.#threshold, 0, threshold as Uint32Array<ArrayBuffer>);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    this.encode(pass, this.#threshold, purpose);
    pass.end();
    const { back } = this.#sized!;
    back.encode(encoder);
    queue.submit([encoder.finish()]);
    const all = new Uint32Array((await back.read())[0]);
    const { nTraj } = options;
    const end = nTraj * this.#table.horizon;
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

  #sizedFor(learners: number, nTraj: number): Sized {
    const all = learners * nTraj;
    if (this.#sized?.all === all && this.#sized.nTraj === nTraj) return this.#sized;
    this.#release();
    const { horizon, S, A } = this.#table;
    const played = storageBuffer(this.#device, 4 * all * (horizon + 2));
    return (this.#sized = {
      all,
      nTraj,
      sizes: uniformOf(this.#device, [all, nTraj, horizon, S, A, 0, 0, 0]),
      begin: storageBuffer(this.#device, 12 * all),
      played,
      back: new ReadBack(this.#device, [played]),
    });
  }

  #release(): void {
    if (!this.#sized) return;
    const { sizes, begin, played, back } = this.#sized;
    for (const buffer of [sizes, begin, played]) buffer.destroy();
    back.dispose();
    this.#sized = null;
  }
}

/** Steps at which two plays of a batch differ: rows within the length, and lengths and ends counted as steps. */
function differingSteps(a: Pick<Rollout, 'row' | 'length' | 'terminated'>, b: Pick<Rollout, 'row' | 'length' | 'terminated'>): number {
  const maxLen = a.row.length / a.length.length;
  let differing = 0;
  for (let i = 0; i < a.length.length; i++) {
    if (a.length[i] !== b.length[i] || a.terminated[i] !== b.terminated[i]) differing += 1;
    const steps = Math.min(a.length[i], b.length[i]);
    for (let k = i * maxLen; k < i * maxLen + steps; k++) if (a.row[k] !== b.row[k]) differing += 1;
  }
  return differing;
}
