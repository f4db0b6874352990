import { beforeEach, describe, expect, it } from 'vitest';
import { EngineReport } from '../../src/state/engine-report.svelte';
import type { Run } from '../../src/state/run.svelte';
import type { EnginesCommand, EnginesEvent } from '../../src/worker/protocol';

/** As much of a run as a report looks at. */
class FakeRun {
  engine: Run['engine'] = { name: 'ts', words: 'TypeScript.' };
  status: Run['status'] = 'paused';
  onengines: Run['onengines'] = null;
  readonly asked: EnginesCommand[] = [];
  hasWorker = true;
  async ask(command: EnginesCommand): Promise<boolean> {
    this.asked.push(command);
    return this.hasWorker;
  }
  answer(request: number, progress: EnginesEvent['progress'] = null): void {
    this.onengines?.({ type: 'engines', request, work: { population: 2, rows: 3 }, comparison: null, profiles: [], device: null, progress });
  }
}

let run: FakeRun;
let report: EngineReport;

beforeEach(() => {
  run = new FakeRun();
  report = new EngineReport(run as unknown as Run);
  report.listen();
});

describe('a report on the engines', () => {
  it('is asked for once for each frame or start, one question at a time', () => {
    report.refresh();
    report.refresh();
    expect(run.asked).toEqual([{ type: 'engines', request: 1, measure: false }]);
    run.engine = { ...run.engine! };
    report.refresh();
    expect(run.asked).toHaveLength(1);
    run.answer(1);
    expect(report.known!.work).toEqual({ population: 2, rows: 3 });
    report.refresh();
    expect(run.asked).toHaveLength(2);
    run.answer(2);
    report.refresh();
    run.status = 'finished';
    report.refresh();
    expect(run.asked).toHaveLength(3);
  });

  it('asks nothing of a worker that has not started', () => {
    run.engine = null;
    report.refresh();
    expect(run.asked).toEqual([]);
  });

  it('tells how far a measurement is, and takes no answer to an older question for it', async () => {
    report.refresh();
    void report.measure();
    expect(report.isMeasuring).toBe(true);
    run.answer(1);
    expect(report.known).toBeNull();
    run.answer(2, { name: 'wasm', done: 1, of: 3 });
    expect(report.known!.progress).toEqual({ name: 'wasm', done: 1, of: 3 });
    expect(report.isMeasuring).toBe(true);
    run.answer(2);
    expect(report.isMeasuring).toBe(false);
  });

  it('says that nothing can be measured without a worker, and hears nothing after it stopped listening', async () => {
    run.hasWorker = false;
    await report.measure();
    expect(report.isMeasuring).toBe(false);
    expect(report.failure).toBe('No worker starts here, and without one nothing is measured.');
    const end = report.listen();
    end();
    expect(run.onengines).toBeNull();
  });

  it('gives a measurement up when the run fails', () => {
    void report.measure();
    run.status = 'failed';
    report.refresh();
    expect(report.isMeasuring).toBe(false);
  });
});
