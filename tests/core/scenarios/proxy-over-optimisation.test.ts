import { describe, expect, it } from 'vitest';
import { startValue } from '../../../src/core/mdp/exact';
import { occupancy } from '../../../src/core/mdp/occupancy';
import { optimalPolicy } from '../../../src/core/mdp/optimal';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import proxy from '../../../src/core/scenarios/proxy-over-optimisation';
import { exactMetrics, settings } from './reference-policy';

const at = (stored: Record<string, unknown> = {}) => proxy.table(settings(proxy, stored));

/** By finished answer: its probability under the uniform policy, its gold, and each score. */
function finished(table: ReturnType<typeof at>, signal: string) {
  const { reach } = occupancy(table, softmaxPolicy(new Float64Array(table.S * 4), table.S, 4).probability);
  const answers = new Map<number, { p: number; gold: number; score: number }>();
  for (let r = 0; r < table.rows; r++) {
    if (!table.rowDone[r] || table.absorbing[table.rowState[r]]) continue;
    const held = answers.get(table.rowNext[r]);
    const p = (held?.p ?? 0) + reach[(table.horizon - 1) * table.S + table.rowState[r]] / 4;
    answers.set(table.rowNext[r], { p, gold: table.signals['gold'][r], score: table.signals[signal][r] });
  }
  return [...answers.values()];
}

/** Gold and KL of π ∝ reference · exp(β · score), answer by answer, for β from 0 to 60. */
function tiltCurve(table: ReturnType<typeof at>, signal = 'proxy') {
  const answers = finished(table, signal);
  const most = Math.max(...answers.map(({ score }) => score));
  return Array.from({ length: 241 }, (_, k) => {
    const beta = 60 * (k / 240) ** 3;
    const weight = answers.map(({ p, score }) => p * Math.exp(beta * (score - most)));
    const total = weight.reduce((a, b) => a + b);
    const gold = answers.reduce((sum, answer, i) => sum + (weight[i] / total) * answer.gold, 0);
    const kl = answers.reduce((sum, { p }, i) => sum + (weight[i] > 0 ? (weight[i] / total) * Math.log(weight[i] / total / p) : 0), 0);
    return { gold, kl };
  });
}

/** Peak, its KL, and the end of the curve, each a mean over twenty reward models. */
function overModels(stored: Record<string, unknown>, signal = 'proxy') {
  const curves = Array.from({ length: 20 }, (_, seed) => tiltCurve(at({ ...stored, seed }), signal));
  const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
  const peak = curves.map((curve) => curve.reduce((best, point) => (point.gold > best.gold ? point : best)));
  return { peak: mean(peak.map(({ gold }) => gold)), peakKl: mean(peak.map(({ kl }) => kl)), end: mean(curves.map((curve) => curve.at(-1)!.gold)) };
}

describe('proxy over-optimisation', () => {
  it('has 495 states, a reference worth 1.10 of gold and a best answer worth 3.4', () => {
    const table = at();
    expect([table.S, table.A, table.horizon]).toEqual([495, 4, 8]);
    expect(exactMetrics(table)['goldReward']).toBeCloseTo(1.1, 12);
    expect(exactMetrics(table)['proxyReward']).toBeCloseTo(0, 12);
    expect(startValue(table, optimalPolicy(table, table.metrics['goldReward']).value)).toBeCloseTo(3.4, 12);
    const flourishes = new Float64Array(table.S * 4).map((_, k) => (k % 4 === 2 ? 60 : 0));
    expect(exactMetrics(table, flourishes)['goldReward']).toBeCloseTo(-1.6, 9);
  });

  it('rises and then falls under a linear reward model, which no amount of data cures', () => {
    const few = overModels({ model: 'linear', pairs: 100 });
    expect(few.peak).toBeGreaterThan(2.1);
    expect(few.peak).toBeLessThan(2.35);
    expect(few.peakKl).toBeGreaterThan(1.5);
    expect(few.peakKl).toBeLessThan(2.3);
    expect(few.end).toBeLessThan(-0.8);
    expect(overModels({ model: 'linear', pairs: 1000 }).end).toBeLessThan(-1.5);
  });

  it('falls little under the right model with few data, and not at all with many', () => {
    const few = overModels({ model: 'quadratic', pairs: 30 });
    expect(few.end).toBeGreaterThan(1);
    expect(few.end).toBeLessThan(2);
    const many = overModels({ model: 'quadratic', pairs: 1000 });
    expect(many.end).toBeGreaterThan(3.1);
    expect(many.end).toBeGreaterThan(many.peak - 0.05);
  });

  it('is held back by the worst of eight models, and by clipping, but not by their mean', () => {
    const ends = Object.fromEntries(['ensembleMean', 'ensembleMin', 'clipped'].map((signal) => [signal, overModels({}, signal).end]));
    expect(ends['ensembleMean']).toBeLessThan(-1);
    expect(ends['ensembleMin']).toBeGreaterThan(ends['ensembleMean'] + 0.5);
    expect(ends['clipped']).toBeGreaterThan(2.1);
  });

  it('draws other preferences with another seed', () => {
    const [first, again, other] = [0, 0, 1].map((seed) => at({ seed }).signals['proxy']);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
