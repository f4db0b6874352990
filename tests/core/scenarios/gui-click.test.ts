import { describe, expect, test } from 'vitest';
import { normalDraws } from '../../../src/core/math/normal';
import guiClick from '../../../src/core/scenarios/gui-click';

/** P(low < Z < high) by Simpson's rule: an implementation of its own. */
function between(low: number, high: number): number {
  const [from, to] = [Math.max(low, -9), Math.min(high, 9)];
  if (from >= to) return 0;
  const n = 4000;
  const h = (to - from) / n;
  let sum = 0;
  for (let k = 0; k <= n; k++) sum += (k === 0 || k === n ? 1 : k % 2 === 1 ? 4 : 2) * Math.exp(-0.5 * (from + k * h) ** 2);
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe('the click', () => {
  test.each([[0.1, 0.3, 0], [0.4, 0.02, 0.15], [0.025, 0.05, 0.7], [0.2, 0.25, 0.99]])('width %d, spread %d, draw %d: hits as often as the normal distribution says', (width, spread, draw) => {
    const world = guiClick.closedForm({ width }, draw);
    const centre = [0.5 + 0.35 * Math.cos(2 * Math.PI * draw), 0.5 + 0.35 * Math.sin(2 * Math.PI * draw)];
    const policy = Float64Array.of(centre[0] - 0.03, centre[1] + 0.04, Math.log(spread));
    const expected = [0, 1].reduce((p, d) => p * between((centre[d] - width / 2 - policy[d]) / spread, (centre[d] + width / 2 - policy[d]) / spread), 1);
    const { hit } = world.metrics(policy);
    expect(Math.abs(hit - expected)).toBeLessThan(1e-12);
    const n = 40_000;
    const { outcome, advantage, value, point } = world.play(policy, normalDraws({ seed: 1, learner: 0, iteration: 0 }, n, 2));
    const share = outcome.reduce((a, b) => a + b, 0) / n;
    expect(Math.abs(share - hit)).toBeLessThan(4 * Math.sqrt((hit * (1 - hit)) / n) + 1 / n);
    for (let i = 0; i < 50; i++) {
      const isHit = [0, 1].every((d) => Math.abs(point[4 * i + 2 + d] - centre[d]) <= width / 2) ? 1 : 0;
      expect([outcome[i], advantage[i], value[2 * i]]).toEqual([isHit, isHit - hit, hit]);
    }
  });

  test('the chance of a far target keeps its digits: it is the product of two tails', () => {
    const world = guiClick.closedForm({ width: 0.025 }, 0);
    const policy = Float64Array.of(0.5, 0.5, Math.log(0.05));
    // The target lies 6.75 to 7.25 σ away in x.
    const expected = between(6.75, 7.25) * between(-0.25, 0.25);
    expect(Math.abs(world.metrics(policy)['hit'] / expected - 1)).toBeLessThan(1e-9);
  });

  test('a learner has one target at 0.35 from the middle of the screen, under every width', () => {
    const targets = [0, 0.25, 0.5, 0.8].map((draw) => guiClick.closedForm({ width: 0.1 }, draw).picture(Float64Array.of(0.5, 0.5, 0)));
    const centres = targets.map((picture) => (picture.kind === 'screen' ? [picture.target.x, picture.target.y] : []));
    expect(centres[0].map((x) => Math.round(1e12 * x) / 1e12)).toEqual([0.85, 0.5]);
    expect(centres[1].map((x) => Math.round(1e12 * x) / 1e12)).toEqual([0.5, 0.85]);
    expect(centres[2].map((x) => Math.round(1e12 * x) / 1e12)).toEqual([0.15, 0.5]);
    for (const [x, y] of centres) expect(Math.hypot(x - 0.5, y - 0.5)).toBeCloseTo(0.35, 12);
  });

  test('moves μ by η σ mean(Â z) and log σ by a third of η mean(Â(|z|²/2 − 1)), and keeps both within limits', () => {
    const world = guiClick.closedForm({ width: 0.1 }, 0.3);
    const policy = Float64Array.of(0.4, 0.6, Math.log(0.2));
    const normal = normalDraws({ seed: 5, learner: 0, iteration: 0 }, 16, 2);
    const advantage = normalDraws({ seed: 6, learner: 0, iteration: 0 }, 16, 1);
    const step = new Float64Array(3);
    world.direction(policy, world.play(policy, normal), advantage, step);
    world.scale(policy, step);
    const mean = (f: (zx: number, zy: number) => number) => advantage.reduce((sum, a, i) => sum + a * f(normal[2 * i], normal[2 * i + 1]), 0) / 16;
    expect(step[0]).toBeCloseTo(0.2 * mean((x) => x), 12);
    expect(step[1]).toBeCloseTo(0.2 * mean((_, y) => y), 12);
    expect(0.3 * step[2]).toBeCloseTo(0.1 * mean((x, y) => (x * x + y * y) / 2 - 1), 12);
    const far = Float64Array.of(-0.2, 1.7, Math.log(0.9));
    world.keepWithin(far);
    expect([...far]).toEqual([0, 1, Math.log(0.3)]);
    far[2] = -20;
    world.keepWithin(far);
    expect(far[2]).toBeCloseTo(Math.log(0.005), 12);
  });
});
