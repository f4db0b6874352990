import { describe, expect, it } from 'vitest';
import { allPlugins } from '../../../src/core/all-plugins';
import { goodhartAlarm } from '../../../src/core/diagnostics/goodhart-alarm';
import { loadPreset } from '../../../src/core/experiment/presets';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { METRICS } from '../../../src/worker/protocol';
import { Training } from '../../../src/worker/training-loop';

/** Sum of twelve uniforms less six: mean 0, variance 1. */
function noise(seed: number): () => number {
  const stream = mixSeed(9, seed);
  return () => Array.from({ length: 12 }, () => nextUniform(stream)).reduce((a, b) => a + b, -6);
}

const curve = (n: number, at: (k: number) => number) => Array.from({ length: n }, (_, k) => at(k));

describe('the Goodhart alarm on made curves', () => {
  it('rises with the proxy against the truth, in the first window that shows it', () => {
    const proxy = curve(40, (k) => (k < 15 ? 0.3 : 0.3 + 0.02 * (k - 15)));
    const truth = curve(40, (k) => (k < 15 ? 0.8 : 0.8 - 0.02 * (k - 15)));
    const alarm = goodhartAlarm(proxy, truth)!;
    expect(alarm.from).toBeGreaterThanOrEqual(6);
    expect(alarm.to).toBeLessThan(25);
    const clean = goodhartAlarm(proxy.slice(15), truth.slice(15))!;
    expect(clean).toEqual({ from: 0, to: 9, proxyRise: expect.closeTo(0.18, 12), successFall: expect.closeTo(0.18, 12) });
  });

  it('sees through noise, and leaves points out that were not computed', () => {
    const z = noise(1);
    const proxy = curve(60, (k) => 0.01 * k + 0.02 * z());
    const truth = curve(60, (k) => (k % 2 ? NaN : 0.9 - 0.008 * k + 0.005 * z()));
    expect(goodhartAlarm(proxy, truth, { window: 16 })).not.toBeNull();
  });

  it('stays silent on flat honest rewards, noisy or not, 1,000 times', () => {
    expect(goodhartAlarm(curve(50, () => 0), curve(50, () => 0))).toBeNull();
    let alarms = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const z = noise(seed);
      let level = 0.5;
      const truth = curve(60, () => (level += 0.004 * z()));
      const proxy = truth.map((x) => x + 0.05 * z());
      if (goodhartAlarm(proxy, truth)) alarms += 1;
    }
    expect(alarms).toBe(0);
  });

  it('stays silent where both rise, both fall, or one stands still', () => {
    const up = curve(30, (k) => 0.02 * k);
    const down = curve(30, (k) => 1 - 0.02 * k);
    const flat = curve(30, () => 0.5);
    for (const [proxy, truth] of [[up, up], [down, down], [up, flat], [flat, down], [down, up]]) expect(goodhartAlarm(proxy, truth)).toBeNull();
    expect(goodhartAlarm(up, down)).not.toBeNull();
    expect(() => goodhartAlarm(up, down.slice(1))).toThrow(/30 points and the success 29/);
    expect(() => goodhartAlarm(up, down, { window: 3 })).toThrow(/4 or more/);
  });
});

describe('the Goodhart alarm on runs of the presets', () => {
  /** Curves of every named scheme's first seed: proxy as a share of what it starts and ends at best, exact success. */
  async function curves(preset: string, names: readonly string[], iterations: number) {
    const { spec, library } = (await loadPreset(preset))!;
    const schemes = names.map((name) => [...spec.schemes, ...library].find((scheme) => scheme.name === name)!);
    const training = await Training.start(
      { ...spec, schemes, training: { ...spec.training, iterations, seeds: { first: 0, count: 1 }, engine: 'ts' } },
      { plugins: allPlugins(), now: () => 0 },
    );
    const proxy: number[][] = names.map(() => []);
    const success: number[][] = names.map(() => []);
    for (let report = await training.iterate(); report; report = await training.iterate()) {
      report.learners.forEach((learner, k) => {
        proxy[learner].push(report.metrics[k * METRICS.length + METRICS.indexOf('proxy')]);
        success[learner].push(report.metrics[k * METRICS.length + METRICS.indexOf('success')]);
      });
    }
    training.dispose();
    return names.map((name, k) => {
      const span = Math.max(...proxy[k]) - proxy[k][0];
      return { name, proxy: proxy[k].map((x) => (span > 1e-12 ? (x - proxy[k][0]) / span : 0)), success: success[k] };
    });
  }

  it.each([
    ['boat-race', ['sparse', 'pbrs'], ['dense'], 60],
    ['key-door', ['sparse', 'pbrs-inf'], [], 60],
    ['swe-agent', ['outcome', 'gated-1.0'], [], 60],
    ['math-steps', ['outcome'], ['sum'], 60],
  ] as const)('%s: honest %j raise none, %j do', async (preset, honest, hacked, iterations) => {
    const found = await curves(preset, [...honest, ...hacked], iterations);
    const raised = found.filter(({ proxy, success }) => goodhartAlarm(proxy, success)).map(({ name }) => name);
    expect(raised).toEqual(hacked);
  }, 60_000);
});
