import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { Metric } from '../../src/worker/protocol';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage } from '../browser/harness';
import { button, curveOf, firstHeatmap, linkTo, printedNumber, recorded, recordTraining, trainToEnd, withLab, withTraining, type RecordedFrame } from './lab-page';

type EngineName = ExperimentSpec['training']['engine'];
const TITLES = { auto: 'Fastest', ts: 'TypeScript', wasm: 'WASM', webgpu: 'WebGPU' } as const;

const panel = (page: Page) => page.getByRole('dialog', { name: /^Engine/ });

async function openPanel(page: Page): Promise<void> {
  await page.locator('button.engine').click();
  await panel(page).getByRole('heading', { name: 'Engines on this device' }).waitFor();
}

/** Asks for an engine where a reader does. */
async function choose(page: Page, engine: EngineName): Promise<void> {
  await openPanel(page);
  await panel(page).getByRole('group', { name: 'Engine' }).getByRole('button', { name: TITLES[engine] }).click();
  await page.keyboard.press('Escape');
}

/** Rows of a table of the panel by their first cell; the columns' headings under ''. */
async function rowsOf(page: Page, name: string): Promise<Map<string, string[]>> {
  const rows = await panel(page)
    .getByRole('table', { name })
    .locator('tr')
    .evaluateAll((found) => found.map((row) => [...row.children].map((cell) => (cell.firstChild?.nodeType === Node.TEXT_NODE ? cell.firstChild : cell).textContent!.trim())));
  return new Map(rows.map(([head, ...cells], k) => [k === 0 ? '' : head!, cells]));
}

interface Trained {
  readonly frames: Record<'webgpu' | 'ts', readonly RecordedFrame[]>;
  readonly times: Map<string, string[]>;
  readonly adapter: string;
}

/** Opens a preset after `change`, trains it on WebGPU, chosen in the panel, and then the same on TypeScript. */
function trainOnBoth(preset: string, change: (spec: ExperimentSpec) => ExperimentSpec): Promise<Trained> {
  return linkTo(change, `${preset}@1`).then((link) =>
    withLab(link, async (page) => {
      await openPanel(page);
      expect(await panel(page).innerText()).toContain('This preset is made for WebGPU.');
      await page.keyboard.press('Escape');
      await choose(page, 'webgpu');
      await trainToEnd(page);
      const webgpu = (await recorded(page)).frames;
      await openPanel(page);
      await panel(page).getByText('Adapter', { exact: true }).waitFor();
      const adapter = (await panel(page).locator('dd').first().textContent())!;
      await page.keyboard.press('Escape');
      await choose(page, 'ts');
      await button(page, /^(Run|Resume)$/).waitFor();
      await trainToEnd(page);
      const ts = (await recorded(page)).frames.slice(webgpu.length);
      await openPanel(page);
      await panel(page).getByRole('columnheader', { name: /^TypeScript/ }).waitFor();
      const times = await rowsOf(page, 'Where an iteration’s time goes');
      return { frames: { webgpu, ts }, times, adapter };
    }),
  );
}

const curves = (frames: readonly RecordedFrame[], schemes: number, seeds: number, metric: Metric) =>
  Array.from({ length: schemes }, (_, scheme) => curveOf(frames, { scheme, seeds, metric })).flat();

/** The curves of both engines, every iteration of every learner, differ by less than `tolerance`; and there is something to compare. */
function expectSameCurves({ frames }: Trained, { schemes, seeds, iterations, tolerance }: { schemes: number; seeds: number; iterations: number; tolerance: number }): void {
  for (const engine of ['webgpu', 'ts'] as const) expect(new Set(frames[engine].map((frame) => frame.engine))).toEqual(new Set([engine]));
  for (const metric of ['success', 'entropy'] as const) {
    const [webgpu, ts] = [curves(frames.webgpu, schemes, seeds, metric), curves(frames.ts, schemes, seeds, metric)];
    expect(ts.map((curve) => curve.length)).toEqual(Array(schemes * seeds).fill(iterations));
    let compared = 0;
    ts.forEach((curve, k) =>
      curve.forEach((value, j) => {
        if (Number.isNaN(value)) return;
        compared += 1;
        expect(Math.abs(webgpu[k]![j]! - value), `${metric} of learner ${k} at iteration ${j}`).toBeLessThan(tolerance);
      }),
    );
    expect(compared).toBeGreaterThanOrEqual(schemes * seeds);
  }
}

describe('presets made for WebGPU', () => {
  test('say so on their cards, open with one click and in the engine’s panel', async () => {
    await withPage(
      siteUrl(),
      async (page) => {
        const made = page.locator('#questions li > a', { hasText: 'made for WebGPU' });
        await made.first().waitFor();
        expect(await made.count()).toBe(3);
        await made.filter({ hasText: 'Thirty-two networks at once' }).click();
        await firstHeatmap(page);
        await openPanel(page);
        expect(await panel(page).innerText()).toContain('This preset is made for WebGPU.');
      },
      { viewport: { width: 1440, height: 900 }, initScript: recordTraining },
    );
  });

  test('a population of thirty-two follows TypeScript’s curves on WebGPU', async () => {
    const iterations = 12;
    // A narrower net than the preset’s, which an emulated adapter computes for seconds.
    const trained = await trainOnBoth('learner-population', withTraining({ policy: { kind: 'mlp', hidden: [16], activation: 'tanh' }, learningRate: 0.02, iterations }));
    // Engines differ by 1e-5 of a gradient; Adam carries that into logits at the order of its steps, 0.02 each.
    expectSameCurves(trained, { schemes: 4, seeds: 8, iterations, tolerance: 1e-4 });
    const entropy = curves(trained.frames.ts, 4, 8, 'entropy');
    expect(Math.max(...entropy.map((curve) => Math.abs(curve.at(-1)! - curve[0]!))), 'it learns').toBeGreaterThan(0.02);

    expect(trained.adapter).toMatch(/\S/);
    expect(trained.times.get('')).toEqual(['TypeScript', 'WebGPU']);
    for (const stage of ['An iteration', 'Forward', 'Rollout', 'Pricing']) for (const cell of trained.times.get(stage)!) expect(cell).toMatch(/^[\d.]+ (µs|ms|s)$/);
    const [none, dispatches] = trained.times.get('Dispatches')!;
    expect(printedNumber(dispatches!), 'dispatches an iteration, whatever the population').toBeLessThanOrEqual(40);
    expect(printedNumber(dispatches!)).toBeGreaterThan(5);
    expect(none).toBe('–');
    expect(printedNumber(trained.times.get('Read-backs')![1]!)).toBeLessThanOrEqual(2);
    expect(trained.times.get('Time in read-backs')).toEqual(['–', expect.stringMatching(/^[\d.]+ (µs|ms|s)$/)]);
  });
});

describe('the transformer with a scratchpad', () => {
  test('trains on WebGPU along TypeScript’s curves, with figures of all states from the start', async () => {
    const iterations = 3;
    // An emulated adapter computes the preset's 64 trajectories for half a minute.
    const few = withTraining({ iterations, trajectories: 16, seeds: { first: 0, count: 1 } });
    const trained = await trainOnBoth('token-transformer', (spec) => few({ ...spec, schemes: spec.schemes.slice(0, 1), view: { ...spec.view, scheme: 0 } }));
    // Adam's first steps are of one size whatever the gradient's, so that where a gradient is nearly 0 engines may part by a step.
    expectSameCurves(trained, { schemes: 1, seeds: 1, iterations, tolerance: 2e-3 });
    const entropy = curves(trained.frames.ts, 1, 1, 'entropy')[0]!;
    expect(Math.abs(entropy.at(-1)! - entropy[0]!), 'it learns').toBeGreaterThan(0.002);
    expect(curves(trained.frames.webgpu, 1, 1, 'success')[0]![0]).toBeCloseTo(0.287, 1);
    expect(trained.times.get('')).toEqual(['TypeScript', 'WebGPU']);
    expect(printedNumber(trained.times.get('Dispatches')![1]!)).toBeGreaterThan(40);
  });
});

describe('the engines of this device', () => {
  const small = withTraining({ policy: { kind: 'mlp', hidden: [8], activation: 'tanh' }, optimiser: 'adam', engine: 'auto', iterations: 3, seeds: { first: 0, count: 2 } });

  test('are measured once: the next visit shows what was measured, until it is measured again with emulated adapters', async () => {
    await withLab(await linkTo(small), async (page) => {
      await trainToEnd(page);
      await openPanel(page);
      const measured = panel(page).getByText(/\d+ networks on \d+ states,[^]*Measured on \d+ \S+ \d{4} in this browser\./);
      await measured.waitFor();
      const first = await rowsOf(page, 'Engines on this device');
      expect([...first.keys()]).toEqual(['', 'TypeScript', 'WASM', 'WebGPU']);
      expect(first.get('TypeScript')![0]).toMatch(/^[\d.]+ (µs|ms|s)$/);
      expect(first.get('WASM')![0]).toMatch(/^[\d.]+ (µs|ms|s)$/);
      expect(first.get('WebGPU')![0]).toMatch(/^Emulated on the CPU here/);
      expect(await accessibilityProblems(page, { within: '[role="dialog"]:popover-open' })).toEqual([]);

      await page.reload();
      await firstHeatmap(page);
      await trainToEnd(page);
      await openPanel(page);
      await measured.waitFor();
      expect(await rowsOf(page, 'Engines on this device')).toEqual(first);

      await panel(page).getByRole('button', { name: 'Measure again' }).click();
      await panel(page).getByRole('status').filter({ hasText: /^\s*Measuring \S+, \d of 3/ }).waitFor();
      await panel(page).getByRole('row', { name: /WebGPU .*emulated on the CPU .*×/ }).waitFor({ timeout: 30_000 });
      const again = await rowsOf(page, 'Engines on this device');
      const [, ratio, dispatches, readBacks] = again.get('WebGPU')!;
      expect(printedNumber(ratio!.replace('×', ''))).toBeGreaterThan(1);
      expect(printedNumber(dispatches!)).toBeLessThanOrEqual(40);
      expect(printedNumber(readBacks!)).toBeLessThanOrEqual(2);
      expect(again.get('TypeScript')!.slice(2)).toEqual(['–', '–']);
      expect(await panel(page).locator('p').first().textContent(), 'an emulated adapter is measured and not chosen').toMatch(/^(TypeScript|WASM):/);
    });
  });
});
