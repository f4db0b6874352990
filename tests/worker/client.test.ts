import { describe, expect, it, vi } from 'vitest';
import { connect, type ConnectOptions, type SessionHost } from '../../src/worker/client';
import type { Command, Event, FrameMessage, Open } from '../../src/worker/protocol';
import { hostSession } from '../../src/worker/session-host';
import { smallSpec } from './small-spec';

const ROOT = 'https://example.org/lab/';

/** A worker that a test answers for. */
class FakeWorker {
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  readonly received: (Open | Command)[] = [];
  isTerminated = false;

  constructor(private readonly opens = true) {}

  postMessage(message: Open | Command): void {
    this.received.push(message);
    if (message.type === 'open') {
      queueMicrotask(() => (this.opens ? this.onmessage!({ data: { type: 'opened' } }) : this.onerror!({ message: '' })));
    }
  }

  emit(event: Event): void {
    this.onmessage!({ data: event });
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function frame(number: number): FrameMessage {
  const rest = { runId: 1, learners: new Int32Array(0), metrics: new Float64Array(0), envStepsPerSecond: 0, iterationMilliseconds: 2 };
  return { type: 'frame', frame: number, from: number, to: number + 1, engine: { name: 'tabular', words: '' }, ...rest };
}

async function open(worker: FakeWorker, more: Partial<ConnectOptions> = {}) {
  const events: Event[] = [];
  const paints: (() => void)[] = [];
  const link = await connect((event) => events.push(event), {
    root: ROOT,
    startWorker: () => worker as unknown as Worker,
    nextFrame: (callback) => paints.push(callback),
    ...more,
  });
  return { link, events, paint: () => paints.splice(0).forEach((callback) => callback()) };
}

describe('the link to the training worker', () => {
  it('tells the worker where the site lies and resolves when it listens', async () => {
    const worker = new FakeWorker();
    const { link } = await open(worker);
    expect(worker.received).toEqual([{ type: 'open', root: ROOT }]);
    expect(link.place).toEqual({ kind: 'worker' });
    link.post({ type: 'pause', runId: 1 });
    expect(worker.received.at(-1)).toEqual({ type: 'pause', runId: 1 });
  });

  it('hands a frame over at the next paint, later events in order behind it, and measures the iteration', async () => {
    const worker = new FakeWorker();
    const { events, paint } = await open(worker);
    const measure = vi.spyOn(performance, 'measure');
    worker.emit({ type: 'ready', runId: 1, engine: { name: 'tabular', words: '' } });
    expect(events).toHaveLength(1);
    worker.emit(frame(1));
    worker.emit({ type: 'finished', runId: 1 });
    expect(events).toHaveLength(1);
    paint();
    expect(events.map(({ type }) => type)).toEqual(['ready', 'frame', 'finished']);
    expect(measure.mock.calls.map(([name]) => name)).toEqual(['iteration']);
    const { start, end } = measure.mock.calls[0][1] as { start: number; end: number };
    expect(end - start).toBeCloseTo(2, 6);
    measure.mockRestore();
  });

  it('says so when the worker dies, under the run that it was on', async () => {
    const worker = new FakeWorker();
    const { link, events } = await open(worker);
    link.post({ type: 'configure', runId: 5, spec: await smallSpec('boat-race', ['sparse']), restart: 'all' });
    worker.onerror!({ message: 'out of memory' });
    expect(worker.isTerminated).toBe(true);
    expect(events).toEqual([{ type: 'failed', runId: 5, code: 'internal', message: expect.stringContaining('out of memory') }]);
  });

  it('delivers nothing after it was closed', async () => {
    const worker = new FakeWorker();
    const { link, events, paint } = await open(worker);
    worker.emit(frame(1));
    link.close();
    paint();
    expect(events).toEqual([]);
    expect(worker.isTerminated).toBe(true);
  });

  it.each([
    ['may not be started', () => { throw new Error('Refused by the content security policy.'); }],
    ['does not load', () => new FakeWorker(false) as unknown as Worker],
  ])('trains on the page where a worker %s', async (_, startWorker) => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { iterations: 5 });
    const events: Event[] = [];
    const host: SessionHost = { hostSession };
    const link = await connect(
      (event) => {
        events.push(event);
        if (event.type === 'frame') link.post({ type: 'acknowledge', runId: 3, frame: event.frame });
      },
      { root: ROOT, startWorker, loadSession: async () => host, nextFrame: (callback) => void setImmediate(callback) },
    );
    expect(link.place.kind).toBe('page');
    link.post({ type: 'configure', runId: 3, spec, restart: 'all' });
    link.post({ type: 'run', runId: 3, speed: 0 });
    await vi.waitFor(() => expect(events.at(-1)).toEqual({ type: 'finished', runId: 3 }), { interval: 1 });
    const frames = events.filter((event): event is FrameMessage => event.type === 'frame');
    expect(frames.reduce((total, { from, to }) => total + to - from, 0)).toBe(5);
    link.close();
  });

  it('refuses with the reason where neither is possible', async () => {
    const opening = open(new FakeWorker(false));
    await expect(opening).rejects.toThrow(/Training needs a worker, and none starts here/);
  });
});
