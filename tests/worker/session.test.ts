import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { UnknownPluginError } from '../../src/core/plugin-set';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { METRICS, type Command, type Event, type FrameMessage } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, smallSpec, withScheme } from './small-spec';

const plugins = allPlugins();
type Send = Command extends infer C ? (C extends Command ? Omit<C, 'runId'> : never) : never;

/** A session whose clock moves only as far as a test lets it, with a mailbox. */
function openSession(sliceIterations = 4) {
  const events: Event[] = [];
  const rests: number[] = [];
  const waiting: (() => void)[] = [];
  let ticks = 0;
  const session = new Session({
    emit: (event) => {
      events.push(event);
      for (const resume of waiting.splice(0)) resume();
    },
    // Every look at the clock is a tick; a slice ends after the given number of looks.
    now: () => ticks++,
    stageNow: () => 0,
    sliceMilliseconds: 3 * sliceIterations,
    rest: async (milliseconds) => {
      rests.push(milliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    },
    loadPlugins: async (spec) => {
      if (spec.scenario.id === 'nowhere') throw new UnknownPluginError('scenario', 'nowhere', ['boat-race']);
      return plugins;
    },
  });
  const send = (command: Send, runId = 1) => session.handle({ ...command, runId } as Command);
  /** The first event of a type from number `after` on. */
  const next = async <T extends Event['type']>(type: T, after = 0): Promise<Extract<Event, { type: T }>> => {
    for (;;) {
      const found = events.slice(after).find((event) => event.type === type);
      if (found) return found as Extract<Event, { type: T }>;
      await new Promise<void>((resume) => waiting.push(resume));
    }
  };
  const idle = async () => {
    let seen = -1;
    while (seen !== events.length + rests.length) {
      seen = events.length + rests.length;
      for (let k = 0; k < 20; k++) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const frames = () => events.filter((event): event is FrameMessage => event.type === 'frame');
  return { session, send, next, idle, events, frames, rests };
}

const configure = (spec: ExperimentSpec, restart: 'all' | number[] = 'all'): Send => ({ type: 'configure', spec, restart });

describe('a session', () => {
  it('trains to the end in frames that cover every iteration once, one unacknowledged at a time', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const { send, next, idle, events, frames } = openSession();
    send(configure(spec));
    await next('ready');
    send({ type: 'run', speed: 0 });
    await idle();
    expect(frames()).toHaveLength(1);
    while (!events.some(({ type }) => type === 'finished')) {
      send({ type: 'acknowledge', frame: frames().at(-1)!.frame });
      await idle();
    }
    expect(frames().length).toBeLessThan(5);
    let at = 0;
    for (const { from, to, learners, metrics } of frames()) {
      expect(from).toBe(at);
      expect([...learners]).toEqual([0, 1, 2, 3]);
      expect(metrics).toHaveLength(4 * (to - from) * METRICS.length);
      at = to;
    }
    expect(at).toBe(30);
    expect(events.at(-1)).toEqual({ type: 'finished', runId: 1 });
  });

  it('merges metrics without mixing learners up', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { iterations: 6 });
    const { send, idle, frames } = openSession(100);
    send(configure(spec));
    send({ type: 'run', speed: 0 });
    await idle();
    const training = await Training.start(spec, deps);
    const M = METRICS.length;
    const [frame] = frames();
    expect([frame.from, frame.to]).toEqual([0, 6]);
    for (let iteration = 0; iteration < 6; iteration++) {
      const report = (await training.iterate())!;
      for (let k = 0; k < 4; k++) {
        const start = (k * 6 + iteration) * M;
        expect([...frame.metrics.subarray(start, start + M)]).toEqual([...report.metrics.subarray(k * M, (k + 1) * M)]);
      }
    }
  });

  it('does single steps, pauses, and keeps to a speed', async () => {
    const spec = await smallSpec('boat-race', ['sparse']);
    const { send, next, idle, frames, rests } = openSession();
    send(configure(spec));
    await next('ready');
    send({ type: 'step' });
    send({ type: 'step' });
    await idle();
    send({ type: 'acknowledge', frame: frames()[0].frame });
    await idle();
    expect(frames().at(-1)!.to).toBe(2);
    send({ type: 'run', speed: 20 });
    await new Promise((resolve) => setImmediate(resolve));
    send({ type: 'pause' });
    await idle();
    expect(rests.at(-1)).toBeGreaterThan(40);
    expect(rests.at(-1)).toBeLessThanOrEqual(50);
    const done = frames().at(-1)!.to;
    await idle();
    expect(frames().at(-1)!.to).toBe(done);
    expect(done).toBeLessThan(30);
  });

  it('restarts one scheme while the run goes on, under the newest run id, and drops what waited', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const { send, next, idle, frames, events } = openSession();
    send(configure(spec));
    await next('ready');
    for (let k = 0; k < 3; k++) send({ type: 'step' });
    await idle();
    const old = frames().at(-1)!.frame;
    const before = events.length;
    send(configure(withScheme(spec, 1, { clip: 0.5 }), [1]), 2);
    await next('ready', before);
    send({ type: 'acknowledge', frame: old }, 1);
    send({ type: 'step' }, 2);
    await idle();
    const frame = frames().at(-1)!;
    expect([frame.runId, frame.from, frame.to, [...frame.learners]]).toEqual([2, 0, 1, [2, 3]]);
  });

  it('answers recalls between slices with what the learner held', async () => {
    const spec = await smallSpec('key-door-gae', ['subgoal']);
    const { send, next } = openSession();
    send(configure(spec));
    await next('ready');
    send({ type: 'run', speed: 0 });
    await next('frame');
    send({ type: 'recall', request: 7, scheme: 0, iteration: 2 });
    const { request, snapshot } = await next('snapshot');
    const training = await Training.start(spec, deps);
    await advance(training, 2);
    expect(request).toBe(7);
    expect([...snapshot.logits]).toEqual([...training.learners[0].parameters]);
    expect([...snapshot.critic!]).toEqual([...training.learners[0].critic!]);
    send({ type: 'pause' });
  });

  it('diagnoses while it trains; a newer request takes the place of an older one', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense']);
    const { send, next, idle, events, frames } = openSession();
    send(configure(spec));
    await next('ready');
    const logits = new Float64Array(24);
    send({ type: 'diagnose', request: 1, logits, iteration: 0, batches: 16 });
    send({ type: 'diagnose', request: 2, logits, iteration: 0, batches: 16 });
    send({ type: 'run', speed: 0 });
    const diagnosis = await next('diagnosis');
    await idle();
    expect(diagnosis.request).toBe(2);
    expect(events.filter(({ type }) => type === 'diagnosis')).toHaveLength(1);
    expect(diagnosis.figures).toHaveLength(2);
    for (const figures of diagnosis.figures) for (const value of Object.values(figures)) expect(value).not.toBeNaN();
    expect(frames().length).toBeGreaterThan(0);
  });

  it('diagnoses a scheme as its schedule has it in the iteration asked for', async () => {
    const spec = await smallSpec('boat-race', ['dense']);
    const [scheme] = spec.schemes;
    const fading = { ...scheme!, terms: scheme!.terms.map((term, k) => (k === 1 ? { ...term, schedule: { kind: 'linear' as const, to: 0, start: 0, end: 10 } } : term)) };
    const figuresAt = async (terms: typeof fading, iteration: number) => {
      const { send, next } = openSession();
      send(configure({ ...spec, schemes: [terms] }));
      await next('ready');
      send({ type: 'diagnose', request: 1, logits: new Float64Array(24), iteration, batches: 16 });
      return (await next('diagnosis')).figures[0]!;
    };
    const silent = { ...scheme!, terms: scheme!.terms.map((term, k) => (k === 1 ? { ...term, weight: 0 } : term)) };
    expect(await figuresAt(fading, 0)).toEqual(await figuresAt(scheme!, 0));
    expect(await figuresAt(fading, 10)).toEqual(await figuresAt(silent, 0));
    expect(await figuresAt(fading, 10)).not.toEqual(await figuresAt(fading, 0));
  });

  it('says what it cannot read, and works again after the next configure', async () => {
    const spec = await smallSpec('boat-race', ['sparse']);
    const { send, next, idle, events } = openSession();
    send(configure({ ...spec, scenario: { id: 'nowhere', params: {} } }));
    expect(await next('failed')).toMatchObject({ code: 'unknown-plugin', message: expect.stringContaining('"nowhere"') });
    send({ type: 'run', speed: 0 });
    send(configure(spec), 2);
    await next('ready');
    await idle();
    expect(events.filter(({ type }) => type === 'frame')).toHaveLength(0);
    send({ type: 'step' }, 2);
    expect(await next('frame')).toMatchObject({ runId: 2, from: 0, to: 1 });
  });

  it('names the scheme that diverged and trains the others to the end', async () => {
    const spec = await smallSpec('boat-race', ['sparse', 'dense'], { iterations: 3 });
    const { send, next, idle, frames } = openSession(100);
    const terms = [{ ...spec.schemes[1].terms[1], weight: 1e308 }];
    send(configure(withScheme(spec, 1, { terms, estimator: { id: 'mc-return', params: {} } })));
    send({ type: 'run', speed: 0 });
    expect(await next('failed')).toMatchObject({ code: 'non-finite', scheme: 1 });
    await idle();
    for (const { frame } of [...frames()]) send({ type: 'acknowledge', frame });
    await next('finished');
    expect(frames().map(({ from, to, learners }) => [from, to, [...learners]])).toEqual([
      [0, 1, [0, 1, 2, 3]],
      [1, 3, [0, 1]],
    ]);
  });
});
