import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { resolveSpec } from '../../src/core/experiment/resolve';
import { readSpec, type TrainingSpec } from '../../src/core/experiment/spec';
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

  it('is refused, with the reason, where states are no sequences and where heads do not divide the width', async () => {
    const spec = await smallSpec('boat-race', ['sparse'], transformer);
    expect(() => resolveSpec(spec, allPlugins())).toThrow('the states of Boat race are no sequences of tokens. Choose a table or an MLP as the policy.');
    const wrong = readSpec({ ...spec, training: { ...spec.training, policy: { kind: 'transformer', width: 20, layers: 1, heads: 3 } } });
    expect(wrong).toMatchObject({ problems: [{ field: '/training/policy/heads' }] });
  });
});
