/** Metrics of every learner and iteration, and what the curves need of them, kept up as frames arrive. */
import type { FrameMessage, Metric } from '../worker/protocol';

/** A mean over seeds with the ends of its band, one entry per iteration. */
export interface SeedBand {
  readonly mean: Float64Array;
  /** Least and largest over seeds. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** A band with room to grow, and how many of its iterations are up to date. */
interface KeptBand {
  done: number;
  values: { readonly mean: Float64Array; readonly low: Float64Array; readonly high: Float64Array };
}

export class CurveHistory {
  readonly metrics: readonly Metric[];
  readonly #seeds: number;
  /** By scheme: [iteration][seed · metrics + metric]. */
  readonly #rows = new Map<number, Float64Array[]>();
  /** By scheme and metric; a frame leaves all but its own iterations as they are. */
  readonly #bands = new Map<number, Map<Metric, KeptBand>>();
  /** By scheme: success curves of before an edit, newest last. */
  readonly #ghosts = new Map<number, Float64Array[]>();

  constructor(metrics: readonly Metric[], seeds: number) {
    this.metrics = metrics;
    this.#seeds = seeds;
  }

  get seeds(): number {
    return this.#seeds;
  }

  /** Iterations of a scheme that every one of its seeds has done. */
  length(scheme: number): number {
    return this.#rows.get(scheme)?.length ?? 0;
  }

  add({ learners, from, to, metrics }: FrameMessage): void {
    const M = this.metrics.length;
    const span = to - from;
    learners.forEach((learner, k) => {
      const scheme = Math.floor(learner / this.#seeds);
      const seed = learner % this.#seeds;
      let rows = this.#rows.get(scheme);
      if (!rows) this.#rows.set(scheme, (rows = []));
      this.#outdate(scheme, Math.min(from, rows.length));
      // Iterations whose frames were dropped when a run was reconfigured stay in their places, without figures.
      while (rows.length < from) rows.push(new Float64Array(this.#seeds * M).fill(Number.NaN));
      for (let j = 0; j < span; j++) {
        const row = (rows[from + j] ??= new Float64Array(this.#seeds * M).fill(Number.NaN));
        const start = (k * span + j) * M;
        row.set(metrics.subarray(start, start + M), seed * M);
      }
    });
  }

  /** Drops what a scheme learned after an iteration; a curve that is dropped from its start stays as a ghost. */
  restart(scheme: number, from = 0): void {
    const rows = this.#rows.get(scheme);
    if (!rows || rows.length <= from) return;
    if (rows.length - from > 2) {
      const ghosts = this.#ghosts.get(scheme) ?? [];
      this.#ghosts.set(scheme, [...ghosts, this.band(scheme, 'success').mean.slice()].slice(-2));
    }
    rows.length = from;
    this.#outdate(scheme, from);
  }

  forget(): void {
    this.#rows.clear();
    this.#bands.clear();
    this.#ghosts.clear();
  }

  ghosts(scheme: number): readonly Float64Array[] {
    return this.#ghosts.get(scheme) ?? [];
  }

  /**
   * Mean and range over seeds, at every iteration; NaN where no seed has a figure. What is handed out is a view that
   * the next frame may write into: copy what is to last.
   */
  band(scheme: number, metric: Metric): SeedBand {
    const rows = this.#rows.get(scheme) ?? [];
    const kept = this.#kept(scheme, metric, rows.length);
    const { mean, low, high } = kept.values;
    const at = this.metrics.indexOf(metric);
    for (let iteration = kept.done; iteration < rows.length; iteration++) {
      const row = rows[iteration]!;
      let total = 0;
      let count = 0;
      let least = Infinity;
      let most = -Infinity;
      for (let k = at; k < row.length; k += this.metrics.length) {
        const x = row[k]!;
        if (Number.isNaN(x)) continue;
        total += x;
        count += 1;
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
      mean[iteration] = count > 0 ? total / count : Number.NaN;
      low[iteration] = count > 0 ? least : Number.NaN;
      high[iteration] = count > 0 ? most : Number.NaN;
    }
    kept.done = rows.length;
    const part = (values: Float64Array) => values.subarray(0, rows.length);
    return { mean: part(mean), low: part(low), high: part(high) };
  }

  /** One curve per seed. */
  bySeed(scheme: number, metric: Metric): Float64Array[] {
    const rows = this.#rows.get(scheme) ?? [];
    const at = this.metrics.indexOf(metric);
    return Array.from({ length: this.#seeds }, (_, seed) => Float64Array.from(rows, (row) => row[seed * this.metrics.length + at]));
  }

  /** Mean over seeds of the newest iteration that has the figure, at or before `iteration`. */
  latest(scheme: number, metric: Metric, iteration = Infinity): number {
    const rows = this.#rows.get(scheme) ?? [];
    const at = this.metrics.indexOf(metric);
    for (let j = Math.min(rows.length - 1, iteration); j >= 0; j--) {
      let total = 0;
      let count = 0;
      for (let k = at; k < rows[j].length; k += this.metrics.length) {
        if (Number.isNaN(rows[j][k])) continue;
        total += rows[j][k];
        count += 1;
      }
      if (count > 0) return total / count;
    }
    return Number.NaN;
  }

  /** Iterations from `from` on have to be averaged anew. */
  #outdate(scheme: number, from: number): void {
    for (const kept of this.#bands.get(scheme)?.values() ?? []) kept.done = Math.min(kept.done, from);
  }

  #kept(scheme: number, metric: Metric, length: number): KeptBand {
    let bands = this.#bands.get(scheme);
    if (!bands) this.#bands.set(scheme, (bands = new Map()));
    const found = bands.get(metric);
    if (found && found.values.mean.length >= length) return found;
    const grow = (old?: Float64Array) => {
      const values = new Float64Array(Math.max(64, 2 * length));
      if (old) values.set(old);
      return values;
    };
    const old = found?.values;
    const kept: KeptBand = { done: found?.done ?? 0, values: { mean: grow(old?.mean), low: grow(old?.low), high: grow(old?.high) } };
    bands.set(metric, kept);
    return kept;
  }
}
