import './sized-jsdom';
import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, describe, expect, test, vi } from 'vitest';
import DotRow from '../../src/charts/DotRow.svelte';
import EnvironmentPicture from '../../src/charts/EnvironmentPicture.svelte';
import Heatmap from '../../src/charts/Heatmap.svelte';
import HeatmapTable from '../../src/charts/HeatmapTable.svelte';
import LearningCurves from '../../src/charts/LearningCurves.svelte';
import PaintedRange from '../../src/charts/PaintedRange.svelte';
import RowKey from '../../src/charts/RowKey.svelte';
import Scrubber from '../../src/charts/Scrubber.svelte';
import Waterfall from '../../src/charts/Waterfall.svelte';
import type { Picture } from '../../src/core/contracts/scenario';
import { BREAK, FINISHED, OUT_OF_TIME } from '../../src/charts/geometry/row-order';

let mounted: Record<string, unknown> | undefined;

function show<P extends Record<string, unknown>>(component: Component<P>, props: P): HTMLElement {
  mounted = mount(component, { target: document.body, props }) as Record<string, unknown>;
  flushSync();
  return document.body;
}

afterEach(async () => {
  if (mounted) await unmount(mounted);
  mounted = undefined;
});

function press(element: Element, key: string): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
  element.dispatchEvent(event);
  flushSync();
  return event;
}

const batch = {
  advantage: Float64Array.of(0.5, -0.5, 0, /**/ 1, 0, 0),
  exact: Float64Array.of(-0.2, -0.5, 0.3, /**/ 1, 0, 0),
  length: Int32Array.of(3, 1),
  maxLen: 3,
  rowOrder: Int32Array.of(1, BREAK, 0),
  range: 1,
  label: 'Dense',
  theme: 'light' as const,
};

describe('heatmap', () => {
  test('has one focusable cell, at the selected step, which says what it shows', () => {
    const body = show(Heatmap, { ...batch, selected: { trajectory: 0, step: 0 } });
    const cells = body.querySelectorAll('[tabindex="0"]');
    expect(cells).toHaveLength(1);
    expect(cells[0]!.getAttribute('role')).toBe('gridcell');
    expect(cells[0]!.getAttribute('aria-label')).toBe('Trajectory 1, step 0. Dense +0.50, exact −0.20. Wrong sign.');
    expect(body.querySelector('[role=grid]')!.getAttribute('aria-label')).toBe('Advantage, Dense');
  });

  test('arrows move, keys it does not know pass through', () => {
    const chosen: unknown[] = [];
    const body = show(Heatmap, { ...batch, selected: { trajectory: 0, step: 1 }, onselect: (step: unknown) => chosen.push(step) });
    const cell = body.querySelector('[role=gridcell]')!;
    expect(press(cell, 'ArrowRight').defaultPrevented).toBe(true);
    press(cell, 'ArrowUp');
    expect(press(cell, 'b').defaultPrevented).toBe(false);
    expect(chosen).toEqual([{ trajectory: 0, step: 2 }, { trajectory: 1, step: 0 }]);
  });

  test('a finger that moves sideways scrubs along its row, one that moves up scrolls', () => {
    const chosen: unknown[] = [];
    const body = show(Heatmap, { ...batch, selected: null, onselect: (step: unknown) => chosen.push(step) });
    const canvas = body.querySelector('canvas')!;
    const finger = (type: string, clientX: number, clientY: number) => {
      const event = new MouseEvent(type, { clientX, clientY, bubbles: true });
      Object.defineProperty(event, 'pointerType', { value: 'touch' });
      canvas.dispatchEvent(event);
    };
    finger('pointerdown', 10, 25);
    finger('pointermove', 12, 5);
    finger('pointercancel', 12, 5);
    expect(chosen).toEqual([]);
    finger('pointerdown', 10, 25);
    finger('pointermove', 100, 27);
    finger('pointermove', 200, 5);
    expect(chosen).toEqual([{ trajectory: 0, step: 1 }, { trajectory: 0, step: 2 }]);
    finger('pointerup', 200, 5);
    finger('pointermove', 10, 5);
    expect(chosen).toHaveLength(2);
  });

  test('with nothing selected the first cell can be reached', () => {
    const body = show(Heatmap, { ...batch, selected: null });
    expect(body.querySelector('[role=gridcell]')!.getAttribute('aria-label')).toMatch(/^Trajectory 2, step 0\./);
    expect(body.querySelector('.frame')).toBeNull();
  });

  test('its table holds every number, and says where a step never happened', () => {
    const body = show(HeatmapTable, batch);
    const rows = [...body.querySelectorAll('tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent));
    expect(rows).toEqual([['2', '+1.00'], ['1', '+0.50◥', '−0.50', '0.00']]);
  });

  test('rows are named by number, group and how they ended', () => {
    const body = show(RowKey, { rowOrder: batch.rowOrder, rowHeight: 13, status: [OUT_OF_TIME, FINISHED], group: [0, 0], selected: 0 });
    expect([...body.querySelectorAll('.row')].map((row) => row.textContent!.replace(/\s+/g, ' ').trim())).toEqual(['Finished02g1', 'Out of time01g1']);
    expect(body.querySelector('.row.on title')!.textContent).toBe('Out of time');
  });
});

describe('curves', () => {
  const series = [{ series: 'B' as const, name: 'Dense', success: [0.5, 0.1, 0] }];

  test('are a sentence for those who do not see them', () => {
    const body = show(LearningCurves, { series, iterations: 10, current: 2 });
    expect(body.querySelector('[role=img]')!.getAttribute('aria-label')).toBe('Learning curves. B Dense: success 0%.');
    expect(body.querySelector('[role=slider]')).toBeNull();
  });

  test('keys scrub within what has run', () => {
    const seen: number[] = [];
    const body = show(LearningCurves, { series, iterations: 10, current: 2, shown: 1, onscrub: (iteration: number) => seen.push(iteration) });
    const slider = body.querySelector('[role=slider]')!;
    expect(slider.getAttribute('aria-valuenow')).toBe('1');
    for (const key of ['ArrowRight', 'ArrowLeft', 'End', 'Home', 'PageUp']) press(slider, key);
    expect(seen).toEqual([2, 0, 2, 0, 2]);
  });
});

describe('controls', () => {
  test('a painted slider reports numbers and says where the alignment changes sign', () => {
    const seen: number[] = [];
    const body = show(PaintedRange, { value: 0.2, min: 0, max: 1, step: 0.1, label: 'Buoy', cosine: [1, -1], theme: 'light' as const, oninput: (v: number) => seen.push(v) });
    const input = body.querySelector('input')!;
    input.value = '0.7';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    expect(seen).toEqual([0.7]);
    expect(document.getElementById(input.getAttribute('aria-describedby')!)!.textContent).toBe(
      'Gradient alignment +1.00 at 0.00, −1.00 at 1.00; changes sign at 0.50.',
    );
    expect(body.querySelectorAll('stop')).toHaveLength(2);
  });

  test('the scrubber moves the step, and its button asks for the other of play and pause', () => {
    const steps: number[] = [];
    const plays: boolean[] = [];
    const body = show(Scrubber, { length: 16, step: 8, playing: true, onstep: (s: number) => steps.push(s), onplay: (p: boolean) => plays.push(p) });
    const input = body.querySelector('input')!;
    expect(input.getAttribute('aria-valuetext')).toBe('Step 8 of 15');
    input.value = '3';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    const button = body.querySelector('button')!;
    expect(button.getAttribute('aria-label')).toBe('Pause');
    button.click();
    expect([steps, plays]).toEqual([[3], [false]]);
  });
});

describe('explanations', () => {
  test('a waterfall and a dot row say their numbers', () => {
    const body = show(Waterfall, { parts: [{ label: 'δ0', value: 1 }, { label: 'δ1', value: -0.4 }], total: 0.6 });
    expect(body.querySelector('[role=img]')!.getAttribute('aria-label')).toBe('Â is the sum of its parts: δ0 +1.00, δ1 −0.40; together +0.60.');
  });

  test('a dot row names its baseline and the own value', () => {
    const body = show(DotRow, { members: [{ trajectory: 0, value: 0 }, { trajectory: 1, value: 2 }], own: { trajectory: 1 }, baseline: 1, title: 'Returns of group 1' });
    expect(body.querySelector('[role=img]')!.getAttribute('aria-label')).toBe('Returns of group 1: 2 values from 0.00 to 2.00, this one 2.00, baseline 1.00.');
  });
});

describe('environment picture', () => {
  test('a picture is drawn when there is room, and is a sentence too', async () => {
    const common = { advantage: [0.5, -0.5], range: 1, step: 1, theme: 'light' as const };
    const label = () => document.querySelector('[role=img]')?.getAttribute('aria-label');
    const picture: Picture = { kind: 'chain', unit: 'call', actions: [{ label: 'Search', short: 'search', role: 'work' }], gauges: [] };
    show(EnvironmentPicture, {
      ...common,
      picture,
      state: [0, 0, 0],
      action: [0, 0],
    });
    await vi.waitFor(() => expect(label()).toBe('Call 1 of 2: Search.'));
  });
});
