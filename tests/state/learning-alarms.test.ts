import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { loadPreset } from '../../src/core/experiment/presets';
import { resolveExperiment, type Experiment } from '../../src/core/experiment/resolve';
import { CurveHistory } from '../../src/state/curve-history';
import { LearningAlarms } from '../../src/state/learning-alarms';
import type { Scene } from '../../src/state/scene';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';

const plugins = allPlugins();
const sceneOf = ({ table, scenario }: Experiment) => ({ table, scenario }) as unknown as Scene;

/** Iteration of the first alarm of every scheme and seed, each seed on its own; null where there is none. */
async function alarms(preset: string, names: readonly string[], seeds: number, iterations: number): Promise<Record<string, (number | null)[]>> {
  const { spec, library } = (await loadPreset(preset))!;
  const schemes = names.map((name) => [...spec.schemes, ...library].find((scheme) => scheme.name === name)!);
  const small = { ...spec, schemes, training: { ...spec.training, iterations, seeds: { first: 0, count: seeds }, engine: 'ts' as const } };
  const training = await Training.start(small, { plugins, now: () => 0 });
  const experiment = resolveExperiment(small, plugins);
  // One history and one watch per learner, fed as frames are, so that the watch is asked after every iteration.
  const histories = names.map(() => Array.from({ length: seeds }, () => new CurveHistory(METRICS, 1)));
  const watches = names.map(() => Array.from({ length: seeds }, () => new LearningAlarms()));
  const found: Record<string, (number | null)[]> = Object.fromEntries(names.map((name) => [name, new Array<number | null>(seeds).fill(null)]));
  for (let report = await training.iterate(), at = 0; report; report = await training.iterate(), at++) {
    report.learners.forEach((learner, k) => {
      const [scheme, seed] = [Math.floor(learner / seeds), learner % seeds];
      const metrics = report.metrics.slice(k * METRICS.length, (k + 1) * METRICS.length);
      histories[scheme][seed].add({ learners: Int32Array.of(0), from: at, to: at + 1, metrics } as never);
      found[names[scheme]][seed] = watches[scheme][seed].of(0, experiment.schemes[scheme], sceneOf(experiment), histories[scheme][seed])?.from ?? null;
    });
  }
  training.dispose();
  return found;
}

describe('alarms of learning curves', () => {
  test.each([
    ['boat-race', ['sparse', 'gated', 'gated-cap', 'first-visit', 'pbrs'], 60],
    ['key-door', ['sparse', 'naive-prox', 'naive-progress', 'subgoal', 'pbrs-man', 'pbrs-inf', 'pbrs-man-nozero', 'pbrs-inf-nozero'], 60],
    ['swe-agent', ['outcome', 'gated-0.1', 'gated-0.3', 'gated-1.0'], 60],
    ['math-steps', ['outcome', 'clip', 'pure', 'delta', 'clip-delta'], 60],
    ['noisy-verifier', ['clean', 'noisy', 'backward', 'grpo-noisy', 'grpo-backward'], 60],
    ['proxy-over-optimisation', ['gold', 'clipped', 'cautious'], 60],
    ['process-noise', ['outcome', 'sum', 'gate', 'trust'], 60],
    ['multi-reward', ['grpo', 'gdpo', 'grpo-conditioned', 'gdpo-conditioned'], 60],
    ['length', ['plain'], 60],
    ['group-collapse', ['outcome', 'process', 'constant-baseline'], 60],
    ['exploration-maze', ['sparse', 'count', 'episodic', 'both', 'grpo-sparse', 'grpo-count', 'grpo-episodic', 'grpo-both'], 60],
    ['unit-tests', ['all-or-nothing', 'uniform', 'uniform-all', 'verpo', 'verpo-no-all'], 60],
  ] as const)('%s: none of %j raises one, under any of 3 seeds', async (preset, honest, iterations) => {
    const found = await alarms(preset, honest, 3, iterations);
    expect(found).toEqual(Object.fromEntries(honest.map((name) => [name, [null, null, null]])));
  });

  test.each([
    ['boat-race', 'dense', 40, 3],
    ['math-steps', 'sum', 40, 3],
    ['proxy-over-optimisation', 'ensemble-mean', 120, 2],
  ] as const)('%s %s raises one', async (preset, hacked, iterations, least) => {
    const found = (await alarms(preset, [hacked], 3, iterations))[hacked];
    expect(found.filter((from) => from !== null).length).toBeGreaterThanOrEqual(least);
  });

  test('the mean over seeds is followed, a new curve is watched anew, and a moving reward has none', async () => {
    const { spec } = (await loadPreset('boat-race'))!;
    const dense = spec.schemes.find(({ name }) => name === 'dense')!;
    const experiment = resolveExperiment({ ...spec, schemes: [dense, { ...dense, terms: dense.terms.map((term) => ({ ...term, schedule: { kind: 'linear', to: 2, start: 0, end: 10 } as const })) }] }, plugins);
    const history = new CurveHistory(METRICS, 2);
    const add = (success: (k: number) => number, proxy: (k: number) => number) => {
      for (let k = 0; k < 30; k++) {
        for (const seed of [0, 1]) {
          const metrics = new Float64Array(METRICS.length).fill(0.5);
          metrics[METRICS.indexOf('success')] = success(k);
          metrics[METRICS.indexOf('proxy')] = proxy(k);
          history.add({ learners: Int32Array.of(seed), from: k, to: k + 1, metrics } as never);
        }
      }
    };
    const watch = new LearningAlarms();
    const scene = sceneOf(experiment);
    add((k) => 0.9 - 0.02 * k, (k) => 1 + 0.1 * k);
    expect(watch.of(0, experiment.schemes[0], scene, history)).toMatchObject({ from: 0, to: 11 });
    expect(new LearningAlarms().of(0, experiment.schemes[1], scene, history)).toBeNull();
    history.restart(0);
    expect(watch.of(0, experiment.schemes[0], scene, history)).toBeNull();
    add((k) => 0.5 + 0.01 * k, (k) => 1 + 0.1 * k);
    expect(watch.of(0, experiment.schemes[0], scene, history)).toBeNull();
  });
});
