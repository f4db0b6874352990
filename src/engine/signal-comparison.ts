/** Batches that TypeScript has priced, priced again by the device's kernels, and how far the two are apart. */
import type { Aggregates } from '../core/contracts/objective';
import type { Table } from '../core/contracts/scenario';
import type { PricedBatch } from '../core/scheme/price-batch';
import { storageBuffer, ReadBack } from './compute-kernel';
import { decodeSums, DeviceSignals, whyTooLarge, type DeviceSums } from './device-signals';
import type { DispatchCount } from './dispatch-count';
import { signalPlan, type SignalPlan } from './signal-plan';

/** How far two pricings of one batch are apart, each as a share of the largest number of its kind. */
export interface SignalDifference {
  readonly steps: number;
  readonly reward: number;
  readonly advantage: number;
  readonly sums: number;
}

/** A batch as the device priced it. */
export interface DeviceSignalsRead {
  readonly reward: Float32Array;
  readonly advantage: Float32Array;
  readonly sums: DeviceSums;
}

export class SignalKernels {
  readonly #device: GPUDevice;
  readonly #table: Table;
  /** Made for a size of batch. */
  #made: { readonly nTraj: number; readonly groups: number; readonly signals: DeviceSignals; readonly played: GPUBuffer; readonly back: ReadBack } | null = null;

  constructor(device: GPUDevice, table: Table) {
    this.#device = device;
    this.#table = table;
  }

  /** Prices again what TypeScript priced, or says in a sentence why these kernels do not. */
  async compare(priced: PricedBatch, aggregates: Aggregates): Promise<SignalDifference | string> {
    const { scheme, side, batch } = priced;
    const tooLarge = whyTooLarge({ learners: 1, nTraj: batch.nTraj }, this.#table);
    const plan = tooLarge ?? signalPlan(scheme, this.#table, side.iteration);
    if (typeof plan === 'string') return plan;
    const own = await this.price(plan, priced, 'checks');
    return differenceOf(own, priced, aggregates, plan);
  }

  /** Rewards, advantages and sums of a batch by the kernels. */
  async price(plan: SignalPlan, { batch, scheme, side }: Pick<PricedBatch, 'batch' | 'scheme' | 'side'>, purpose: keyof DispatchCount): Promise<DeviceSignalsRead> {
    const { nTraj, group, row, length } = batch;
    const { signals, played, back } = this.#madeFor(nTraj, group.count, batch);
    const { queue } = this.#device;
    queue.writeBuffer(played, 0, row as Uint32Array<ArrayBuffer>);
    queue.writeBuffer(played, 4 * row!.length, length as Int32Array<ArrayBuffer>);
    signals.setPlans([plan], [scheme.spec.value === 'zero' ? null : side.value]);
    const encoder = this.#device.createCommandEncoder();
    signals.encode(encoder, played, purpose);
    back.encode(encoder);
    queue.submit([encoder.finish()]);
    const [reward, advantage, sums, largest] = await back.read();
    const { S, A } = this.#table;
    return { reward: new Float32Array(reward), advantage: new Float32Array(advantage), sums: decodeSums(new Uint32Array(sums), new Uint32Array(largest), 0, S * A) };
  }

  dispose(): void {
    this.#made?.signals.dispose();
    this.#made?.played.destroy();
    this.#made?.back.dispose();
    this.#made = null;
  }

  #madeFor(nTraj: number, groups: number, { group }: Pick<PricedBatch['batch'], 'group'>) {
    if (this.#made?.nTraj === nTraj && this.#made.groups === groups) return this.#made;
    this.dispose();
    const signals = new DeviceSignals(this.#device, this.#table, group, { learners: 1, nTraj, groups });
    const { reward, advantage, sums, largest } = signals;
    return (this.#made = {
      nTraj,
      groups,
      signals,
      played: storageBuffer(this.#device, 4 * nTraj * (this.#table.horizon + 2)),
      back: new ReadBack(this.#device, [reward, advantage, sums, largest]),
    });
  }
}

/**
 * The largest distance of each kind, as a share of the largest number that goes into it. Rewards: of the largest reward. Advantages: of
 * one standard deviation where they are divided by it, else of a trajectory's Σ |r| or of V. Sums: of the largest sum. Steps are counted
 * exactly, so a count that differs makes the sums differ without bound.
 */
export function differenceOf(own: DeviceSignalsRead, { batch, reward, advantage, side }: PricedBatch, { positive, negative, count }: Aggregates, { rule }: SignalPlan): SignalDifference {
  const value = rule.lambda !== null && side.value ? greatest(side.value) : 0;
  const goesIn = rule.normByStd ? 1 : Math.max(value, mostPaid(reward, batch.maxLen));
  const isCountedAlike = count.every((n, k) => n === own.sums.count[k]);
  const sums = Math.max(distance(own.sums.positive, positive), distance(own.sums.negative, negative));
  return {
    steps: batch.length.reduce((sum, length) => sum + length, 0),
    reward: distance(own.reward, reward) / (greatest(reward) || 1),
    advantage: distance(own.advantage, advantage) / (Math.max(goesIn, greatest(advantage)) || 1),
    sums: isCountedAlike ? sums / (Math.max(greatest(positive), greatest(negative)) || 1) : Infinity,
  };
}

/** The largest |a − b|; not a number where either is none. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = 0;
  for (let k = 0; k < b.length; k++) {
    const apart = Math.abs(a[k] - b[k]);
    if (!(apart <= worst)) worst = apart;
  }
  return worst;
}

function greatest(x: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < x.length; k++) most = Math.max(most, Math.abs(x[k]));
  return most;
}

/** The largest Σ |r| of a trajectory. */
function mostPaid(reward: Float64Array, maxLen: number): number {
  let most = 0;
  for (let from = 0; from < reward.length; from += maxLen) {
    let paid = 0;
    for (let k = from; k < from + maxLen; k++) paid += Math.abs(reward[k]);
    most = Math.max(most, paid);
  }
  return most;
}
