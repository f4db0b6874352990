/** The page's own User Timing measures, taken in a real browser while every scheme trains and a slider is dragged. */
import { chromium, type Page } from 'playwright-core';
import { encodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { findBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import type { SpeedRow } from './core-speed';

const moves = 200;
const schemes = 4;
const [trajectories, horizon] = [1024, 64];

interface Seen {
  readonly measures: Readonly<Record<string, readonly number[]>>;
  readonly longTasks: readonly number[];
  readonly eventTimes: readonly number[];
}

export async function pageBench(dist: string): Promise<SpeedRow[]> {
  const executablePath = await findBrowser();
  if (!executablePath) throw new Error('The page cannot be measured without Chrome or Chromium.');
  const server = staticServer(dist);
  const port = await listenFrom(server, 0);
  const browser = await chromium.launch({ executablePath, args: [...launchArguments] });
  try {
    const lab = `http://localhost:${port}/lab/`;
    const viewport = { width: 1440, height: 900 };
    const first = await browser.newPage({ viewport });
    await first.goto(lab);
    await first.locator('canvas').first().waitFor();
    const firstHeatmap = await first.evaluate(() => performance.now());
    await first.close();

    const page = await browser.newPage({ viewport });
    await page.addInitScript(observe);
    await page.goto(`${lab}${await referenceLink()}`);
    await page.locator('canvas').first().waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Run', exact: true }).click();
    await page.waitForFunction(() => performance.getEntriesByName('frame').length > 3);
    await dragSlider(page);
    return rowsOf(await page.evaluate(() => (globalThis as unknown as { seen(): Seen }).seen()), firstHeatmap);
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Four schemes on 1,024 boat races of 64 steps, training for longer than the measurement takes. */
async function referenceLink(): Promise<string> {
  const spec = await findPresetSpec('boat-race@1');
  if (!spec || spec.schemes.length !== schemes) throw new Error('The bench expects the boat-race preset with four schemes.');
  return encodeLink(
    {
      ...spec,
      scenario: { ...spec.scenario, params: { ...spec.scenario.params, horizon } },
      training: { ...spec.training, iterations: 5000 },
      view: { ...spec.view, trajectories },
    },
    findPresetSpec,
  );
}

/** Runs in the page, before any of its scripts. */
function observe(): void {
  const longTasks: number[] = [];
  const eventTimes: number[] = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => eventTimes.push(...list.getEntries().map((entry) => entry.duration))).observe({
    type: 'event',
    durationThreshold: 16,
  } as PerformanceObserverInit);
  const measures: Record<string, number[]> = { 'what-if': [], iteration: [], frame: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) measures[entry.name]?.push(entry.duration);
  }).observe({ type: 'measure', buffered: true });
  Object.assign(globalThis, { seen: () => ({ measures, longTasks, eventTimes }) });
}

/** Moves the first enabled slider back and forth by its own steps, one input event a frame. */
async function dragSlider(page: Page): Promise<void> {
  await page.evaluate(async (count) => {
    const slider = document.querySelector<HTMLInputElement>('input[type="range"]:not(:disabled)');
    if (!slider) throw new Error('The page has no slider to drag.');
    for (let k = 0; k < count; k++) {
      if (k % 40 < 20) slider.stepUp();
      else slider.stepDown();
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise(requestAnimationFrame);
    }
  }, moves);
}

function rowsOf({ measures, longTasks, eventTimes }: Seen, firstHeatmap: number): SpeedRow[] {
  const rows: SpeedRow[] = [{ name: 'first heatmap after navigation', value: firstHeatmap, unit: 'ms' }];
  for (const [name, times] of Object.entries(measures)) {
    if (times.length === 0) continue;
    const what = name === 'what-if' ? `what-if, ${schemes} schemes × ${trajectories} × ${horizon} while training` : name;
    rows.push({ name: `${what}, median of ${times.length}`, value: quantile(times, 0.5), unit: 'ms' });
    rows.push({ name: `${what}, 95th percentile`, value: quantile(times, 0.95), unit: 'ms' });
  }
  if ((measures['what-if'] ?? []).length === 0) throw new Error('Dragging a slider left no what-if measure, so there is nothing to report.');
  rows.push({ name: `Event Timing over 16 ms, ${eventTimes.length} events, longest`, value: Math.max(0, ...eventTimes), unit: 'ms' });
  rows.push({ name: `long tasks while training, ${longTasks.length}, longest`, value: Math.max(0, ...longTasks), unit: 'ms' });
  return rows;
}

function quantile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
