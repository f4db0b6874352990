import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { EngineUnavailableError, type Engine, type EngineName } from '../../src/engine/engine';
import { createTsEngine } from '../../src/engine/ts-engine';
import { EngineProfiles } from '../../src/worker/engine-profiles';
import { EngineSurvey } from '../../src/worker/engine-survey';
import { KeptComparisons } from '../../src/worker/kept-comparisons';
import type { EnginesEvent } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { deps, smallSpec } from './small-spec';

const plugins = allPlugins();
const network = async (training: Partial<ExperimentSpec['training']> = {}) =>
  smallSpec('boat-race', ['sparse', 'dense'], { policy: { kind: 'mlp', hidden: [4], activation: 'tanh' }, engine: 'ts', ...training });

/** TypeScript under two names, one of them emulated; no WASM. */
function surveyOf() {
  const events: EnginesEvent[] = [];
  const disposed: EngineName[] = [];
  const open = async (name: EngineName): Promise<Engine> => {
    if (name === 'wasm') throw new EngineUnavailableError('wasm', 'No WASM in this test.');
    return { ...createTsEngine(), name, adapter: `${name} adapter`, isEmulated: name === 'webgpu', dispose: () => disposed.push(name) };
  };
  const engines = { open, comparisons: new KeptComparisons(null, async () => ({ adapter: null, cores: 1, browser: 'b' })) };
  const survey = new EngineSurvey({ emit: (event) => events.push(event), profiles: new EngineProfiles(), engines });
  return { survey, events, disposed };
}

describe('a survey of the engines', () => {
  it('says what is known without measuring, and measures every engine when asked, one in a slice', async () => {
    const training = await Training.start(await network(), { ...deps, plugins });
    const { survey, events, disposed } = surveyOf();
    survey.handle({ type: 'engines', request: 1, measure: false });
    await survey.slice(training);
    expect(events).toEqual([{ type: 'engines', request: 1, work: { population: 4, rows: training.experiment.table.S }, comparison: null, profiles: [], device: null, progress: null }]);
    expect(survey.isBusy).toBe(false);

    survey.handle({ type: 'engines', request: 2, measure: true });
    for (let k = 1; survey.isBusy; k++) {
      await survey.slice(training);
      expect(events).toHaveLength(1 + k);
    }
    expect(events.slice(1).map(({ progress }) => progress)).toEqual([{ name: 'ts', done: 0, of: 3 }, { name: 'wasm', done: 1, of: 3 }, { name: 'webgpu', done: 2, of: 3 }, null]);
    const { comparison } = events.at(-1)!;
    expect(comparison!.measured.map(({ name, isEmulated }) => [name, isEmulated])).toEqual([['ts', false], ['webgpu', true]]);
    for (const { milliseconds } of comparison!.measured) expect(milliseconds).toBeGreaterThan(0);
    expect(comparison!.missing).toEqual([{ name: 'wasm', reason: 'No WASM in this test.' }]);
    expect(comparison!.isKept).toBe(false);
    expect(disposed).toEqual(['ts', 'webgpu']);

    survey.handle({ type: 'engines', request: 3, measure: false });
    await survey.slice(training);
    expect(events.at(-1)!.comparison).toEqual(comparison);
    training.dispose();
  });

  it('begins anew when another run does, and answers the newest request alone', async () => {
    const training = await Training.start(await network(), { ...deps, plugins });
    const wider = await Training.start(await network({ policy: { kind: 'mlp', hidden: [6], activation: 'tanh' } }), { ...deps, plugins });
    const { survey, events } = surveyOf();
    survey.handle({ type: 'engines', request: 1, measure: true });
    await survey.slice(training);
    await survey.slice(training);
    await survey.slice(wider);
    expect(events.map(({ progress }) => progress?.done)).toEqual([0, 1, 0]);
    survey.handle({ type: 'engines', request: 2, measure: false });
    await survey.slice(wider);
    expect(events.at(-1)).toMatchObject({ request: 2, progress: null, comparison: null });
    expect(survey.isBusy).toBe(false);
    training.dispose();
    wider.dispose();
  });

  it('has nothing to measure where no network is trained', async () => {
    const table = await Training.start(await smallSpec('boat-race', ['sparse']), { ...deps, plugins });
    const { survey, events } = surveyOf();
    for (const training of [table, null]) {
      survey.handle({ type: 'engines', request: 5, measure: true });
      await survey.slice(training);
      expect(events.at(-1)).toMatchObject({ request: 5, work: null, comparison: null, progress: null });
      expect(survey.isBusy).toBe(false);
    }
    table.dispose();
  });

  it('does a transformer’s work where a batch visits few states: those that the starting policy comes to', async () => {
    const spec = await smallSpec('token-transformer', ['out'], { engine: 'ts', trajectories: 8, groupSize: 8, seeds: { first: 0, count: 1 } });
    const training = await Training.start(spec, { ...deps, plugins });
    const { survey, events } = surveyOf();
    survey.handle({ type: 'engines', request: 1, measure: false });
    await survey.slice(training);
    const { work } = events[0];
    expect(work!.population).toBe(1);
    expect(work!.rows).toBeGreaterThan(8);
    expect(work!.rows).toBeLessThan(training.experiment.table.S / 10);
    training.dispose();
  });
});
