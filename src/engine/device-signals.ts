/**
 * A batch priced on the device: rewards, advantages and S × A sums of one or several learners, in five dispatches. What
 * goes in and what comes out stays there until it is read.
 */
import type { GroupLayout } from '../core/contracts/columns';
import type { Table } from '../core/contracts/scenario';
import { pairOfRow } from '../core/scheme/aggregate';
import { compareShader, scanShader } from './advantage-kernels';
import { LOWER, largestShader, MOST_STEPS, SUM_WORDS, sumShader, sumUnit } from './aggregation-kernel';
import { ComputeKernel, groupsFor, storageBuffer, storageOf, uniformOf } from './compute-kernel';
import type { DispatchCount } from './dispatch-count';
import { pricingShader } from './pricing-kernel';
import { PAY_WORDS, PLAN_WORDS, payWords, planWords, sizeWords, type BatchSize, type ValuePlace } from './signal-layout';
import type { SignalPlan } from './signal-plan';

/** Members of a group at most: their number times a total must fit. */
const MOST_TRAJECTORIES = 65_535;

/** Why batches of this size are not for the device, in a sentence; null where they are. */
export function whyTooLarge({ learners, nTraj }: Pick<BatchSize, 'learners' | 'nTraj'>, { horizon, S, A, rows }: Table): string | null {
  if (nTraj > MOST_TRAJECTORIES || nTraj * horizon > MOST_STEPS) return `A batch of ${nTraj} trajectories of ${horizon} steps is too large for its sums.`;
  // 128 MiB is what every device binds.
  const bytes = 4 * learners * Math.max(nTraj * (horizon + 2), rows * PAY_WORDS, S * A * SUM_WORDS);
  return bytes > 2 ** 27 ? 'The batch of all learners together does not fit into one buffer of the device.' : null;
}

type Kernels = Readonly<Record<'price' | 'scan' | 'compare' | 'findLargest' | 'sum', ComputeKernel>>;

const compiled = new WeakMap<GPUDevice, Kernels>();

/** The kernels of a device, compiled once. */
function kernelsOf(device: GPUDevice): Kernels {
  let kernels = compiled.get(device);
  if (!kernels) {
    const kernel = (code: string, entryPoint: string) => new ComputeKernel(device, code, entryPoint);
    kernels = {
      price: kernel(pricingShader, 'price'),
      scan: kernel(scanShader, 'scan'),
      compare: kernel(compareShader, 'compare'),
      findLargest: kernel(largestShader, 'findLargest'),
      sum: kernel(sumShader, 'sum'),
    };
    compiled.set(device, kernels);
  }
  return kernels;
}

/** V of a learner by state: [S], or [(T + 1)·S] with a time index; null where it is 0. */
export type Values = Float64Array | null;

/** Sums over (s, a) of one learner, [S·A] each. */
export interface DeviceSums {
  readonly positive: Float64Array;
  readonly negative: Float64Array;
  readonly count: Float64Array;
}

export class DeviceSignals {
  /** [M·N·T] f32 */
  readonly reward: GPUBuffer;
  /** [M·N] in units, two words each */
  readonly total: GPUBuffer;
  /** [M·N·T] f32 */
  readonly advantage: GPUBuffer;
  /** [M] bits of the largest |advantage| */
  readonly largest: GPUBuffer;
  /** [M·S·A·SUM_WORDS] */
  readonly sums: GPUBuffer;
  readonly sizes: GPUBuffer;
  readonly #kernels: Kernels;
  readonly #rowPair: GPUBuffer;
  readonly #plans: GPUBuffer;
  readonly #pay: GPUBuffer;
  readonly #start: GPUBuffer;
  readonly #member: GPUBuffer;
  #value: GPUBuffer;
  #paid: readonly SignalPlan[] = [];
  #units: number[] = [];

  /** `group` is how each learner's trajectories are grouped. */
  constructor(
    private readonly device: GPUDevice,
    private readonly table: Table,
    private readonly group: GroupLayout,
    readonly size: BatchSize,
  ) {
    const { learners, nTraj } = size;
    this.#kernels = kernelsOf(device);
    const cells = learners * nTraj * table.horizon;
    this.sizes = uniformOf(device, sizeWords(size, table));
    this.reward = storageBuffer(device, 4 * cells);
    this.advantage = storageBuffer(device, 4 * cells);
    this.total = storageBuffer(device, 8 * learners * nTraj);
    this.largest = storageBuffer(device, 4 * learners);
    this.sums = storageBuffer(device, 4 * learners * table.S * table.A * SUM_WORDS);
    this.#rowPair = storageOf(device, pairOfRow(table));
    this.#plans = storageBuffer(device, 4 * PLAN_WORDS * learners);
    this.#pay = storageBuffer(device, 4 * learners * table.rows * PAY_WORDS);
    this.#start = storageBuffer(device, 4 * learners * (size.groups + 1));
    this.#member = storageOf(device, Uint32Array.from(group.member));
    this.#value = storageBuffer(device, 0);
  }

  /**
   * Sets what each learner is priced by, and its V, and gives what a unit of its totals is worth. Rewards by row are sent only where they
   * changed.
   */
  setPlans(plans: readonly SignalPlan[], values: readonly Values[]): readonly number[] {
    const { queue } = this.device;
    const { nTraj, groups } = this.size;
    plans.forEach((plan, m) => {
      const old = this.#paid[m];
      if (old?.within === plan.within && old.gates.length === 0 && plan.gates.length === 0) return;
      const { words, unit } = payWords(plan, nTraj * this.table.horizon);
      this.#units[m] = unit;
      queue.writeBuffer(this.#pay, words.byteLength * m, words as Uint32Array<ArrayBuffer>);
    });
    this.#paid = plans;
    const places = this.#setValues(values);
    queue.writeBuffer(this.#plans, 0, planWords(plans, this.#units, places) as Uint32Array<ArrayBuffer>);
    const start = new Uint32Array(plans.length * (groups + 1)).fill(nTraj);
    // A learner that compares with its whole batch has one group, and the others are empty.
    plans.forEach(({ rule }, m) => start.set(rule.wholeBatch ? [0] : this.group.start, m * (groups + 1)));
    queue.writeBuffer(this.#start, 0, start);
    return this.#units;
  }

  /** Adds the work on the batch in `played` to `encoder`. */
  encode(encoder: GPUCommandEncoder, played: GPUBuffer, purpose: keyof DispatchCount): void {
    const { learners, nTraj, groups } = this.size;
    const { sizes, reward, total, advantage, largest, sums } = this;
    const { price, scan, compare, findLargest, sum } = this.#kernels;
    encoder.clearBuffer(largest);
    encoder.clearBuffer(sums);
    const pass = encoder.beginComputePass();
    const trajectories = [groupsFor(learners * nTraj)] as const;
    price.dispatch(pass, [sizes, this.#plans, played, this.#pay, reward, total], trajectories, purpose);
    scan.dispatch(pass, [sizes, this.#plans, played, reward, this.#value, this.#rowPair, advantage], trajectories, purpose);
    compare.dispatch(pass, [sizes, this.#plans, played, this.#start, this.#member, total, advantage], [groups, learners], purpose);
    findLargest.dispatch(pass, [sizes, played, advantage, largest], trajectories, purpose);
    sum.dispatch(pass, [sizes, played, advantage, largest, this.#rowPair, sums], [groupsFor(nTraj * this.table.horizon), learners], purpose);
    pass.end();
  }

  dispose(): void {
    for (const buffer of [this.sizes, this.reward, this.total, this.advantage, this.largest, this.sums, this.#rowPair, this.#plans, this.#pay, this.#start, this.#member, this.#value]) buffer.destroy();
  }

  /** Puts all V one after the other and says where each lies. */
  #setValues(values: readonly Values[]): (ValuePlace | null)[] {
    const { S } = this.table;
    let end = 0;
    const places = values.map((column) => {
      if (!column) return null;
      const place = { start: end, stride: column.length > S ? S : 0 };
      end += column.length;
      return place;
    });
    if (this.#value.size < 4 * end) {
      this.#value.destroy();
      this.#value = storageBuffer(this.device, 4 * end);
    }
    places.forEach((place, m) => place && this.device.queue.writeBuffer(this.#value, 4 * place.start, Float32Array.from(values[m]!)));
    return places;
  }
}

/** The sums of a learner, from the words of `sums` and `largest`. */
export function decodeSums(sums: Uint32Array, largest: Uint32Array, learner: number, pairs: number): DeviceSums {
  const unit = sumUnit(largest[learner]);
  const at = (k: number, word: number) => sums[(learner * pairs + k) * SUM_WORDS + word];
  const side = (first: number) => Float64Array.from({ length: pairs }, (_, k) => (at(k, first) * LOWER + at(k, first + 1)) * unit);
  return { count: Float64Array.from({ length: pairs }, (_, k) => at(k, 0)), positive: side(1), negative: side(3) };
}
