import { expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { resolveSpec } from '../../src/core/experiment/resolve';
import { bestProxy, bestTruth, proxyScale } from '../../src/state/learning-figures';
import { makeScene, STARTING_POLICY } from '../../src/state/scene';

const plugins = allPlugins();

async function open(id: string, change: (spec: ExperimentSpec) => void = () => {}) {
  const { spec } = structuredClone((await loadPreset(id))!);
  change(spec as ExperimentSpec);
  const resolved = resolveSpec(spec, plugins);
  return { resolved, scene: makeScene(resolved, STARTING_POLICY), named: (name: string) => resolved.schemes[spec.schemes.findIndex((scheme) => scheme.name === name)]! };
}

test('in closed form the best is known for the truth and for what pays the outcome; credits of steps have no best return', async () => {
  const { scene, named } = await open('denoiser');
  expect(bestTruth(scene)).toBeCloseTo(0.418, 3);
  expect(bestProxy(named('broadcast'), scene)).toBe(bestTruth(scene));
  expect(proxyScale(named('broadcast'), scene, Float64Array.of(0.9))).toEqual({ best: bestTruth(scene), isSolved: true });
  for (const name of ['gains', 'gains-to-go', 'step-advantage']) expect(proxyScale(named(name), scene, Float64Array.of(0.1, 0.2))).toEqual({ best: Number.NaN, isSolved: false });
});

test('a single click that is paid smoothly is judged by the best seen', async () => {
  const { scene, named } = await open('gui-click');
  expect(bestTruth(scene)).toBeGreaterThan(0.999);
  expect(proxyScale(named('binary'), scene, Float64Array.of(0.1)).isSolved).toBe(true);
  for (const name of ['gaussian', 'wide']) expect(proxyScale(named(name), scene, Float64Array.of(0.1, 0.7, 0.4))).toEqual({ best: 0.7, isSolved: false });
});

test('a discounted return is compared with the best discounted return, and at γ = 0 there is no return to compare', async () => {
  const discounted = (gamma: number) => open('key-door', (spec) => Object.assign(spec, { schemes: spec.schemes.map((scheme) => (scheme.name === 'sparse' ? { ...scheme, gamma, gammaLinked: false } : scheme)) }));
  const best = async (gamma: number) => {
    const { scene, named } = await discounted(gamma);
    return proxyScale(named('sparse'), scene, Float64Array.of(0.1, 0.2));
  };
  expect(await best(1)).toEqual({ best: 1, isSolved: true });
  // The shortest way to the goal has 10 steps, and the last one pays.
  expect((await best(0.9)).best).toBeCloseTo(0.9 ** 9, 12);
  expect(await best(0)).toEqual({ best: Number.NaN, isSolved: false });
});
