import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { defineScenario } from '../../src/core/contracts/scenario';
import { resolveSpec } from '../../src/core/experiment/resolve';
import { readSpec, type TrainingSpec } from '../../src/core/experiment/spec';
import { compileTable } from '../../src/core/mdp/compile-table';
import type { Engine, EngineName } from '../../src/engine/engine';
import { openEngine } from '../../src/engine/open-engine';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { advance, deps, parametersOf, smallSpec } from './small-spec';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;

const transformer: Partial<TrainingSpec> = {
  policy: { kind: 'transformer', width: 16, layers: 1, heads: 2 },
  optimiser: 'adam',
  learningRate: 0.003,
  engine: 'ts',
  seeds: { first: 0, count: 1 },
  iterations: 8,
};

describe('a transformer policy', () => {
  it('starts at the starting policy, learns, and is the same run when it is made again', async () => {
    const spec = await smallSpec('token-cold', ['out'], { ...transformer, objective: { id: 'reinforce', params: {} } });
    const start = await Training.start(spec, deps);
    const first = (await start.iterate())!;
    const tabular = (await (await Training.start(await smallSpec('token-cold', ['out'], { seeds: { first: 0, count: 1 } }), deps)).iterate())!;
    const success = METRICS.indexOf('success');
    expect(first.metrics[success]).toBeCloseTo(tabular.metrics[success], 12);
    await advance(start);
    const again = await Training.start(spec, deps);
    await advance(again);
    expect(parametersOf(again)).toEqual(parametersOf(start));
    const [logits] = await start.policies();
    expect(logits.some((x) => Math.abs(x) > 0.01)).toBe(true);
    expect([...(await start.recall(0, 8)).logits]).toEqual([...logits]);
  });

  it('learns the same to the bit, whoever learns beside it', async () => {
    const run = async (count: number) => {
      const training = await Training.start(await smallSpec('token-cold', ['out'], { ...transformer, trajectories: 32, groupSize: 8, seeds: { first: 0, count } }), { ...deps, figures: false });
      await advance(training);
      return parametersOf(training)[0];
    };
    expect(await run(2)).toEqual(await run(1));
  });

  it('learns the same on WASM, sequence by sequence', async () => {
    const run = async (engine: 'ts' | 'wasm') => {
      const training = await Training.start(await smallSpec('token-cold', ['out'], { ...transformer, engine, iterations: 3, trajectories: 16 }), { ...deps, wasmBinaries, figures: false });
      await advance(training);
      expect(training.engine.name).toBe(engine);
      return parametersOf(training)[0];
    };
    const [ts, wasm] = [await run('ts'), await run('wasm')];
    // Adam moves each parameter by the learning rate, whatever its gradient: where that is rounding alone, so is the sign.
    const far = ts.filter((x, k) => Math.abs(x - wasm[k]) > 1e-4).length;
    expect(far / ts.length).toBeLessThan(0.02);
  });

  it('is asked about all states in TypeScript whatever engine trains it, and says so', async () => {
    const asked: [string, number][] = [];
    const named = (name: EngineName): Promise<Engine> =>
      openEngine('ts').then((inner) => ({ ...inner, name, createTransformer: (shape, prefix, states) => (asked.push([name, states.length]), inner.createTransformer(shape, prefix, states)) }));
    const training = await Training.start(await smallSpec('token-cold', ['out'], { ...transformer, engine: 'webgpu', iterations: 2, trajectories: 16 }), { ...deps, figures: false, open: named });
    await advance(training);
    expect(new Set(asked.map(([name]) => name))).toEqual(new Set(['webgpu']));
    asked.length = 0;
    await training.policies();
    expect(new Set(asked.map(([name]) => name))).toEqual(new Set(['ts']));
    expect(asked.reduce((sum, [, states]) => sum + states, 0)).toBe(training.experiment.table.S);
    expect(training.engine.words).toBe('WebGPU: chosen by hand. Evaluations of all 16,369 states run in TypeScript, which computes each prefix once.');
  });

  it.each<TrainingSpec['policy']>([transformer.policy!, { kind: 'mlp', hidden: [8], activation: 'tanh' }])('asks a GPU for few shapes, and learns the same ($kind)', async (policy) => {
    const rows = new Set<number>();
    const counting = async (): Promise<Engine> => {
      const inner = await openEngine('ts');
      return {
        ...inner,
        name: 'webgpu',
        create: (shape, features) => (rows.add(features.length / shape.inputs), inner.create(shape, features)),
        createTransformer: (shape, prefix, states) => (rows.add(states.length), inner.createTransformer(shape, prefix, states)),
      };
    };
    const run = async (engine: 'ts' | 'webgpu') => {
      const spec = await smallSpec('token-cold', ['out'], { ...transformer, policy, engine, iterations: 4 });
      const training = await Training.start(spec, { ...deps, figures: false, open: (name) => (name === 'webgpu' ? counting() : openEngine(name)) });
      await advance(training);
      return parametersOf(training);
    };
    expect(await run('webgpu')).toEqual(await run('ts'));
    expect([...rows].every((count) => Number.isInteger(Math.log2(count)))).toBe(true);
    expect(rows.size).toBeLessThan(8);
  });

  it('is refused, with the reason, where states are no sequences and where heads do not divide the width', async () => {
    const spec = await smallSpec('boat-race', ['sparse'], transformer);
    expect(() => resolveSpec(spec, allPlugins())).toThrow('the states of Boat race are no sequences of tokens. Choose a table or an MLP as the policy.');
    const wrong = readSpec({ ...spec, training: { ...spec.training, policy: { kind: 'transformer', width: 20, layers: 1, heads: 3 } } });
    expect(wrong).toMatchObject({ problems: [{ field: '/training/policy/heads' }] });
  });
});

describe('a transformer on a table of which every state is evaluated', () => {
  /** Three digits, each 0 or 1, after the token 2; pays one where the last is the first. */
  const copyFirst = defineScenario({
    id: 'copy-first',
    title: 'Copy the first',
    summary: 'The last token is to be the first.',
    formula: 's',
    provenance: 'own',
    cite: [],
    question: 'Does attention find the first token?',
    params: {},
    signals: {},
    stateTables: {},
    metrics: { success: { title: 'Success', unit: 'share' } },
    trajectoryNoun: 'sequence',
    actionNames: ['0', '1'],
    table: () => {
      // States are the prefixes '', 0, 1, 00, 01, 10, 11: node k > 0 has parent (k − 1) >> 1 and token (k − 1) & 1.
      const states = Array.from({ length: 7 }, (_, k) => k);
      const first = (k: number): number => (k <= 2 ? (k - 1) & 1 : first((k - 1) >> 1));
      return compileTable({
        S: 7,
        A: 2,
        horizon: 3,
        signals: [],
        metrics: ['success'],
        truth: 'success',
        start: { state: [0], probability: [1] },
        features: (state) => [state],
        prefix: { parent: states.map((k) => (k === 0 ? -1 : (k - 1) >> 1)), token: states.map((k) => (k === 0 ? 2 : (k - 1) & 1)), symbols: 3 },
        transitions: (state, action) => [
          state < 3
            ? { probability: 1, next: 2 * state + 1 + action }
            : { probability: 1, next: state, done: true, metrics: { success: Number(action === first(state)) } },
        ],
      });
    },
    picture: () => ({ kind: 'chain', unit: 'step', actions: [], gauges: [] }),
    describeState: (state) => `prefix ${state}`,
  });

  const run = async (seeds: TrainingSpec['seeds'], change: Partial<TrainingSpec> = {}) => {
    const own = allPlugins();
    own.add('scenario', copyFirst);
    const spec = await smallSpec('boat-race', ['sparse'], { ...transformer, iterations: 60, learningRate: 0.01, ...change, seeds });
    const training = await Training.start({ ...spec, scenario: { id: 'copy-first', params: {} } }, { ...deps, plugins: own, wasmBinaries });
    let success: number[] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) {
      success = Array.from(report.learners, (_, k) => report.metrics[k * METRICS.length + METRICS.indexOf('success')]);
    }
    return { success, parameters: parametersOf(training) };
  };

  it('learns, all learners as one population, each as if it were alone', async () => {
    const together = await run({ first: 3, count: 2 });
    for (const success of together.success) expect(success).toBeGreaterThan(0.9);
    expect((await run({ first: 4, count: 1 })).parameters).toEqual(together.parameters.slice(1));
  });

  it('learns on WASM too', async () => {
    const [success] = (await run({ first: 3, count: 1 }, { engine: 'wasm' })).success;
    expect(success).toBeGreaterThan(0.9);
  });
});
