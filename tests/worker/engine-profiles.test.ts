import { describe, expect, it } from 'vitest';
import { EngineProfiles } from '../../src/worker/engine-profiles';
import { STAGES, type DeviceUse, type Stage } from '../../src/worker/protocol';
import { smallSpec } from './small-spec';

const spec = await smallSpec('boat-race', ['sparse', 'dense']);

function report(times: Partial<Record<Stage, number>>) {
  const stages = Float64Array.from(STAGES, (stage) => times[stage] ?? 0);
  return { stages, milliseconds: stages.reduce((sum, x) => sum + x, 0) };
}

function used(iterations: number): DeviceUse {
  return { adapter: 'a', isEmulated: false, tensors: 10, bytes: 1000, pool: 2000, readBacks: 8 + 2 * iterations, waited: 3 * iterations, dispatches: 100 + 19 * iterations, checkDispatches: 0, rollout: null, signals: null };
}

describe('profiles by engine', () => {
  it('are faded means whose stages add up, and leave out the first iteration, which compiles', () => {
    const profiles = new EngineProfiles();
    profiles.begin(spec);
    profiles.note('wasm', report({ forward: 900 }), null, null);
    expect(profiles.all()[0]).toMatchObject({ engine: 'wasm', iterations: 1, milliseconds: 900 });
    profiles.note('wasm', report({ forward: 1, backward: 3 }), null, null);
    profiles.note('wasm', report({ forward: 3, backward: 5 }), null, null);
    const [seen] = profiles.all();
    const keep = 0.5 ** (8 / 500);
    expect(seen.iterations).toBe(3);
    expect(seen.milliseconds).toBeCloseTo((4 * keep + 8) / (keep + 1), 12);
    expect(seen.stages.forward).toBeCloseTo((1 * keep + 3) / (keep + 1), 12);
    expect(Object.values(seen.stages).reduce((sum, x) => sum + x, 0)).toBeCloseTo(seen.milliseconds, 12);
    expect(seen.device).toBeNull();
  });

  it('forget what is long past', () => {
    const profiles = new EngineProfiles();
    for (const milliseconds of [1, 100, 100, 5000, 5000, 5000]) profiles.note('ts', report({ rollout: milliseconds }), null, null);
    expect(profiles.all()[0].milliseconds).toBeCloseTo(5000, 1);
  });

  it('count what an iteration asks of its device, but for one in which the device was replaced', () => {
    const profiles = new EngineProfiles();
    for (let k = 0; k < 4; k++) profiles.note('webgpu', report({ forward: 7 }), used(k), used(k + 1));
    profiles.note('webgpu', report({ forward: 7 }), used(4), { ...used(0), dispatches: 12, readBacks: 2 });
    const { device } = profiles.all()[0];
    expect(device!.dispatches).toBeCloseTo(19, 10);
    expect(device!.readBacks).toBeCloseTo(2, 10);
    expect(device!.waited).toBeCloseTo(3, 10);
    expect(device!.checkDispatches).toBe(0);
  });

  it('of one experiment stand side by side, and those of another are forgotten', async () => {
    const profiles = new EngineProfiles();
    const on = (engine: 'ts' | 'webgpu') => ({ ...spec, training: { ...spec.training, engine } });
    profiles.begin(on('ts'));
    profiles.note('ts', report({ forward: 1 }), null, null);
    profiles.begin(on('webgpu'));
    profiles.note('webgpu', report({ forward: 2 }), null, null);
    // A dearer term, a name and a learning rate cost no time.
    profiles.begin({ ...on('webgpu'), title: 'Another', training: { ...spec.training, learningRate: 0.5 } });
    expect(profiles.all().map(({ engine, milliseconds }) => [engine, milliseconds])).toEqual([['ts', 1], ['webgpu', 2]]);
    profiles.begin({ ...spec, training: { ...spec.training, trajectories: 2 * spec.training.trajectories } });
    expect(profiles.all()).toEqual([]);
  });
});
