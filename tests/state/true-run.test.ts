import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment } from '../../src/core/experiment/resolve';
import { makeScene, STARTING_POLICY, type TableScene } from '../../src/state/scene';
import { trueRun } from '../../src/state/true-run';

const plugins = allPlugins();
async function sceneOf(preset: string): Promise<TableScene> {
  const { spec } = (await loadPreset(preset))!;
  return makeScene(resolveExperiment({ ...spec, view: { ...spec.view, trajectories: spec.training.groupSize } }, plugins), STARTING_POLICY) as TableScene;
}

describe('the true car under the policies of the preset’s table', () => {
  it('arrives under the best one from wherever it may start', async () => {
    const scene = await sceneOf('mountain-car');
    const { start, limit } = scene.scenario.trueWorld!;
    for (const at of [start.min, start.default, start.max]) {
      const run = trueRun(scene, 'best', at, 0);
      expect(run.done).toBe(true);
      expect(run.action.length).toBeLessThan(limit);
      expect(run.position[0]).toBe(at);
    }
  });

  it('takes the likeliest action, the first among equals; drawn ones repeat with their seed and differ without it', async () => {
    const scene = await sceneOf('mountain-car');
    // All actions of the untrained policy are alike, so the first is held for ever.
    expect(new Set(trueRun(scene, 'likeliest', -0.5, 0).action)).toEqual(new Set([0]));
    const drawn = (seed: number) => [...trueRun(scene, 'drawn', -0.5, seed).action];
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(3)).not.toEqual(drawn(4));
    // Uniform over three actions: each is held for about a third of 100 decisions.
    const counts = [0, 1, 2].map((a) => Array.from({ length: 20 }, (_, seed) => drawn(seed).filter((x) => x === a).length).reduce((sum, n) => sum + n, 0) / 4000);
    for (const share of counts) expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt((2 / 9) / 2000));
  });

  it('is refused where there is nothing behind the table', async () => {
    const scene = await sceneOf('boat-race');
    expect(() => trueRun(scene, 'best', 0, 0)).toThrow('Boat race is its table; there is no other world behind it.');
  });
});
