import type { Locator, Page } from 'playwright-core';
import { encodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { METRICS, type Metric } from '../../src/worker/protocol';
import { siteUrl, withPage, type PageOptions } from '../browser/harness';

/** What `record` kept of a page: the messages between page and training worker, and broken policies. */
interface Recorded {
  readonly frames: RecordedFrame[];
  readonly posted: { readonly type: string; readonly restart?: 'all' | readonly number[] }[];
  readonly received: string[];
  readonly violations: string[];
}

export interface RecordedFrame {
  readonly runId: number;
  readonly from: number;
  readonly to: number;
  readonly learners: readonly number[];
  readonly metrics: readonly number[];
  readonly words: string;
  readonly engine: string;
}

/** Listens in on every worker of the page. Runs in the page, before its scripts. */
function record(): void {
  const recorded: Recorded = { frames: [], posted: [], received: [], violations: [] };
  const Native = Worker;
  globalThis.Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', ({ data }) => {
        recorded.received.push(data.type);
        if (data.type !== 'frame') return;
        const { runId, from, to, learners, metrics, engine } = data;
        recorded.frames.push({ runId, from, to, learners: [...learners], metrics: [...metrics], engine: engine.name, words: engine.words });
      });
    }
    override postMessage(message: { type: string; restart?: 'all' | number[] }, ...rest: unknown[]): void {
      recorded.posted.push({ type: message.type, ...(message.restart !== undefined && { restart: message.restart }) });
      super.postMessage(message, ...(rest as []));
    }
  };
  addEventListener('securitypolicyviolation', (event) => recorded.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
  Object.assign(globalThis, { recorded });
}

export async function recorded(page: Page): Promise<Recorded> {
  return page.evaluate(() => (globalThis as unknown as { recorded: Recorded }).recorded);
}

/** A fragment that opens a preset after `change`. */
export async function linkTo(change: (spec: ExperimentSpec) => ExperimentSpec = (spec) => spec, preset = 'boat-race@1'): Promise<string> {
  const spec = await findPresetSpec(preset);
  if (!spec) throw new Error(`There is no preset ${preset}.`);
  return encodeLink(change(spec), findPresetSpec);
}

export const withTraining = (training: Partial<ExperimentSpec['training']>, view: Partial<ExperimentSpec['view']> = {}) => (spec: ExperimentSpec): ExperimentSpec => ({
  ...spec,
  training: { ...spec.training, ...training },
  view: { ...spec.view, ...view },
});

/** Opens the lab at a fragment and waits for its first heatmap. Page errors fail the test. */
export function withLab<T>(fragment: string, body: (page: Page) => Promise<T>, options: PageOptions = {}): Promise<T> {
  return withPage(
    siteUrl(`lab/${fragment}`),
    async (page) => {
      page.setDefaultTimeout(15_000);
      await firstHeatmap(page);
      const result = await body(page);
      const { violations } = await recorded(page);
      if (violations.length > 0) throw new Error(`The content security policy was broken:\n${violations.join('\n')}`);
      return result;
    },
    { viewport: { width: 1440, height: 900 }, ...options, initScript: options.initScript ?? record },
  );
}

export const recordTraining = record;

/** Waits until the exact panel has cells: coloured pixels, not an empty canvas. */
export async function firstHeatmap(page: Page): Promise<void> {
  await page.getByRole('grid', { name: 'Advantage, Exact' }).waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[role="grid"] canvas');
    const pixels = canvas?.width ? canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data : [];
    return pixels.some((x) => x > 0);
  });
}

/** Two animation frames: an edit is priced in the first and drawn by the second. */
export async function nextPaint(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

export const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) }).first();
export const card = (page: Page, letter: string): Locator => page.locator(`article[aria-label^="Scheme ${letter},"]`);
export const slider = (within: Page | Locator, name: string): Locator => within.getByRole('slider', { name, exact: true });

/** Number of the iteration on show. */
export async function shownIteration(page: Page): Promise<number> {
  const text = await page.locator('.iteration').textContent();
  return Number(/Iteration\s*(\d+)/.exec(text ?? '')?.[1]);
}

/** Trains to the last iteration. */
export async function trainToEnd(page: Page): Promise<void> {
  await button(page, /^(Run|Resume)$/).click();
  await button(page, 'Done').waitFor({ timeout: 90_000 });
}

/** Metrics of one scheme's seeds by iteration, from frames of the newest run that begins at iteration 0. */
export function curveOf(frames: readonly RecordedFrame[], { scheme, seeds, metric }: { scheme: number; seeds: number; metric: Metric }): number[][] {
  const curves: number[][] = Array.from({ length: seeds }, () => []);
  const M = METRICS.length;
  for (const { from, to, learners, metrics } of frames) {
    learners.forEach((learner, k) => {
      if (Math.floor(learner / seeds) !== scheme) return;
      for (let j = from; j < to; j++) curves[learner % seeds]![j] = metrics[(k * (to - from) + j - from) * M + METRICS.indexOf(metric)]!;
    });
  }
  return curves;
}

/** The number that a text of the page says: a true minus, a sign, thousands in groups. */
export function printedNumber(text: string): number {
  const plain = text.replace(/−/g, '-').replace(/[\s,\u202f\u00a0]/g, '');
  if (plain === '' || !Number.isFinite(Number(plain))) throw new Error(`“${text}” is not a number.`);
  return Number(plain);
}

/** True when a printed number is `value` rounded to its last digit, in whole percent where it says so. */
export function says(text: string, value: number, digits: number): boolean {
  const limit = /^(over|under) (\d+)%$/.exec(text);
  if (limit) return limit[1] === 'over' ? value > Number(limit[2]) / 100 && value < 1 : value > 0 && value < Number(limit[2]) / 100;
  const shown = text.endsWith('%') ? printedNumber(text.slice(0, -1)) / 100 : printedNumber(text);
  return Math.abs(shown - value) <= 0.5 * 10 ** -digits + 1e-9;
}

/** The figures of one scheme under “How good is the signal?”, as printed. */
export async function figuresOf(page: Page, name: string | RegExp): Promise<string[]> {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
  return (await row.getByRole('cell').allInnerTexts()).map((text) => text.trim());
}

/** Switches the panels to the table view. */
export async function showNumbers(page: Page): Promise<void> {
  await page.getByTitle('Show the numbers as a table').click();
}

/** Every number of the table view of the panel that the panels below follow: trajectory number → advantages. */
export async function tableOf(page: Page): Promise<Map<number, number[]>> {
  const shown = page.getByRole('region', { name: /^Advantage of every step/ }).locator('tbody tr');
  await shown.first().waitFor({ state: 'attached' });
  const rows = await shown.evaluateAll((found) =>
    found.map((row) => [...row.children].map((cell) => cell.firstChild?.textContent ?? '')),
  );
  return new Map(rows.map(([head, ...cells]) => [Number(head) - 1, cells.map(printedNumber)]));
}
