import { describe, expect, test } from 'vitest';
import { describeCurves, iterationAt, learningCurves, type CurveSeries } from '../../src/charts/geometry/learning-curves';
import { describeDifference, differenceGeometry, pairedInterval, studentT975 } from '../../src/charts/geometry/paired-difference';
import { spreadLabels } from '../../src/charts/geometry/spread-labels';

const size = { width: 158, height: 130, iterations: 100 };

describe('spread labels', () => {
  test('labels that have room stay where they are', () => {
    expect(spreadLabels([10, 50, 90], 14, 0, 100)).toEqual([10, 50, 90]);
  });
  test('crowded labels move apart around their common centre and keep their order', () => {
    expect(spreadLabels([50, 52, 51], 14, 0, 100)).toEqual([37, 65, 51]);
  });
  test('a run at an edge is pushed inside, and pushes its neighbours', () => {
    expect(spreadLabels([0, 0, 20], 14, 0, 100)).toEqual([0, 14, 28]);
    expect(spreadLabels([100, 99, 98, 97], 14, 0, 100)).toEqual([100, 86, 72, 58]);
  });
  test('no labels are no problem', () => {
    expect(spreadLabels([], 14, 0, 100)).toEqual([]);
  });
});

describe('learning curves', () => {
  test('the axis is 0 to 100 %, whatever the data', () => {
    const g = learningCurves([{ series: 'A', name: 'Sparse', success: [0.4, 0.42] }], size);
    expect(g.yTicks).toEqual([{ y: 108, label: '0%' }, { y: 58, label: '50%' }, { y: 8, label: '100%' }]);
    expect(g.plot).toEqual({ left: 34, right: 134, top: 8, bottom: 108 });
  });

  test('success on held-out starts is a line of its own and is said', () => {
    const curve: CurveSeries = { series: 'A', name: 'out', success: [0, 1], heldOut: [0, 0.5] };
    const [drawn] = learningCurves([curve], { width: 200, height: 100, iterations: 1 }).curves;
    expect(drawn!.heldOut).toMatch(/^M.*L/);
    expect(drawn!.heldOut).not.toBe(drawn!.success);
    expect(describeCurves([curve])).toBe('A out: success 100%, held out 50%.');
    expect(learningCurves([{ series: 'A', name: 'out', success: [0, 1] }], { width: 200, height: 100, iterations: 1 }).curves[0]!.heldOut).toBeNull();
  });

  test('a curve goes through its points; shares outside 0 to 1 are held at the edge', () => {
    const g = learningCurves([{ series: 'B', name: 'Dense', iteration: [0, 50, 100], success: [1, 0.5, 0], proxy: [-0.2, 0.5, 1.2] }], size);
    expect(g.curves[0]!.success).toBe('M34,8L84,58L134,108');
    expect(g.curves[0]!.proxy).toBe('M34,108L84,58L134,8');
    expect(g.curves[0]!.end).toEqual({ x: 134, y: 108, labelY: 108 });
  });

  test('points that were not evaluated are left out of the line, and the label stays at the last one that was', () => {
    const g = learningCurves([{ series: 'A', name: 'Sparse', iteration: [0, 10, 20, 30, 40], success: [0, 1, Number.NaN, 1, Number.NaN] }], size);
    expect(g.curves[0]!.success).toBe('M34,108L44,8L64,8');
    expect(g.curves[0]!.end).toMatchObject({ x: 64, y: 8 });
  });

  test('a figure of every thirteenth iteration is a line, however many iterations lie on a pixel', () => {
    const success = Float64Array.from({ length: 261 }, (_, k) => (k % 13 === 0 ? k / 260 : Number.NaN));
    const { curves } = learningCurves([{ series: 'A', name: 'Sparse', success }], { width: 158, height: 130, iterations: 260 });
    expect(curves[0]!.success.split(/[ML]/).length - 1).toBe(21);
    expect(curves[0]!.success).toMatch(/^M[^M]*$/);
  });

  test('the band lies between its ends, ghosts are curves of their own', () => {
    const g = learningCurves([{ series: 'A', name: 'S', iteration: [0, 100], success: [0.5, 0.5], low: [0.4, 0.4], high: [0.6, 0.6], ghosts: [{ iteration: [0, 100], success: [0, 1] }] }], size);
    expect(g.curves[0]!.band).toBe('M34,48L134,48L134,68L34,68Z');
    expect(g.curves[0]!.ghosts).toEqual(['M34,108L134,8']);
  });

  test('ends that meet get labels that do not', () => {
    const g = learningCurves([{ series: 'A', name: 'a', success: [1, 1] }, { series: 'B', name: 'b', success: [0.99, 0.99] }], size);
    const [a, b] = g.curves.map((curve) => curve.end!.labelY);
    expect(b! - a!).toBe(14);
  });

  test('early in a long run a curve takes two points a pixel of its own length, not of the axis', () => {
    // 500 of 5,000 iterations on a plot of 242 pixels: 24.2 pixels, so at most 49 points and the last one.
    const success = Float64Array.from({ length: 500 }, (_, k) => k / 500);
    const { curves } = learningCurves([{ series: 'A', name: 'Sparse', success }], { width: 300, height: 100, iterations: 5000 });
    const points = curves[0]!.success.split(/[ML]/).length - 1;
    expect(points).toBeGreaterThan(40);
    expect(points).toBeLessThanOrEqual(50);
  });

  test('long runs are thinned to about two points a pixel, ends kept', () => {
    const success = Float64Array.from({ length: 10_001 }, (_, k) => k / 10_000);
    const points = learningCurves([{ series: 'A', name: 'a', success }], { ...size, iterations: 10_000 }).curves[0]!.success.split(/[ML]/).slice(1);
    expect(points.length).toBeLessThanOrEqual(202);
    expect([points[0], points.at(-1)]).toEqual(['34,108', '134,8']);
  });

  test('scrubbing finds the nearest iteration that has run', () => {
    const { plot } = learningCurves([], size);
    expect([iterationAt(plot, 100, 60, 34), iterationAt(plot, 100, 60, 64.4), iterationAt(plot, 100, 60, 200), iterationAt(plot, 100, 60, 0)]).toEqual([0, 30, 60, 0]);
  });

  test('in words', () => {
    expect(describeCurves([{ series: 'B', name: 'Dense', success: [0.9, 0], proxy: [0.1, 0.98] }, { series: 'A', name: 'Sparse', success: [] }])).toBe(
      'B Dense: success 0%, proxy return 98% of its best. A Sparse: no result yet.',
    );
  });
});

describe('paired difference', () => {
  test('mean and Student interval of the differences, by hand', () => {
    const { mean, low, high } = pairedInterval([[1], [4], [6]], [[0], [2], [3]]);
    expect(mean[0]).toBe(2);
    expect(high[0]).toBeCloseTo(2 + 4.302653 / Math.sqrt(3), 6);
    expect(low[0]).toBeCloseTo(2 - 4.302653 / Math.sqrt(3), 6);
  });

  test('noise that both curves share cancels', () => {
    const noise = [0.3, -0.2, 0.05, 0.11];
    const { low, high } = pairedInterval(noise.map((e) => [0.5 + e]), noise.map((e) => [0.4 + e]));
    expect(high[0]! - low[0]!).toBeLessThan(1e-9);
  });

  test('one seed has a mean and no interval; curves of unlike length are compared where both exist', () => {
    const { mean, low } = pairedInterval([[1, 2, 3]], [[1, 1]]);
    expect([...mean]).toEqual([0, 1]);
    expect(low[0]).toBeNaN();
    expect(differenceGeometry({ mean, low, high: low }, { width: 10, height: 10, iterations: 1 }).band).toBeNull();
    expect(describeDifference({ mean, low, high: low })).toBe('+1.00, one seed, so no interval');
  });

  test('the quantile of Student’s t, against tables, to three decimals', () => {
    expect(studentT975(1)).toBeCloseTo(12.7062, 4);
    expect(studentT975(11)).toBeCloseTo(2.200985, 3);
    expect(studentT975(19)).toBeCloseTo(2.093024, 3);
    expect(studentT975(60)).toBeCloseTo(2.000298, 3);
    expect(studentT975(0)).toBeNaN();
  });

  test('the axis is symmetric about zero and as tight as the data allow', () => {
    const flat = (v: number) => ({ mean: Float64Array.of(0, v), low: Float64Array.of(0, v), high: Float64Array.of(0, v) });
    expect([0.05, 0.2, 0.4, 0.9].map((v) => differenceGeometry(flat(v), { width: 100, height: 40, iterations: 1 }).reach)).toEqual([0.1, 0.25, 0.5, 1]);
    expect(differenceGeometry(flat(-0.25), { width: 100, height: 40, iterations: 1 }).mean).toBe('M0,20L100,40');
    expect(describeDifference(flat(0.2))).toBe('+0.20, 95% interval +0.20 to +0.20');
  });
});
