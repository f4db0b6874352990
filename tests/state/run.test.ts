import { beforeEach, describe, expect, test } from 'vitest';
import { editedSchemes } from '../../src/core/experiment/same-learners';
import { METRICS, type Command, type Event, type FrameMessage } from '../../src/worker/protocol';
import { Run, type RunMessage, type WorkerLink } from '../../src/state/run.svelte';
import { Experiment } from '../../src/state/experiment.svelte';
import { sampleScheme, sampleSpec } from './sample-spec';

const M = METRICS.length;

/** A worker that records what it is told and answers when the test says so. */
class FakeWorker {
  readonly commands: Command[] = [];
  listener: (event: Event) => void = () => {};
  connections = 0;

  readonly connect = async (listener: (event: Event) => void) => {
    this.connections += 1;
    this.listener = listener;
    return { post: (command: Command) => void this.commands.push(command), close: () => {} };
  };
  last<T extends Command['type']>(type: T): Extract<Command, { type: T }> | undefined {
    return this.commands.findLast((command): command is Extract<Command, { type: T }> => command.type === type);
  }
  get runId(): number {
    return this.last('configure')!.runId;
  }
  /** Success of every learner at iterations [from, to). */
  frame(learners: number[], from: number, to: number, success: number, runId = this.runId): void {
    const metrics = new Float64Array(learners.length * (to - from) * M);
    for (let k = 0; k < metrics.length; k += M) metrics[k] = success;
    const frame: FrameMessage = {
      type: 'frame', runId, frame: 1, from, to, learners: Int32Array.from(learners), metrics,
      envStepsPerSecond: 1000, iterationMilliseconds: 1, engine: { name: 'tabular', words: 'Table' },
    };
    this.listener(frame);
  }
}

let worker: FakeWorker;
let timers: (() => void)[];
let messages: RunMessage[];
let branches: [number, number][];
let experiment: Experiment;
let run: Run;

beforeEach(() => {
  worker = new FakeWorker();
  timers = [];
  messages = [];
  branches = [];
  experiment = new Experiment(sampleSpec([sampleScheme({ name: 'A' }), sampleScheme({ name: 'B' })]));
  run = new Run(experiment.spec, {
    connect: worker.connect,
    metrics: METRICS,
    onmessage: (message) => messages.push(message),
    onbranch: (scheme, iteration) => branches.push([scheme, iteration]),
    later: (callback) => {
      timers.push(callback);
      return () => void (timers = timers.filter((other) => other !== callback));
    },
  });
  experiment.listen((spec, { live }) => run.specChanged(spec, live));
});

const learnersOf = (scheme: number) => [0, 1, 2, 3].map((seed) => scheme * 4 + seed);
async function trained(iterations = 20): Promise<void> {
  await run.run();
  worker.frame([...learnersOf(0), ...learnersOf(1)], 0, iterations, 0.5);
}

describe('starting', () => {
  test('no worker is started before training is wanted', async () => {
    experiment.setTermWeight(0, 0, 2);
    expect(worker.connections).toBe(0);
    await run.run();
    await run.step();
    expect(worker.connections).toBe(1);
    expect(worker.commands.map((command) => command.type)).toEqual(['configure', 'run', 'step']);
    expect(worker.last('configure')!.spec.schemes[0]!.terms[0]!.weight).toBe(2);
  });

  test('a worker that does not start is said, and the page stays', async () => {
    run = new Run(experiment.spec, {
      connect: () => Promise.reject(new Error('Workers are forbidden here.')),
      metrics: METRICS,
      onmessage: (message) => messages.push(message),
      onbranch: () => {},
    });
    await run.run();
    expect(run.status).toBe('failed');
    expect(messages[0]!.message).toContain('Workers are forbidden here.');
  });

  test('where no worker starts, training runs on the page and says so once', async () => {
    const links: WorkerLink[] = [];
    run = new Run(experiment.spec, {
      connect: async (listener) => {
        const link = { ...(await worker.connect(listener)), place: { kind: 'page', reason: 'Refused by the content security policy.' } } as const;
        links.push(link);
        return link;
      },
      metrics: METRICS,
      onmessage: (message) => messages.push(message),
      onbranch: () => {},
    });
    await Promise.all([run.run(), run.step()]);
    await trained(3);
    expect(links).toHaveLength(1);
    expect(messages.map(({ tone, code }) => [tone, code])).toEqual([['info', 'page-training']]);
    expect(messages[0]!.message).toContain('Refused by the content security policy.');
    expect(run.iteration).toBe(3);
  });

  test('a pause while the worker still starts is kept', async () => {
    const started = run.run();
    run.pause();
    await started;
    expect(run.status).toBe('paused');
    expect(worker.last('configure')).toBeDefined();
    expect(worker.last('run')).toBeUndefined();
    await run.run();
    expect(worker.last('run')).toBeDefined();
  });

  test('frames fill the curves and are acknowledged; those of an old run are dropped', async () => {
    await trained(20);
    expect(run.iteration).toBe(20);
    expect(run.history.band(1, 'success').mean[19]).toBe(0.5);
    expect(worker.last('acknowledge')).toBeDefined();
    worker.frame(learnersOf(0), 20, 30, 0.9, worker.runId - 1);
    expect(run.iteration).toBe(20);
  });
});

describe('edits', () => {
  test('while a slider is held nothing restarts; 400 ms after release only that scheme does, and its curve stays as a ghost', async () => {
    await trained(20);
    const configures = () => worker.commands.filter((command) => command.type === 'configure').length;
    experiment.setTermWeight(1, 0, 0.5, 'drag');
    experiment.setTermWeight(1, 0, 0.4, 'drag');
    expect(timers).toHaveLength(0);
    expect(run.isPending(1)).toBe(true);
    expect(run.isPending(0)).toBe(false);
    experiment.endGesture();
    expect(timers).toHaveLength(1);
    expect(configures()).toBe(1);
    timers[0]!();
    expect(worker.last('configure')!.restart).toEqual([1]);
    expect(run.isPending(1)).toBe(false);
    expect(run.history.length(0)).toBe(20);
    expect(run.history.length(1)).toBe(0);
    expect(Array.from(run.history.ghosts(1)[0]!)).toEqual(Array<number>(20).fill(0.5));
    expect(worker.commands.at(-1)!.type).toBe('run');
  });

  test('after the run has finished the edited scheme catches up by itself; a paused run stays paused', async () => {
    await trained(300);
    worker.listener({ type: 'finished', runId: worker.runId });
    expect(run.status).toBe('finished');
    experiment.setTermWeight(1, 0, 0.5);
    timers[0]!();
    expect(run.status).toBe('running');
    expect(worker.commands.at(-1)!.type).toBe('run');
    run.pause();
    experiment.setTermWeight(1, 0, 0.6);
    timers[0]!();
    expect(run.status).toBe('paused');
    expect(worker.commands.at(-1)!.type).toBe('configure');
  });

  test('undoing the edit before the restart takes it back', async () => {
    await trained();
    experiment.setTermWeight(1, 0, 0.5);
    experiment.undo();
    expect(run.isPending(1)).toBe(false);
    expect(timers).toHaveLength(0);
  });

  test('a new name, a look elsewhere or a mute restarts nobody', async () => {
    await trained();
    experiment.renameScheme(0, 'Other');
    experiment.look({ scheme: 1 });
    expect(timers).toHaveLength(0);
    experiment.muteScheme(0, true);
    timers[0]!();
    expect(worker.last('configure')!.restart).toEqual([]);
    expect(run.history.length(0)).toBe(20);
  });

  test('keep learning from here makes a branch and restarts nobody', async () => {
    await trained(20);
    experiment.setTermWeight(1, 0, 0.5);
    run.keepLearning(1);
    expect(branches).toEqual([[1, 20]]);
    expect(worker.last('configure')!.restart).toEqual([]);
    expect(run.history.length(1)).toBe(20);
    expect(timers).toHaveLength(0);
  });

  test('another learning rate begins a new run of all', async () => {
    await trained(20);
    experiment.setTraining({ learningRate: 2 });
    timers[0]!();
    expect(worker.last('configure')!.restart).toBe('all');
    expect(run.iteration).toBe(0);
    expect(run.history.ghosts(0)).toHaveLength(1);
  });

  test('which edits concern which learners', () => {
    const a = sampleSpec();
    const edit = (change: (experiment: Experiment) => void) => {
      const edited = new Experiment(a);
      change(edited);
      return edited.spec;
    };
    expect(editedSchemes(a, edit((e) => e.setGamma(1, 0.9)))).toEqual([1]);
    expect(editedSchemes(a, edit((e) => e.renameScheme(1, 'Other')))).toEqual([]);
    expect(editedSchemes(a, edit((e) => e.duplicateScheme(0)))).toEqual([2]);
  });
});

describe('the past', () => {
  test('a newer recall takes the place of an older one', async () => {
    await trained();
    const first = run.recall(0, 5);
    const second = run.recall(0, 6);
    await expect(first).rejects.toThrow('newer request');
    await Promise.resolve();
    const { request, runId } = worker.last('recall')!;
    const snapshot = { scheme: 0, seed: 0, iteration: 6, logits: new Float64Array(2), critic: null, rewardState: [], estimatorState: undefined, learned: null };
    worker.listener({ type: 'snapshot', runId, request, snapshot });
    expect((await second).iteration).toBe(6);
  });

  test('training to an iteration stops there', async () => {
    const done = run.trainTo(10);
    while (!worker.last('run')) await Promise.resolve();
    worker.frame([...learnersOf(0), ...learnersOf(1)], 0, 10, 0.5);
    await done;
    expect(run.status).toBe('paused');
    expect(worker.commands.at(-1)!.type).toBe('pause');
  });
});

describe('failures', () => {
  test('a scheme that diverges is named on its card; the others go on', async () => {
    await trained();
    worker.listener({ type: 'failed', runId: worker.runId, code: 'non-finite', message: 'B diverged.', scheme: 1 });
    expect(run.failureOf(1)).toBe('B diverged.');
    expect(run.failureOf(0)).toBeNull();
    expect(run.divergence).toMatchObject({ scheme: 1, cause: 'B diverged.', iteration: run.iterationOf(1) });
    expect(run.status).toBe('running');
  });

  test('a lost device marks the iteration at which something else went on, until the run starts anew', async () => {
    await trained();
    const at = run.iteration;
    worker.listener({ type: 'notice', runId: worker.runId, code: 'device-lost', message: 'The WebGPU device was lost.' });
    expect(at).toBeGreaterThan(0);
    expect(run.engineChanges).toEqual([at]);
    expect(messages.at(-1)).toMatchObject({ tone: 'warn', code: 'device-lost' });
    await run.reset();
    expect(run.engineChanges).toEqual([]);
  });

  test('after another engine is asked for, the one before and its speed are no longer shown', async () => {
    await trained();
    expect(run.engine).toMatchObject({ name: 'tabular' });
    experiment.setTraining({ engine: 'webgpu' });
    for (const timer of [...timers]) timer();
    expect(run.engine).toBeNull();
    expect(run.stepsPerSecond).toBe(0);
  });

  test('what concerns the run is a notice', async () => {
    await trained();
    worker.listener({ type: 'notice', runId: worker.runId, code: 'engine-fallback', message: 'No WebGPU here.' });
    expect(messages).toEqual([{ tone: 'warn', code: 'engine-fallback', message: 'No WebGPU here.' }]);
  });

  test('reset forgets failures and keeps the curves as ghosts', async () => {
    await trained(20);
    worker.listener({ type: 'failed', runId: worker.runId, code: 'non-finite', message: 'B diverged.', scheme: 1 });
    run.reset();
    expect(run.iteration).toBe(0);
    expect(run.failureOf(1)).toBeNull();
    expect(run.history.ghosts(0)).toHaveLength(1);
    expect(worker.last('configure')!.restart).toBe('all');
  });
});
