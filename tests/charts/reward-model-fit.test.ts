import { describe, expect, test } from 'vitest';
import { rewardModelFit } from '../../src/charts/geometry/reward-model-fit';

describe('the picture of a reward model', () => {
  const wanted = [0, 0, 0, 0.9, 0.9, 0.5];
  const learned = [-1, -1, -1, 2, 2, 0.5];
  const spread = [0.5, 0.5, 0.5, 0.1, 0.1, 0];
  const size = { width: 200, height: 100 };
  const { points, zeroY, yTicks, xTicks } = rewardModelFit(wanted, learned, spread, size);

  test('a dot stands for equal trajectories, its area for how many', () => {
    expect(points.map(({ count }) => count)).toEqual([3, 2, 1]);
    expect((points[0]!.radius - 1.5) ** 2 / (points[2]!.radius - 1.5) ** 2).toBeCloseTo(3, 10);
  });

  test('more wanted is further right, more paid further up, and all of it is inside', () => {
    const [worst, best, middle] = points;
    expect(worst!.x).toBeLessThan(middle!.x);
    expect(middle!.x).toBeLessThan(best!.x);
    expect(best!.y).toBeLessThan(middle!.y);
    for (const { x, top, bottom } of points) {
      expect(x).toBeGreaterThan(0);
      expect(x).toBeLessThan(size.width);
      expect(top).toBeGreaterThan(0);
      expect(bottom).toBeLessThan(size.height);
    }
  });

  test('whiskers are a standard deviation up and down, on the scale of the ticks', () => {
    const at = (text: string) => yTicks.find((tick) => tick.text === text)!.at;
    const unit = at('0') - at('1');
    expect(at('0')).toBeCloseTo(zeroY, 10);
    expect(points[0]!.bottom - points[0]!.top).toBeCloseTo(2 * 0.5 * unit, 8);
    expect(points[0]!.y - zeroY).toBeCloseTo(unit, 8);
    expect(points[2]!.bottom).toBe(points[2]!.top);
    expect(xTicks.length).toBeGreaterThan(1);
  });

  test('trajectories that are all alike are one dot in the middle', () => {
    const { points } = rewardModelFit([1, 1], [0, 0], [0, 0], size);
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject({ x: 100, y: 50, count: 2 });
  });
});
