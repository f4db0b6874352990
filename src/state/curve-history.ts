/** Metrics of every learner and iteration, and what the curves need of them, kept up as frames arrive. */
import type { FrameMessage, Metric } from '../worker/protocol';

/** A mean over seeds with the ends of its band, one entry per iteration. */
export interface SeedBand {
  readonly mean: Float64Array;
  /** Least and largest over seeds. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export class CurveHistory {
  readonly metrics: readonly Metric[];
  readonly #seeds: number;
  /** By scheme: [iteration][seed · metrics + metric]. */
  readonly #rows = new Map<number, Float64Array[]>();
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
      this.#ghosts.set(scheme, [...ghosts, this.band(scheme, 'success').mean].slice(-2));
    }
    rows.length = from;
  }

  forget(): void {
    this.#rows.clear();
    this.#ghosts.clear();
  }

  ghosts(scheme: number): readonly Float64Array[] {
    return this.#ghosts.get(scheme) ?? [];
  }

  /** Mean and range over seeds, at every iteration; NaN where no seed has a figure. */
  band(scheme: number, metric: Metric): SeedBand {
    const rows = this.#rows.get(scheme) ?? [];
    const [mean, low, high] = [new Float64Array(rows.length), new Float64Array(rows.length), new Float64Array(rows.length)];
    const at = this.metrics.indexOf(metric);
    rows.forEach((row, iteration) => {
      let total = 0;
      let count = 0;
      let least = Infinity;
      let most = -Infinity;
      for (let k = at; k < row.length; k += this.metrics.length) {
        const x = row[k];
        if (Number.isNaN(x)) continue;
        total += x;
        count += 1;
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
      mean[iteration] = count > 0 ? total / count : Number.NaN;
      low[iteration] = count > 0 ? least : Number.NaN;
      high[iteration] = count > 0 ? most : Number.NaN;
    });
    return { mean, low, high };
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
}
