import { STAGES, type Stage } from './protocol';

/** Sums, per stage of an iteration, the milliseconds that pass from one lap to the next. Nothing learned depends on it. */
export class StageClock {
  readonly #now: () => number;
  #last = 0;
  #sums = new Float64Array(STAGES.length);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins an iteration. */
  start(): void {
    this.#sums = new Float64Array(STAGES.length);
    this.#last = this.#now();
  }

  /** What has passed since the last lap was this stage. */
  lap(stage: Stage): void {
    const now = this.#now();
    this.#sums[STAGES.indexOf(stage)] += now - this.#last;
    this.#last = now;
  }

  /** [STAGES] milliseconds since `start`; the array belongs to the caller. */
  take(): Float64Array {
    this.lap('other');
    return this.#sums;
  }
}
