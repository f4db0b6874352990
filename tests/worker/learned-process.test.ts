import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stepScoreQuality } from '../../src/core/diagnostics/step-score-quality';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { readSpec } from '../../src/core/experiment/spec';
import { TableBatch } from '../../src/core/batch/table-batch';
import { gatherRows } from '../../src/core/batch/gather';
import { evaluatePolicy } from '../../src/core/mdp/exact';
import { softmaxPolicy } from '../../src/core/mdp/policy';
import { rollout } from '../../src/core/mdp/rollout';
import { allPlugins } from '../../src/core/all-plugins';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { deps, smallSpec, withScheme } from './small-spec';

const wasmBinaries = `${join(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`;
const term = (params: Record<string, unknown>) => ({ reward: 'process-model', label: '', weight: 1, params, gated: false });

async function specOf(params: Record<string, unknown>, processModel?: ExperimentSpec['training']['processModel'], iterations = 1): Promise<ExperimentSpec> {
  const spec = await smallSpec('math-steps', ['outcome', 'sum'], { iterations, seeds: { first: 0, count: 1 }, ...(processModel && { processModel }) });
  return withScheme(spec, 1, { name: 'scored', terms: [term(params)] });
}

const columnsOf = async (params: Record<string, unknown>, processModel?: ExperimentSpec['training']['processModel']) => (await Training.start(await specOf(params, processModel), deps)).learned;

/** Correlation of a row column with the exact step advantage on fresh trajectories of the starting policy. */
async function correlation(column: Float64Array): Promise<number> {
  const { table, initialLogits } = (await Training.start(await specOf({ source: 'completions' }), deps)).experiment;
  const policy = softmaxPolicy(initialLogits, table.S, table.A);
  const played = rollout(table, policy.threshold, { nTraj: 400, groupSize: 1, seed: 77, learner: 0, iteration: 0 });
  const exact = new TableBatch(table, played).gatherExact(evaluatePolicy(table, policy.probability, table.metrics[table.truth]).advantage);
  return stepScoreQuality(gatherRows(played, column, new Float64Array(played.row.length)), exact, played).correlation;
}

describe('process models beside the policy', () => {
  it('are fitted only where a term reads a network', async () => {
    expect(await columnsOf({ source: 'completions', completions: 1 })).toBeNull();
    expect(Object.keys((await columnsOf({ source: 'model' }))!)).toEqual(['learnedProgress']);
    expect(Object.keys((await columnsOf({ source: 'outcomes' }))!)).toEqual(['learnedOutcomeProgress']);
    expect(Object.keys((await columnsOf({ source: 'implicit' }))!)).toEqual(['learnedRatio']);
  });

  it('score steps as the exact advantage does, better from completions than from outcomes, worse from labels that are wrong', async () => {
    const fitted = { trajectories: 1000, completions: 16 };
    const progress = (await columnsOf({ source: 'model' }, fitted))!.learnedProgress!;
    const again = (await columnsOf({ source: 'model' }, fitted))!.learnedProgress!;
    expect(again).toEqual(progress);
    const outcomes = (await columnsOf({ source: 'outcomes' }, fitted))!.learnedOutcomeProgress!;
    const few = (await columnsOf({ source: 'outcomes' }, { trajectories: 60 }))!.learnedOutcomeProgress!;
    const any = (await columnsOf({ source: 'model' }, { ...fitted, labels: 'any' }))!.learnedProgress!;
    const wrong = (await columnsOf({ source: 'model' }, { ...fitted, flips: 0.4 }))!.learnedProgress!;
    expect(await correlation(progress)).toBeGreaterThan(0.6);
    expect(await correlation(progress)).toBeGreaterThan((await correlation(few)) + 0.05);
    expect(await correlation(outcomes)).toBeGreaterThan(0.5);
    expect(await correlation(any)).toBeLessThan(await correlation(progress));
    expect(await correlation(wrong)).toBeLessThan(await correlation(progress));
  });

  it('are fitted on the engine that the run asks for, to the same scores', async () => {
    const spec = await specOf({ source: 'model' }, { trajectories: 200 });
    const both = withScheme(spec, 1, { terms: [term({ source: 'model' }), term({ source: 'outcomes' }), term({ source: 'implicit' })] });
    const on = async (engine: 'ts' | 'wasm') => (await Training.start({ ...both, training: { ...both.training, engine } }, { ...deps, wasmBinaries })).learned!;
    const [ts, wasm] = [await on('ts'), await on('wasm')];
    expect(Object.keys(wasm).sort()).toEqual(['learnedOutcomeProgress', 'learnedProgress', 'learnedRatio']);
    for (const [name, column] of Object.entries(ts)) {
      const largest = Math.max(...column.map(Math.abs));
      expect(Math.max(...column.map((x, row) => Math.abs(x - wasm[name]![row]!))), name).toBeLessThan(2e-3 * largest);
    }
    expect(wasm).not.toEqual(ts);
  });

  it('train a policy by completions played anew in every iteration, as by its exact advantage', async () => {
    const spec = await specOf({ completions: 2 }, undefined, 60);
    const scored = { ...spec.schemes[1], gamma: 0, estimator: { id: 'mc-return', params: {} } };
    const training = await Training.start({ ...spec, training: { ...spec.training, trajectories: 64, groupSize: 16, learningRate: 1 }, schemes: [spec.schemes[0], scored] } as ExperimentSpec, deps);
    const success: number[] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) success.push(report.metrics[METRICS.length + METRICS.indexOf('success')]);
    expect(success[59]).toBeGreaterThan(2 * success[0]);
  });

  it('a network is fitted when an edit comes to read it, and the run goes on', async () => {
    const spec = await specOf({ completions: 1 }, undefined, 4);
    const training = await Training.start(spec, deps);
    await training.iterate();
    expect(training.learned).toBeNull();
    expect(await training.reconfigure(withScheme(spec, 1, { terms: [term({ source: 'model' })] }), [])).toBe(true);
    expect(Object.keys(training.learned!)).toEqual(['learnedProgress']);
    expect((await training.iterate())!.failures).toEqual([]);
    await training.reconfigure(withScheme(spec, 1, { terms: [term({ source: 'model' }), term({ source: 'outcomes' })] }), []);
    expect(Object.keys(training.learned!).sort()).toEqual(['learnedOutcomeProgress', 'learnedProgress']);
  });

  it('settings are optional, and what they allow is said', async () => {
    const spec = await specOf({ source: 'model' });
    expect('spec' in readSpec(spec)).toBe(true);
    const refused = readSpec({ ...spec, training: { ...spec.training, processModel: { completions: 65 } } });
    expect(refused).toMatchObject({ problems: [{ field: '/training/processModel/completions' }] });
    expect(allPlugins().get('reward', 'process-model').markov).toBe(false);
  });
});
