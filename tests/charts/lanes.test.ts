import { describe, expect, test } from 'vitest';
import { cosineStops, describeAlignment, signFlips, trackX } from '../../src/charts/geometry/alignment';
import { responseCurve } from '../../src/charts/geometry/response-curve';
import { describeLane, laneBars, laneLine, lanePaths, shareBars } from '../../src/charts/geometry/lanes';
import { posterHeatmap } from '../../src/charts/geometry/poster-heatmap';
import { BREAK } from '../../src/charts/geometry/row-order';
import { sparkline } from '../../src/charts/geometry/sparkline';
import { describeParts, dotRow, waterfall } from '../../src/charts/geometry/waterfall';
import { css, signColour } from '../../src/charts/palette';

const lane = { maxLen: 4, width: 80, height: 25 };

describe('lanes', () => {
  test('bars are linear, diverge from the middle, and leave 2.5 pixels around', () => {
    expect(laneBars([1, -0.5, 0], lane)).toEqual({
      zeroY: 12.5,
      bars: [
        { step: 0, x: 2.5, y: 2.5, width: 15, height: 10, sign: 1 },
        { step: 1, x: 22.5, y: 12.5, width: 15, height: 5, sign: -1 },
        { step: 2, x: 42.5, y: 12.5, width: 15, height: 0, sign: 0 },
      ],
    });
  });

  test('a given range holds, and larger values stop at the edge', () => {
    expect(laneBars([1, 4], { ...lane, range: 2 }).bars.map((bar) => bar.height)).toEqual([5, 10]);
  });

  test('zero may lie lower; a downward bar then has less room, on the same scale', () => {
    const { zeroY, bars } = laneBars([1, -0.1, -1], { ...lane, zeroAt: 0.75 });
    expect(zeroY).toBe(17.5);
    expect(bars.map((bar) => bar.height)).toEqual([15, 1.5, 5]);
  });

  test('values that are not finite have no bar; narrow columns keep one', () => {
    expect(laneBars([Number.NaN, 1], lane).bars[0]).toMatchObject({ height: 0, sign: 0 });
    expect(laneBars([1], { maxLen: 64, width: 64, height: 25 }).bars[0]).toMatchObject({ x: 0.125, width: 0.75 });
  });

  test('bars, dots and wrong signs are one path each; a corner mark lies across zero from its bar', () => {
    const paths = lanePaths(laneBars([1, -0.5, 0], lane), (step) => step !== 0);
    expect(paths).toEqual({
      plus: 'M2.5 2.5h15v10h-15z',
      minus: 'M22.5 12.5h15v5h-15z',
      none: 'M50.0 12.5h0',
      wrong: 'M37.5 3.5h-6.0l6.0 6.0z',
    });
    expect(lanePaths(laneBars([1], lane)).wrong).toBe('');
  });

  test('a return line keeps zero on its axis', () => {
    const { path, zeroY, points } = laneLine([2, 0], lane);
    expect(zeroY).toBe(21.5);
    expect(points).toEqual([{ step: 0, x: 10, y: 2.5 }, { step: 1, x: 30, y: 21.5 }]);
    expect(path).toBe('M10,2.5L30,21.5');
    expect(laneLine([-1, -3], lane).zeroY).toBe(2.5);
  });

  test('shares stack up above zero and down below it, and the mark is their sum', () => {
    const { bars, sums, zeroY } = shareBars([{ label: 'finish', values: [1, -1] }, { label: 'buoy', values: [1, 0.5] }], { ...lane, height: 45 });
    expect(zeroY).toBe(22.5);
    expect(bars.map(({ term, step, y, height }) => [term, step, y, height])).toEqual([
      [0, 0, 12.5, 10],
      [1, 0, 2.5, 10],
      [0, 1, 22.5, 10],
      [1, 1, 17.5, 5],
    ]);
    expect(sums.map((sum) => sum.y)).toEqual([2.5, 27.5]);
  });

  test('in words', () => {
    expect(describeLane('Dense', [0.1, -0.9, 0.3], 2)).toBe('Dense: +0.30 at step 2; largest −0.90 at step 1.');
    expect(describeLane('Dense', [], 2)).toBe('Dense: no steps.');
  });
});

describe('waterfall', () => {
  test('each bar starts where the last ended, and the total stands on zero', () => {
    const { zeroY, bars } = waterfall([{ label: 'a', value: 2 }, { label: 'b', value: -1 }], 1, { width: 90, height: 40 });
    expect(zeroY).toBe(40);
    expect(bars.map(({ label, x, y, width, height, sign, total }) => [label, x, y, width, height, sign, total])).toEqual([
      ['a', 4.8, 0, 20.4, 40, 1, false],
      ['b', 34.8, 0, 20.4, 20, -1, false],
      ['Â', 64.8, 20, 20.4, 20, 1, true],
    ]);
    expect(bars[1]!.level).toBe(bars[2]!.y);
  });

  test('many parts end in one called rest, and the sum stays', () => {
    const parts = Array.from({ length: 12 }, (_, k) => ({ label: `δ${k}`, value: 0.1 }));
    const { bars } = waterfall(parts, 1.2, { width: 200, height: 40 });
    expect(bars.map((bar) => bar.label)).toEqual(['δ0', 'δ1', 'δ2', 'δ3', 'δ4', 'δ5', 'rest', 'Â']);
    expect(bars[6]!.value).toBeCloseTo(0.6, 12);
  });

  test('in words, and nothing but zeros', () => {
    expect(describeParts([{ label: 'a', value: 2 }, { label: 'b', value: -1 }], 1)).toBe('a +2.00, b −1.00; together +1.00.');
    expect(waterfall([{ label: 'a', value: 0 }], 0, { width: 60, height: 40 }).bars.every((bar) => Number.isFinite(bar.y))).toBe(true);
  });
});

describe('dot row', () => {
  test('equal values stack, the own one lowest and drawn last, the baseline among them', () => {
    const g = dotRow([{ trajectory: 3, value: 0 }, { trajectory: 4, value: 1 }, { trajectory: 5, value: 1 }], { trajectory: 5 }, { width: 112, height: 40, baseline: 0.5 });
    expect(g.dots).toEqual([
      { trajectory: 3, x: 6, y: 36, own: false },
      { trajectory: 4, x: 106, y: 30, own: false },
      { trajectory: 5, x: 106, y: 36, own: true },
    ]);
    expect([g.baselineX, g.zeroX, g.low, g.high]).toEqual([56, 6, 0, 1]);
  });

  test('zero joins the axis when it is near, not when it is far', () => {
    const at = (values: number[]) => dotRow(values.map((value, trajectory) => ({ trajectory, value })), { trajectory: 0 }, { width: 100, height: 40 });
    expect(at([1, 3]).zeroX).toBe(6);
    expect(at([100, 101]).zeroX).toBeNull();
  });

  test('a group of equal values and an empty group stay finite; a tall pile is squeezed', () => {
    const equal = dotRow(Array.from({ length: 16 }, (_, trajectory) => ({ trajectory, value: 2 })), { trajectory: 7 }, { width: 100, height: 40, baseline: 2 });
    expect(equal.dots.every((dot) => dot.x === 50 && dot.y >= 3 && dot.y <= 36)).toBe(true);
    expect(dotRow([], { trajectory: 0 }, { width: 100, height: 40 }).dots).toEqual([]);
  });
});

describe('alignment', () => {
  test('the track runs from −1 to 1', () => {
    expect([-1, 0, 0.5, 1, 7].map((c) => trackX(c, 58))).toEqual([0, 29, 43.5, 58, 58]);
  });

  test('stops are evenly spaced and have the colour of their cosine', () => {
    expect(cosineStops([1, 0, -1], 'light')).toEqual([
      { offset: 0, colour: css(signColour(1, 'light')) },
      { offset: 0.5, colour: css(signColour(0, 'light')) },
      { offset: 1, colour: css(signColour(-1, 'light')) },
    ]);
    expect(cosineStops([Number.NaN], 'dark')).toEqual([{ offset: 0, colour: css(signColour(0, 'dark')) }]);
  });

  test('the sign flips where the straight line between two points crosses zero', () => {
    expect(signFlips([1, -1, -1])).toEqual([0.25]);
    expect(signFlips([3, -1])).toEqual([0.75]);
    expect(signFlips([1, 0, -1])).toEqual([0.5]);
    expect(signFlips([1, 0, 1, Number.NaN, -1])).toEqual([0.75]);
    expect(signFlips([0, 0])).toEqual([]);
    expect(signFlips([1, -1, 1])).toEqual([0.25, 0.75]);
  });

  test('in words', () => {
    expect(describeAlignment([1, -1], 0, 0.5)).toBe('Gradient alignment +1.00 at 0.00, −1.00 at 0.50; changes sign at 0.25.');
    expect(describeAlignment([1, 0.5], 0, 1)).toBe('Gradient alignment +1.00 at 0.00, +0.50 at 1.00; the sign does not change.');
  });

  test('a response curve is linear, symmetric about zero, and marks its flips', () => {
    const g = responseCurve([1, -1], { width: 100, height: 44, position: 0.25 });
    expect(g.path).toBe('M0,2L50,22L100,42');
    expect(g.above).toBe('M0,2L50,22L100,22L100,22L50,22L0,22Z');
    expect(g.flips).toEqual([{ share: 0.5, x: 50 }]);
    expect(g.current).toEqual({ x: 25, y: 12 });
    expect(responseCurve([0, 0], { width: 100, height: 44 }).path).toBe('M0,22L100,22');
  });
});

describe('small charts', () => {
  test('a sparkline spans its values, or the range it is given', () => {
    expect(sparkline([0, 2, 1], { width: 20, height: 10 })).toEqual({ path: 'M0,10L10,0L20,5', end: { x: 20, y: 5 } });
    expect(sparkline([0, 1], { width: 20, height: 10, range: [0, 2] }).path).toBe('M0,10L20,5');
    expect(sparkline([], { width: 20, height: 10 })).toEqual({ path: '', end: null });
  });
});

describe('poster', () => {
  const batch = { length: Int32Array.of(2, 1), maxLen: 2, rowOrder: Int32Array.of(1, BREAK, 0) };
  const panel = { series: 'B' as const, title: 'What <was> paid', advantage: Float64Array.of(1, -1, 0, 9), range: 1 };
  const svg = posterHeatmap([panel], batch, { theme: 'light', panelWidth: 20, rowHeight: 12, title: 'Boat race' });

  test('cells of one colour are one path, a step that never happened is not there', () => {
    const paths = [...svg.matchAll(/<path fill="(#\w+)" d="([^"]+)"\/>/g)].map(([, fill, d]) => [fill, d]);
    expect(paths).toEqual([
      [css(signColour(-1, 'light')), 'M10 17h9v11h-9z'],
      [css(signColour(0, 'light')), 'M0 0h9v11h-9z'],
      [css(signColour(1, 'light')), 'M0 17h9v11h-9z'],
    ]);
  });

  test('it says what it shows, and text cannot break out of it', () => {
    expect(svg).toContain('<title>Boat race</title>');
    expect(svg).toContain('What &#60;was&#62; paid');
    expect(svg).not.toContain('<was>');
  });

  test('32 rows of 64 steps twice stay under 70 kB', () => {
    const big = { length: new Int32Array(32).fill(64), maxLen: 64, rowOrder: Int32Array.from({ length: 32 }, (_, i) => i) };
    const advantage = Float64Array.from({ length: 32 * 64 }, (_, k) => Math.sin(k));
    const text = posterHeatmap([{ ...panel, advantage }, { ...panel, series: 'exact', advantage }], big, { theme: 'dark', title: 't' });
    expect(text.length).toBeLessThan(70_000);
  });
});
