import { METRICS, type FrameMessage } from './protocol';
import type { IterationReport } from './iteration-report';

/**
 * Reports on their way up. At most one frame is unacknowledged; what happens meanwhile is merged into the next. A
 * frame covers learners that ran the same iterations, so a change of the set begins another frame.
 */
export class FrameQueue {
  #waiting: IterationReport[][] = [];
  #frame = 0;
  #unacknowledged: number | null = null;

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(report: IterationReport): void {
    const current = this.#waiting.at(-1);
    const last = current?.at(-1);
    const follows = last && last.iteration + 1 === report.iteration && sameLearners(last.learners, report.learners);
    if (follows) current!.push(report);
    else this.#waiting.push([report]);
  }

  acknowledge(frame: number): void {
    if (frame === this.#unacknowledged) this.#unacknowledged = null;
  }

  /** Forgets what waits; acknowledgements of frames sent before mean nothing any more. */
  clear(): void {
    this.#waiting = [];
    this.#unacknowledged = null;
  }

  /** The next frame, or null while one is unacknowledged or nothing waits. */
  take(runId: number, engine: FrameMessage['engine']): FrameMessage | null {
    const reports = this.#unacknowledged === null ? this.#waiting.shift() : undefined;
    if (!reports) return null;
    const { learners } = reports[0];
    const M = METRICS.length;
    const metrics = new Float64Array(learners.length * reports.length * M);
    let environmentSteps = 0;
    let milliseconds = 0;
    reports.forEach((report, j) => {
      environmentSteps += report.environmentSteps;
      milliseconds += report.milliseconds;
      for (let k = 0; k < learners.length; k++) {
        metrics.set(report.metrics.subarray(k * M, (k + 1) * M), (k * reports.length + j) * M);
      }
    });
    const from = reports[0].iteration;
    this.#unacknowledged = ++this.#frame;
    return {
      type: 'frame',
      runId,
      frame: this.#frame,
      from,
      to: from + reports.length,
      learners: learners.slice(),
      metrics,
      envStepsPerSecond: milliseconds > 0 ? (1000 * environmentSteps) / milliseconds : 0,
      iterationMilliseconds: milliseconds / reports.length,
      engine,
    };
  }
}

function sameLearners(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((learner, k) => learner === b[k]);
}
