/** Batches that TypeScript has priced, priced again by the device's kernels, and how far the two are apart. */
import type { GroupLayout } from '../core/contracts/columns';
import type { Aggregates } from '../core/contracts/objective';
import type { Table } from '../core/contracts/scenario';
import type { PricedBatch } from '../core/scheme/price-batch';
import { ReadBack, storageBuffer } from './compute-kernel';
import { decodeSums, DeviceSignals, whyTooLarge, type DeviceSums, type Values } from './device-signals';
import { signalPlan, type SignalPlan } from './signal-plan';

/** How far two pricings of one batch are apart, each as a share of the largest number of its kind. */
export interface SignalDifference {
  readonly steps: number;
  readonly reward: number;
  readonly advantage: number;
  readonly sums: number;
}

/** A batch as TypeScript priced it, and by what; the arrays are its own. */
export interface PricedSignals {
  readonly plan: SignalPlan;
  readonly group: GroupLayout;
  readonly row: Uint32Array;
  readonly length: Int32Array;
  /** V by state as it was when the batch was priced, right in the states that the batch visits. */
  readonly value: Values;
  readonly reward: Float64Array;
  readonly advantage: Float64Array;
  readonly sums: DeviceSums;
}

/** The same by the device. */
export interface DevicePriced {
  readonly reward: Float32Array;
  readonly advantage: Float32Array;
  readonly sums: DeviceSums;
}

/** Buffers for batches of one size. */
interface Made {
  readonly nTraj: number;
  readonly groups: number;
  readonly signals: DeviceSignals;
  readonly played: GPUBuffer;
  readonly back: ReadBack;
}

export class SignalKernels {
  #made: Made | null = null;

  constructor(
    private readonly device: GPUDevice,
    private readonly table: Table,
  ) {}

  /** A copy of what TypeScript made of a batch, to be compared later; a sentence where these kernels do not price its scheme. */
  take(priced: PricedBatch, { positive, negative, count }: Aggregates): PricedSignals | string {
    const { batch, scheme, side, reward, advantage } = priced;
    const { nTraj, group, row, length } = batch;
    if (!row) return 'The batch is none of a table.';
    const plan = whyTooLarge({ learners: 1, nTraj }, this.table) ?? signalPlan(scheme, this.table, side.iteration);
    if (typeof plan === 'string') return plan;
    return {
      plan,
      group,
      row: row.slice(),
      length: length.slice(),
      value: plan.rule.lambda === null ? null : valuesOf(priced, this.table),
      reward: reward.slice(),
      advantage: advantage.slice(),
      sums: { positive: positive.slice(), negative: negative.slice(), count: count.slice() },
    };
  }

  async compare(given: PricedSignals): Promise<SignalDifference> {
    return differenceOf(await this.price(given), given, this.table.horizon);
  }

  /** Rewards, advantages and sums of the same batch by the kernels. */
  async price(given: Omit<PricedSignals, 'reward' | 'advantage' | 'sums'>): Promise<DevicePriced> {
    const { plan, group, row, length, value } = given;
    const { signals, played, back } = this.#madeFor(length.length, group);
    const { queue } = this.device;
    queue.writeBuffer(played, 0, row as Uint32Array<ArrayBuffer>);
    queue.writeBuffer(played, row.byteLength, length as Int32Array<ArrayBuffer>);
    signals.setPlans([plan], [value]);
    const encoder = this.device.createCommandEncoder();
    signals.encode(encoder, played, 'checks');
    back.encode(encoder);
    queue.submit([encoder.finish()]);
    const [reward, advantage, sums, largest] = await back.read();
    const { S, A } = this.table;
    return { reward: new Float32Array(reward), advantage: new Float32Array(advantage), sums: decodeSums(new Uint32Array(sums), new Uint32Array(largest), 0, S * A) };
  }

  dispose(): void {
    this.#made?.signals.dispose();
    this.#made?.played.destroy();
    this.#made?.back.dispose();
    this.#made = null;
  }

  #madeFor(nTraj: number, group: GroupLayout): Made {
    if (this.#made?.nTraj === nTraj && this.#made.groups === group.count) return this.#made;
    this.dispose();
    const signals = new DeviceSignals(this.device, this.table, group, { learners: 1, nTraj, groups: group.count });
    const { reward, advantage, sums, largest } = signals;
    const played = storageBuffer(this.device, 4 * nTraj * (this.table.horizon + 2));
    return (this.#made = { nTraj, groups: group.count, signals, played, back: new ReadBack(this.device, [reward, advantage, sums, largest]) });
  }
}

/**
 * V by state from what pricing read of it: a critic that is a table moves once its batch is priced. [S], or [(T + 1)·S] with a time
 * index; null where it is 0.
 */
function valuesOf({ batch, scheme, side, own }: PricedBatch, { S, horizon }: Table): Values {
  if (scheme.spec.value === 'zero' || !side.value) return null;
  const column = own.column('value', 'state') as Float64Array;
  const stride = side.value.length > S ? S : 0;
  const value = new Float64Array(stride > 0 ? (horizon + 1) * S : S);
  const { nTraj, maxLen, length, row, rowState } = batch;
  for (let i = 0; i < nTraj; i++) {
    for (let t = 0; t < length[i]; t++) value[t * stride + rowState![row![i * maxLen + t]]] = column[i * (maxLen + 1) + t];
  }
  return value;
}

/**
 * The largest distance of each kind, as a share of the largest number that goes into it. Rewards: of the largest reward. Advantages: of
 * one standard deviation where they are divided by it, else of a trajectory's Σ |r| or of V. Sums: of the largest sum. Steps are counted
 * exactly, so a count that differs makes the sums differ without bound.
 */
export function differenceOf(own: DevicePriced, { plan, length, value, reward, advantage, sums }: PricedSignals, maxLen: number): SignalDifference {
  const goesIn = plan.rule.normByStd ? 1 : Math.max(value ? greatest(value) : 0, mostPaid(reward, maxLen));
  const isCountedAlike = sums.count.every((n, k) => n === own.sums.count[k]);
  const apart = Math.max(distance(own.sums.positive, sums.positive), distance(own.sums.negative, sums.negative));
  return {
    steps: length.reduce((sum, steps) => sum + steps, 0),
    reward: distance(own.reward, reward) / (greatest(reward) || 1),
    advantage: distance(own.advantage, advantage) / (Math.max(goesIn, greatest(advantage)) || 1),
    sums: isCountedAlike ? apart / (Math.max(greatest(sums.positive), greatest(sums.negative)) || 1) : Infinity,
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
