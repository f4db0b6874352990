import { describe, expect, test } from 'vitest';
import { describePlane, describeScreen, nearestMark, planePicture, screenPicture, type PlaneSource, type Points, type ScreenSource } from '../../src/charts/geometry/plane-picture';
import { pointsCard } from '../../src/charts/geometry/card-points';

/** Three clicks: in the target's middle, on the screen, off the screen. */
const clicks: Points = { nTraj: 3, steps: 1, point: [0.5, 0.5, 0.8, 0.4, 0.5, 0.5, 0.25, 0.75, 0.5, 0.5, 1.4, 0.5], completion: [] };
const screen = (width: number): ScreenSource => ({ kind: 'screen', target: { x: 0.8, y: 0.4, width }, aim: { x: 0.5, y: 0.5, radius: 0.1 } });

describe('a screen with clicks', () => {
  test('a large target fills the square in the middle; y points down', () => {
    const { whole, near } = screenPicture(screen(0.4), clicks, { width: 200, height: 100 });
    expect(near).toBeNull();
    expect(whole.frame).toEqual({ x: 50, y: 0, width: 100, height: 100 });
    expect(whole.clicks.map(({ trajectory, at }) => [trajectory, at.map(Math.round)])).toEqual([[0, [130, 40]], [1, [75, 75]]]);
    expect([whole.target.x, whole.target.y, whole.target.width].map(Math.round)).toEqual([110, 20, 40]);
    expect([whole.aim.x, whole.aim.y, whole.aim.radius]).toEqual([100, 50, 10]);
  });

  test('a small target is magnified beside it: its surroundings three times as wide, joined by lines', () => {
    const { whole, near } = screenPicture(screen(0.05), clicks, { width: 250, height: 166 });
    expect(whole.frame.x).toBe(0);
    expect(near!.frame.x + near!.frame.width).toBe(250);
    expect(near!.frame.x).toBeGreaterThan(whole.frame.width);
    expect(near!.target.width / near!.frame.width).toBeCloseTo(1 / 3, 12);
    expect(near!.target.x + near!.target.width / 2).toBeCloseTo(near!.frame.x + near!.frame.width / 2, 9);
    expect(near!.clicks.map(({ trajectory }) => trajectory)).toEqual([0]);
    expect(near!.of.width).toBeCloseTo(0.15 * whole.frame.width, 12);
    expect(near!.times).toBe(Math.round(near!.frame.width / near!.of.width));
    expect(near!.leads).toHaveLength(2);
  });

  test('the nearest click is found within reach only', () => {
    const { whole } = screenPicture(screen(0.4), clicks, { width: 200, height: 100 });
    expect(nearestMark(whole.clicks, 79, 72, 14)).toBe(1);
    expect(nearestMark(whole.clicks, 95, 72, 14)).toBeUndefined();
  });

  test('in words', () => {
    expect(describeScreen(screen(0.1), clicks, 1)).toBe('3 clicks at a target 0.1 wide, 1 hit. The selected one is 0.65 from its centre.');
  });
});

/** Two trajectories of two steps; the first goes right, the second stays below. */
const denoised: Points = {
  nTraj: 2,
  steps: 2,
  point: [0, 0, 1, 0, 2, 0, 0, -5, 1, -5, 1, -6],
  completion: [1, 1, 1.5, 0.5, 2, 0, 0, -5, 1, -5, 1, -6],
};
const plane: PlaneSource = { kind: 'plane', target: { x: 2, y: 2, radius: 0.5 }, end: { x: 0, y: 0, radius: 1 } };

describe('a plane with a denoised point', () => {
  const size = { width: 220, height: 220 };
  const at = (step: number) => planePicture(plane, denoised, 0, step, size);

  test('one scale for both axes, y points up, and the selected trajectory, the target and the ends fit', () => {
    const { trace, target, end, completions } = at(0);
    // x from −1 to 2.5 and y from −1 to 2.5: 200 pixels for 3.5.
    const scale = 200 / 3.5;
    expect(target[1]!.radius).toBeCloseTo(0.5 * scale, 9);
    expect(target[0]!.radius).toBeCloseTo(2 * target[1]!.radius, 9);
    expect([end.x, end.y]).toEqual([10 + scale, 210 - scale].map((x) => expect.closeTo(x, 9)));
    expect(trace.start).toEqual([end.x, end.y]);
    expect(completions[0]).toEqual([10 + 2 * scale, 210 - 2 * scale].map((x) => expect.closeTo(x, 9)));
    expect(trace.steps.map(({ when }) => when)).toEqual(['now', 'future']);
  });

  test('the gain of a step goes from its completion to the next, the lead from where the point is', () => {
    const { gain, lead, completions, trace } = at(1);
    const text = ([x, y]: readonly [number, number]) => `${Math.round(10 * x) / 10} ${Math.round(10 * y) / 10}`;
    expect(gain).toBe(`M${text(completions[1]!)}L${text(completions[2]!)}`);
    expect(lead).toBe(`M${text([trace.at.x, trace.at.y])}L${text(completions[1]!)}`);
    expect(at(2).gain).toBe(gain);
  });

  test('every trajectory leaves a mark where it ended', () => {
    expect(at(0).ends.map(({ trajectory }) => trajectory)).toEqual([0, 1]);
    expect(at(0).ends[1]!.at[1]).toBeGreaterThan(size.height);
  });

  test('in words', () => {
    expect(describePlane(plane, denoised, 0, 1)).toBe('Step 1 of 2: 2.24 from the target. Without more noise it would end 1.58 from it, after this step 2.00.');
  });
});

test('both have a gallery picture, coloured by classes alone', () => {
  const clicked = pointsCard(screen(0.05), clicks, 0, { advantage: [2, -1, 0], range: 2 });
  expect(clicked).toMatch(/^<svg [^>]*>.*<\/svg>$/);
  // The hit is drawn twice, on the whole and magnified.
  expect(clicked.match(/class="p6"/g)).toHaveLength(2);
  const way = pointsCard(plane, denoised, 0, { advantage: [1, -1, 0, 0], range: 1 });
  expect(way).toContain('way l-p6');
  expect(way).toContain('way l-m6');
  expect(clicked + way).not.toMatch(/style=|NaN|undefined/);
});
