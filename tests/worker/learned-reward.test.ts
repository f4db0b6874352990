import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatherRows } from '../../src/core/batch/gather';
import { TableBatch } from '../../src/core/batch/table-batch';
import { learnerStream } from '../../src/core/experiment/resolve';
import type { ExperimentSpec, TrainingSpec } from '../../src/core/experiment/spec';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { priceBatch } from '../../src/core/scheme/price-batch';
import { EngineLostError, EngineUnavailableError, type Engine, type EngineName } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { meanReturn } from '../../src/worker/iteration-metrics';
import { METRICS, type Event, type Metric } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { Training } from '../../src/worker/training-loop';
import { deps, smallSpec, withScheme } from './small-spec';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;
const preferences = { reward: 'bradley-terry', label: 'Preferences', weight: 1, params: {}, gated: false };

async function preferenceSpec(iterations: number): Promise<ExperimentSpec> {
  const spec = await smallSpec('swe-agent', ['outcome', 'plain'], { iterations, seeds: { first: 0, count: 1 } });
  return withScheme(spec, 1, { name: 'preferences', terms: [preferences] });
}

/** Every engine that was opened, and what was told of those that did not. */
async function startOn(engine: TrainingSpec['engine'], open: (name: EngineName) => Promise<Engine>) {
  const opened: EngineName[] = [];
  const notices: string[] = [];
  const spec = await preferenceSpec(1);
  const training = await Training.start(
    { ...spec, training: { ...spec.training, engine } },
    { ...deps, wasmBinaries, open: (name) => (opened.push(name), open(name)), notice: (code, message) => notices.push(`${code}: ${message}`) },
  );
  return { opened, notices, model: training.learnedReward! };
}

const everyEngine = (name: EngineName) => openEngine(name, { wasmBinaries });

describe('the engine of the reward model', () => {
  it('is TypeScript where the run leaves the choice, because the network is small', async () => {
    const { opened, model } = await startOn('auto', everyEngine);
    expect(opened).toEqual(['ts']);
    expect(model.report.engine).toEqual({ name: 'ts', words: 'TypeScript: a model this small is fitted in no time here.' });
  });

  it('is the one that the run asks for, and learns the same reward', async () => {
    const [ts, wasm] = [await startOn('ts', everyEngine), await startOn('wasm', everyEngine)];
    expect(wasm.opened).toEqual(['wasm']);
    expect(wasm.model.report.engine).toEqual({ name: 'wasm', words: 'WASM: chosen by hand.' });
    const [a, b] = [ts, wasm].map(({ model }) => model.columns[0]!.learnedReward!);
    const largest = Math.max(...a!.map(Math.abs));
    expect(Math.max(...a!.map((x, row) => Math.abs(x - b![row]!)))).toBeLessThan(1e-3 * largest);
    expect(b).not.toEqual(a);
  });

  it('is TypeScript with a notice where that one cannot start', async () => {
    const refusing = async (name: EngineName) => {
      if (name === 'webgpu') throw new EngineUnavailableError('webgpu', 'There is no WebGPU here.');
      return everyEngine(name);
    };
    const { opened, notices, model } = await startOn('webgpu', refusing);
    expect(opened).toEqual(['webgpu', 'ts']);
    expect(notices).toEqual(['engine-fallback: There is no WebGPU here. The reward model is fitted in TypeScript instead, with the same results.']);
    expect(model.columns).toEqual((await startOn('ts', everyEngine)).model.columns);
  });

  it('is replaced where its device is lost in the middle of the fit, which begins again', async () => {
    const losing = async (name: EngineName): Promise<Engine> => {
      const inner = await openEngine('ts');
      if (name === 'ts') return inner;
      if (name === 'wasm') throw new EngineUnavailableError('wasm', 'WebAssembly is blocked here.');
      let left = 40;
      return {
        ...inner,
        name,
        async create(shape, features) {
          const network = await inner.create(shape, features);
          return {
            shape,
            rows: network.rows,
            parameterCount: network.parameterCount,
            setParameters: (flat) => network.setParameters(flat),
            forward: () => network.forward(),
            vjp: (dLogits) => (left-- > 0 ? network.vjp(dLogits) : Promise.reject(new EngineLostError(name, 'destroyed'))),
            dispose: () => network.dispose(),
          };
        },
      };
    };
    const { opened, notices, model } = await startOn('webgpu', losing);
    expect(opened).toEqual(['webgpu', 'webgpu', 'wasm', 'ts']);
    expect(notices).toHaveLength(2);
    expect(model.report.engine.name).toBe('ts');
    expect(model.columns).toEqual((await startOn('ts', everyEngine)).model.columns);
  });
});

describe('a reward learned from preferences', () => {
  it('is not fitted when no scheme reads it', async () => {
    const training = await Training.start(await smallSpec('swe-agent', ['outcome']), deps);
    expect(training.learned).toBeNull();
  });

  it('pays more for trajectories that end well, and is the same for every seed', async () => {
    const training = await Training.start(await preferenceSpec(1), deps);
    const { table, initialLogits } = training.experiment;
    const policy = softmaxPolicy(initialLogits, table.S, table.A);
    const played = rollout(table, policy.threshold, { nTraj: 512, groupSize: 1, seed: 77, learner: 0, iteration: 0 });
    const batch = new TableBatch(table, played);
    const outcome = batch.column('outcome', 'trajectory') as Float64Array;
    const learned = gatherRows(played, training.learned!.learnedReward, new Float64Array(played.row.length));
    const returns = Array.from({ length: 512 }, (_, i) => learned.subarray(i * batch.maxLen, i * batch.maxLen + batch.length[i]).reduce((a, b) => a + b, 0));
    const mean = (of: (outcome: number) => boolean) => {
      const chosen = returns.filter((_, i) => of(outcome[i]));
      return chosen.reduce((a, b) => a + b) / chosen.length;
    };
    expect(mean((x) => x === 1)).toBeGreaterThan(mean((x) => x === 0) + 0.5);
    const again = await Training.start(await preferenceSpec(1), deps);
    expect(again.learned).toEqual(training.learned);
  });

  it('trains the policy towards what the person wanted, and a page can price its batches again', async () => {
    const spec = await preferenceSpec(60);
    const training = await Training.start(spec, deps);
    const figures: Record<Metric, number>[] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) {
      const own = report.metrics.subarray(METRICS.length);
      figures.push(Object.fromEntries(METRICS.map((metric, m) => [metric, own[m]])) as Record<Metric, number>);
    }
    expect(figures[59].proxy).toBeGreaterThan(figures[0].proxy);
    expect(figures[59].success).toBeGreaterThan(2 * figures[0].success);

    const snapshot = await training.recall(1, 33);
    const { table, schemes } = training.experiment;
    const { trajectories: nTraj, groupSize } = spec.training;
    const policy = softmaxPolicy(snapshot.logits, table.S, table.A);
    const played = rollout(table, policy.threshold, { nTraj, groupSize, ...learnerStream(spec.training, 0, 33) });
    const columns = { column: (name: string) => (name === 'learnedReward' ? gatherRows(played, snapshot.learned!.learnedReward, new Float64Array(played.row.length)) : '') };
    const priced = priceBatch(new TableBatch(table, played), schemes[1]!, { ...snapshot, value: null, columns });
    expect(meanReturn(priced)).toBe(figures[33].proxy);
  });
});

describe('the page', () => {
  it('is told how far the fit is and then what came out, once for every fit', async () => {
    const events: Event[] = [];
    const session = new Session({ emit: (event) => events.push(event), now: () => 0, rest: () => Promise.resolve(), sliceMilliseconds: 1, loadPlugins: async () => deps.plugins });
    const spec = await preferenceSpec(3);
    const configured = async (edited: ExperimentSpec, runId: number, restart: 'all' | number[]) => {
      events.length = 0;
      session.handle({ type: 'configure', runId, spec: edited, restart });
      while (!events.some(({ type }) => type === 'ready')) await new Promise((resolve) => setImmediate(resolve));
      return events.flatMap((event) => (event.type === 'reward-model' ? [event] : []));
    };
    const first = await configured(spec, 1, 'all');
    expect(first.length).toBeLessThanOrEqual(22);
    first.forEach(({ share }, k) => expect(share).toBeGreaterThanOrEqual(first[k - 1]?.share ?? 0));
    expect(first.filter(({ report }) => report)).toHaveLength(1);
    const { report } = structuredClone(first.at(-1)!);
    expect(report).toMatchObject({ engine: { name: 'ts' }, networks: 1, people: 1 });
    expect(report!.utility).toHaveLength(report!.learned.length);

    const kept = await configured({ ...spec, schemes: [{ ...spec.schemes[0]!, gamma: 0.9 }, spec.schemes[1]!] }, 2, [0]);
    expect(kept, 'another scheme was edited').toEqual([]);
    const again = await configured({ ...spec, training: { ...spec.training, rewardModel: { pairs: 50 } } }, 3, 'all');
    expect(again.at(-1)!.report!.learned).not.toEqual(report!.learned);
    session.dispose();
  });
});
