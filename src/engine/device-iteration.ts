/**
 * A whole iteration of policy-gradient learning on the device: forward, thresholds, rollout, rewards, advantages, sums, dL/dlogits, backward
 * and optimiser step, of all learners together, with one read-back at the end. It serves schemes that `signalPlan` can express, without
 * a learned critic, under REINFORCE or PPO with one epoch, without penalties.
 */
import type { GroupLayout } from '../core/contracts/columns';
import type { Table } from '../core/contracts/scenario';
import { batchStarts, type RolloutOptions } from '../core/mdp/rollout';
import { ComputeKernel, groupsFor, ReadBack, storageBuffer, storageOf } from './compute-kernel';
import { DeviceSignals, type Values } from './device-signals';
import type { Network } from './engine';
import type { StepNumbers } from './optimiser';
import { gradientShader, thresholdShader } from './policy-kernels';
import { RolloutKernel } from './rollout-kernel';
import { sizeWords, type BatchSize } from './signal-layout';
import type { SignalPlan } from './signal-plan';

/** What figures need of an iteration; learners one after the other. */
export interface IterationRead {
  /** [learners × N] total of the scheme's own reward of each trajectory. */
  readonly total: Float64Array;
  /** [learners × N] */
  readonly length: Uint32Array;
  /** [learners × S × A] π of the policies that made the batches. */
  readonly probability: Float32Array;
}

export class DeviceIteration {
  readonly #device: GPUDevice;
  readonly #table: Table;
  readonly #signals: DeviceSignals;
  readonly #rollout: RolloutKernel;
  readonly #think: ComputeKernel;
  readonly #differentiate: ComputeKernel;
  readonly #base: GPUBuffer;
  readonly #probability: GPUBuffer;
  readonly #threshold: GPUBuffer;
  readonly #dLogits: GPUBuffer;
  #units: readonly number[] = [];
  #outputRows = 0;
  #back: ReadBack | null = null;

  /** `base` [S·A] is added to the network's outputs; `group` is how each learner's trajectories are grouped. */
  constructor(
    device: GPUDevice,
    table: Table,
    base: Float64Array,
    group: GroupLayout,
    readonly size: BatchSize,
  ) {
    const pairs = size.learners * table.S * table.A;
    this.#device = device;
    this.#table = table;
    this.#signals = new DeviceSignals(device, table, group, size);
    this.#rollout = new RolloutKernel(device, table);
    this.#think = new ComputeKernel(device, thresholdShader, 'think');
    this.#differentiate = new ComputeKernel(device, gradientShader, 'differentiate');
    this.#base = storageOf(device, Float32Array.from(base));
    this.#probability = storageBuffer(device, 4 * pairs);
    this.#threshold = storageBuffer(device, 4 * pairs);
    this.#dLogits = storageBuffer(device, 4 * pairs);
  }

  /** Sets what each learner is priced by, and its V where that is no 0. */
  setPlans(plans: readonly SignalPlan[], values: readonly Values[]): void {
    this.#units = this.#signals.setPlans(plans, values);
  }

  /**
   * One update of every learner: `options` says which batch each plays, `steps` how its optimiser steps. `network` holds the parameters of
   * all learners as one population, with A outputs, on this very device; it keeps the moved ones.
   */
  async iterate(network: Network, options: readonly RolloutOptions[], steps: readonly StepNumbers[]): Promise<IterationRead> {
    const { descent } = network;
    if (!descent?.evaluate) throw new Error('This network does not leave its outputs on the device.');
    const { learners, nTraj } = this.size;
    const { S, horizon } = this.#table;
    const signals = this.#signals;
    const logits = descent.evaluate();
    if (this.#outputRows !== logits.rows) {
      this.#outputRows = logits.rows;
      this.#device.queue.writeBuffer(signals.sizes, 0, Uint32Array.from(sizeWords(this.size, this.#table, logits.rows)));
    }
    const played = this.#rollout.begin(options, options.map((given) => batchStarts(this.#table, given)));
    const all = learners * nTraj;
    this.#back ??= new ReadBack(this.#device, [signals.total, { buffer: played, offset: 4 * all * horizon, size: 4 * all }, this.#probability]);
    const encoder = this.#device.createCommandEncoder();
    const states = [groupsFor(learners * S)] as const;
    const before = encoder.beginComputePass();
    this.#think.dispatch(before, [signals.sizes, logits.buffer, this.#base, this.#probability, this.#threshold], states, 'training');
    this.#rollout.encode(before, this.#threshold, 'training');
    before.end();
    signals.encode(encoder, played, 'training');
    const after = encoder.beginComputePass();
    this.#differentiate.dispatch(after, [signals.sizes, signals.sums, signals.largest, this.#probability, this.#dLogits], states, 'training');
    after.end();
    this.#back.encode(encoder);
    this.#device.queue.submit([encoder.finish()]);
    descent.descend(this.#dLogits, steps);
    const [total, length, probability] = await this.#back.read();
    return {
      total: this.#totals(new Uint32Array(total)),
      length: new Uint32Array(length),
      probability: new Float32Array(probability),
    };
  }

  dispose(): void {
    this.#signals.dispose();
    this.#rollout.dispose();
    this.#back?.dispose();
    for (const buffer of [this.#base, this.#probability, this.#threshold, this.#dLogits]) buffer.destroy();
  }

  #totals(words: Uint32Array): Float64Array {
    const { learners, nTraj } = this.size;
    return Float64Array.from({ length: learners * nTraj }, (_, i) => ((words[2 * i + 1] | 0) * 2 ** 32 + words[2 * i]) * this.#units[Math.floor(i / nTraj)]);
  }
}
