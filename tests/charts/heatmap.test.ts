import { describe, expect, test } from 'vitest';
import { BREAK } from '../../src/charts/geometry/row-order';
import { cellAt, cellBox, fitRowHeight, heatmapLayout, LABELLED_ROW, layoutBetween, moveByKey, rowBox, rowsThatFit } from '../../src/charts/geometry/heatmap-layout';
import { heatmapSurface, isWrongSign, paintCells } from '../../src/charts/geometry/heatmap-cells';
import { overviewRows, paintOverview } from '../../src/charts/geometry/density-overview';
import { describeHeatmap, describeStep } from '../../src/charts/geometry/heatmap-words';
import { stepAt, stepTicks, stripBars } from '../../src/charts/geometry/step-axis';
import { signColour, signScales } from '../../src/charts/palette';

/** Rows 2, break, 0, 1; four steps; 40 × (3 · 10 + 5) CSS pixels at two device pixels each. */
const order = Int32Array.of(2, BREAK, 0, 1);
const layout = heatmapLayout(order, 4, { width: 40, rowHeight: 10, ratio: 2 });
const length = Int32Array.of(4, 2, 3);

function pixel(pixels: Uint32Array, width: number, x: number, y: number): number[] {
  const word = pixels[y * width + x]!;
  return [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24];
}

describe('heatmap layout', () => {
  test('rows and columns lie on device pixels, with five CSS pixels between blocks', () => {
    expect([layout.pixelWidth, layout.pixelHeight, layout.height]).toEqual([80, 70, 35]);
    expect([...layout.columnEdge]).toEqual([0, 20, 40, 60, 80]);
    expect([...layout.rowTop]).toEqual([0, 20, 30, 50]);
  });

  test('columns that do not divide the width differ by at most one device pixel and fill it', () => {
    const odd = heatmapLayout(order, 7, { width: 61.3, rowHeight: 10, ratio: 1.5 });
    const widths = Array.from({ length: 7 }, (_, t) => odd.columnEdge[t + 1]! - odd.columnEdge[t]!);
    expect(Math.max(...widths) - Math.min(...widths)).toBe(1);
    expect(odd.columnEdge[7]).toBe(odd.pixelWidth);
  });

  test('a cell and a row have a box; what is not drawn has none', () => {
    expect(cellBox(layout, { trajectory: 0, step: 3 })).toEqual({ x: 30, y: 15, width: 10, height: 10 });
    expect(rowBox(layout, 1)).toEqual({ x: 0, y: 25, width: 40, height: 10 });
    expect(cellBox(layout, { trajectory: 7, step: 0 })).toBeUndefined();
    expect(rowBox(layout, BREAK)).toBeUndefined();
  });

  test('the nearest cell wins: outside, in a break, past the end of a short trajectory', () => {
    expect(cellAt(layout, length, 15, 4)).toEqual({ trajectory: 2, step: 1 });
    expect(cellAt(layout, length, 39, 4)).toEqual({ trajectory: 2, step: 2 });
    expect(cellAt(layout, length, -5, 11)).toEqual({ trajectory: 2, step: 0 });
    expect(cellAt(layout, length, 5, 14)).toEqual({ trajectory: 0, step: 0 });
    expect(cellAt(layout, length, 99, 99)).toEqual({ trajectory: 1, step: 1 });
    expect(cellAt(layout, length, 35, 4, 0)).toEqual({ trajectory: 0, step: 3 });
  });

  test('arrows move along drawn rows, over breaks, and shorten the step where a row is shorter', () => {
    const from = { trajectory: 0, step: 3 };
    expect(moveByKey(order, length, from, 'ArrowRight')).toBeUndefined();
    expect(moveByKey(order, length, from, 'ArrowLeft')).toEqual({ trajectory: 0, step: 2 });
    expect(moveByKey(order, length, from, 'ArrowUp')).toEqual({ trajectory: 2, step: 2 });
    expect(moveByKey(order, length, from, 'ArrowDown')).toEqual({ trajectory: 1, step: 1 });
    expect(moveByKey(order, length, from, 'Home')).toEqual({ trajectory: 0, step: 0 });
    expect(moveByKey(order, length, { trajectory: 0, step: 1 }, 'End')).toEqual(from);
    expect(moveByKey(order, length, { trajectory: 1, step: 0 }, 'ArrowDown')).toBeUndefined();
    expect(moveByKey(order, length, from, 'Enter')).toBeUndefined();
  });

  test('when rows are sorted anew, those that both orders have slide, new ones are in place', () => {
    const to = heatmapLayout(Int32Array.of(0, BREAK, 2, 3), 4, { width: 40, rowHeight: 10, ratio: 2 });
    expect([...layoutBetween(layout, to, 0)!.rowTop]).toEqual([30, 20, 0, 50]);
    expect([...layoutBetween(layout, to, 0.5)!.rowTop]).toEqual([15, 20, 15, 50]);
    expect([...layoutBetween(layout, to, 1)!.rowTop]).toEqual([...to.rowTop]);
    expect(layoutBetween(layout, heatmapLayout(order, 5, { width: 40, rowHeight: 10, ratio: 2 }), 0.5)).toBeUndefined();
    const short = heatmapLayout(Int32Array.of(0, 1), 4, { width: 40, rowHeight: 10, ratio: 2 });
    expect(Math.max(...layoutBetween(layout, short, 0)!.rowTop)).toBeLessThanOrEqual(short.pixelHeight - short.rowPixels);
  });

  test('row height fills what is there, in half pixels, within its limits', () => {
    expect(fitRowHeight(order, 47)).toBe(14);
    expect(fitRowHeight(order, 20)).toBe(9);
    expect(fitRowHeight(order, 900)).toBe(22);
  });

  test('as many rows as have room for their labels, 8 to 32', () => {
    expect(rowsThatFit(300, 2)).toBe(25);
    expect(25 * LABELLED_ROW + 2 * 5).toBeLessThanOrEqual(300);
    expect(26 * LABELLED_ROW + 2 * 5).toBeGreaterThan(300);
    expect(rowsThatFit(300, 2, 1), 'whole pixels').toBe(24);
    expect(fitRowHeight(order, 47, { ratio: 1 })).toBe(14);
    expect(fitRowHeight(order, 46, { ratio: 1 })).toBe(13);
    expect([rowsThatFit(0, 0), rowsThatFit(2000, 7)]).toEqual([8, 32]);
  });
});

describe('heatmap cells', () => {
  const advantage = Float64Array.of(1, 0.25, 0, -1, /**/ 0.04, -0.01, 9, 9, /**/ Number.NaN, -4, 0.5, 9);
  const exact = Float64Array.of(-1, 0.5, 0.3, -1, /**/ -0.005, 0.5, 0, 0, /**/ 1, 1, 1, 0);
  const cells = { advantage, length, range: 1, exact, exactThreshold: 0.01 };

  function painted(theme: 'light' | 'dark' = 'light') {
    const surface = heatmapSurface(layout, theme);
    paintCells(surface, cells);
    const at = (trajectory: number, step: number, dx: number, dy: number) => {
      const box = cellBox(layout, { trajectory, step })!;
      return pixel(surface.pixels, layout.pixelWidth, box.x * 2 + dx, box.y * 2 + dy);
    };
    return { surface, at };
  }

  test.each(['light', 'dark'] as const)('a body has the colour of its square-root strength, %s', (theme) => {
    const { at } = painted(theme);
    const low = [4, 14] as const;
    expect(at(0, 0, ...low)).toEqual([...signColour(1, theme), 255]);
    expect(at(0, 1, ...low)).toEqual([...signColour(0.5, theme), 255]);
    expect(at(0, 2, ...low)).toEqual([...signColour(0, theme), 255]);
    expect(at(0, 3, ...low)).toEqual([...signColour(-1, theme), 255]);
    expect(at(1, 0, ...low)).toEqual([...signColour(13 / 64, theme), 255]);
    expect(at(2, 1, ...low)).toEqual([...signColour(-1, theme), 255]);
  });

  test('gaps, breaks and steps that never happened are transparent; a zero is not', () => {
    const { surface, at } = painted();
    expect(at(1, 2, 10, 10)[3]).toBe(0);
    expect(at(2, 3, 10, 10)[3]).toBe(0);
    expect(at(0, 0, 0, 10)[3]).toBe(0);
    expect(pixel(surface.pixels, 80, 40, 24)[3]).toBe(0);
    expect(at(0, 2, 10, 10)[3]).toBe(255);
  });

  test('strong cells carry + or −; weak ones and zeros carry none', () => {
    const { at } = painted();
    const body = (trajectory: number, step: number) => at(trajectory, step, 4, 14);
    expect(at(0, 0, 10, 10)).not.toEqual(body(0, 0));
    expect(at(0, 0, 10, 8)).not.toEqual(body(0, 0));
    expect(at(0, 3, 10, 10)).not.toEqual(body(0, 3));
    expect(at(0, 3, 10, 7)).toEqual(body(0, 3));
    expect(at(0, 2, 10, 10)).toEqual(body(0, 2));
    expect(at(1, 0, 10, 10)).toEqual(body(1, 0));
  });

  test('the strokes of a glyph: across for both, upright for + alone, five pixels each way', () => {
    const { at } = painted();
    const inked = (step: number, x: number, y: number) => at(0, step, x, y).join() !== at(0, step, 4, 14).join();
    const ends = [[5, 10], [14, 9], [10, 5], [9, 14], [4, 10], [10, 15]] as const;
    expect(ends.map(([x, y]) => inked(0, x, y))).toEqual([true, true, true, true, false, false]);
    expect(ends.map(([x, y]) => inked(3, x, y))).toEqual([true, true, false, false, false, false]);
  });

  test('cells too narrow for a glyph share one where all of a run are strong and alike', () => {
    // 4 CSS pixels a cell: two columns share a glyph. Runs: + +, − −, + −, + weak.
    const narrow = heatmapSurface(heatmapLayout(Int32Array.of(0), 8, { width: 32, rowHeight: 10, ratio: 2 }), 'light');
    paintCells(narrow, { advantage: Float64Array.of(1, 1, -1, -1, 1, -1, 1, 0.1), length: Int32Array.of(8), range: 1 });
    expect(narrow.columnsPerGlyph).toBe(2);
    const at = (x: number, y: number) => pixel(narrow.pixels, 64, x, y).join();
    // The middle of a run lies on the gap between its cells: only a glyph paints it.
    expect([0, 1, 2, 3].map((run) => at(16 * run + 8, 10) !== '0,0,0,0')).toEqual([true, true, false, false]);
    expect(at(8, 7)).not.toBe(at(24, 7));
    paintCells(narrow, { advantage: Float64Array.of(1, 1, -1, -1, 1, -1, 1, 0.1), length: Int32Array.of(3), range: 1 });
    expect(at(24, 10)).toBe('0,0,0,0');
  });

  test('a corner mark has sides of 4.2 pixels', () => {
    const { at } = painted();
    const ink = [...signScales.light.ink, 255].join();
    expect([[17, 2], [13, 2], [12, 3], [18, 7], [17, 9]].map(([x, y]) => at(0, 0, x!, y!).join() === ink)).toEqual([true, true, false, true, false]);
  });

  test('the corner mark is there where the sign is wrong and exact counts, and only there', () => {
    const { at } = painted();
    const ink = [...signScales.light.ink, 255];
    const corner = [17, 2] as const;
    expect(at(0, 0, ...corner)).toEqual(ink);
    expect(at(1, 1, ...corner)).toEqual(ink);
    for (const [i, t] of [[0, 1], [0, 2], [0, 3], [1, 0]] as const) expect(at(i, t, ...corner)).not.toEqual(ink);
  });

  test('without exact there is no mark', () => {
    const surface = heatmapSurface(layout, 'light');
    paintCells(surface, { ...cells, exact: undefined });
    expect([...surface.pixels]).not.toContain([...signScales.light.ink].reduceRight((word, c) => word * 256 + c, 255));
  });

  test('a value that is not a number is hatched, not coloured', () => {
    const { at } = painted();
    const seen = new Set(Array.from({ length: 8 }, (_, x) => at(2, 0, 5 + x, 9).join()));
    expect(seen).toContain([...signScales.light.zero, 255].join());
    expect(seen.size).toBe(2);
  });

  test('a redraw leaves nothing of the last one', () => {
    const surface = heatmapSurface(layout, 'light');
    paintCells(surface, cells);
    const first = surface.pixels.slice();
    paintCells(surface, { ...cells, advantage: advantage.map((x) => -x) });
    expect(surface.pixels).not.toEqual(first);
    paintCells(surface, { ...cells, length: Int32Array.of(4, 4, 4) });
    paintCells(surface, cells);
    expect(surface.pixels).toEqual(first);
  });

  test('a wrong sign needs an exact value that counts and a sign', () => {
    expect(isWrongSign(0.2, -0.5, 0.01, 0)).toBe(true);
    expect(isWrongSign(0.2, -0.01, 0.01, 0)).toBe(false);
    expect(isWrongSign(0, -0.5, 0.01, 0)).toBe(false);
    expect(isWrongSign(1e-17, -0.5, 0.01, 1e-9)).toBe(false);
    expect(isWrongSign(Number.NaN, -0.5, 0.01, 0)).toBe(false);
  });

  test('in words: one step, a step that never happened, a whole panel', () => {
    expect(describeStep('Dense', cells, 4, { trajectory: 0, step: 0 })).toBe('Trajectory 1, step 0. Dense +1.00, exact −1.00. Wrong sign.');
    expect(describeStep('Dense', cells, 4, { trajectory: 0, step: 1 })).toBe('Trajectory 1, step 1. Dense +0.25, exact +0.50.');
    expect(describeStep('Exact', { ...cells, exact: undefined }, 4, { trajectory: 0, step: 3 })).toBe('Trajectory 1, step 3. Exact −1.00.');
    expect(describeStep('Dense', cells, 4, { trajectory: 1, step: 2 })).toBe('Trajectory 2, step 2. This step did not happen.');
    const few = { advantage: Float64Array.of(1, -1, 0, 1), exact: Float64Array.of(1, 1, 1, 0), exactThreshold: 0.01, length: Int32Array.of(2, 2), range: 1 };
    expect(describeHeatmap('Dense', few, 2, Int32Array.of(0))).toBe(
      'Advantage heatmap, Dense: 1 of 2 trajectories, 2 steps, range ±1.00; 50% of steps above zero, 25% below, 33% with the wrong sign against exact.',
    );
  });
});

describe('overview', () => {
  test('one pixel a row while rows fit; otherwise the mean of the rows under a pixel (√(¼/3) and √½, in 64ths)', () => {
    const cells = { advantage: Float64Array.of(1, 1, -1, 0, 0.25, 0), length: Int32Array.of(2, 2, 1), range: 1 };
    const each = paintOverview(Int32Array.of(0, 1, 2), 2, 3, cells, 'light');
    expect(pixel(each, 2, 0, 0).slice(0, 3)).toEqual([...signColour(1, 'light')]);
    expect(pixel(each, 2, 0, 1).slice(0, 3)).toEqual([...signColour(-1, 'light')]);
    expect(pixel(each, 2, 0, 2).slice(0, 3)).toEqual([...signColour(0.5, 'light')]);
    expect(pixel(each, 2, 1, 2)[3]).toBe(0);
    const one = paintOverview(Int32Array.of(0, 1, 2), 2, 1, cells, 'light');
    expect(pixel(one, 2, 0, 0).slice(0, 3)).toEqual([...signColour(18 / 64, 'light')]);
    expect(pixel(one, 2, 1, 0).slice(0, 3)).toEqual([...signColour(45 / 64, 'light')]);
  });

  test('every row lies under exactly one pixel', () => {
    const seen: number[] = [];
    for (let y = 0; y < 300; y++) {
      const [start, end] = overviewRows(1024, 300, y);
      for (let k = start; k < end; k++) seen.push(k);
    }
    expect(seen).toEqual(Array.from({ length: 1024 }, (_, k) => k));
  });
});

describe('step axis', () => {
  test('ticks are as close as their labels allow, from 0', () => {
    expect(stepTicks(16, 128).map((tick) => tick.label)).toEqual(['0', '5', '10', '15']);
    expect(stepTicks(64, 128).map((tick) => tick.label)).toEqual(['0', '20', '40', '60']);
    expect(stepTicks(16, 640).map((tick) => tick.label)).toHaveLength(16);
    expect(stepTicks(16, 128)[1]).toEqual({ step: 5, x: 44, label: '5' });
    expect(stepTicks(1, 10).map((tick) => tick.label)).toEqual(['0']);
  });

  test('a point belongs to the step whose column holds it', () => {
    expect([stepAt(-3, 16, 160), stepAt(0, 16, 160), stepAt(19.9, 16, 160), stepAt(400, 16, 160)]).toEqual([0, 0, 1, 15]);
  });

  test('strip bars stand on the lower edge and the tallest fills the strip', () => {
    expect(stripBars([1, 2, 0], 30, 18)).toEqual([
      { step: 0, x: 1, y: 9, width: 8, height: 9 },
      { step: 1, x: 11, y: 0, width: 8, height: 18 },
      { step: 2, x: 21, y: 18, width: 8, height: 0 },
    ]);
    expect(stripBars([0, 0], 10, 5).every((bar) => bar.height === 0)).toBe(true);
  });
});
