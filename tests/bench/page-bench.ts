/** The page's own User Timing measures, taken in a real browser while every scheme trains and a slider is dragged. */
import { chromium, type Page } from 'playwright-core';
import { encodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { findBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import type { SpeedRow } from './speed-row';
import { dragging, type Seen } from './dragging';

const MOVES = 120;
const KEYS = 60;
const WHERE = '4 schemes × 1,024 × 64, training';
/** For so long training is watched for long tasks with no hand on a slider. */
const WATCHED_MILLISECONDS = 5000;
const { quantile } = dragging;

export async function pageBench(dist: string): Promise<SpeedRow[]> {
  const executablePath = await findBrowser();
  if (!executablePath) throw new Error('The page cannot be measured without Chrome or Chromium.');
  const server = staticServer(dist);
  const port = await listenFrom(server, 0);
  const browser = await chromium.launch({ executablePath, args: [...launchArguments] });
  const open = async (fragment: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`http://localhost:${port}/lab/${fragment}`);
    await page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[role="grid"] canvas');
      return (canvas?.width ?? 0) > 0 && canvas!.getContext('2d')!.getImageData(0, 0, canvas!.width, canvas!.height).data.some((x) => x > 0);
    });
    return page;
  };
  try {
    const first: number[] = [];
    for (let k = 0; k < 5; k++) {
      const page = await open('');
      first.push(await page.evaluate(() => performance.now()));
      await page.close();
    }
    const rows: SpeedRow[] = [{ name: 'first heatmap after navigation, median of 5', value: quantile(first, 0.5), unit: 'ms' }];

    const preset = await findPresetSpec('boat-race@1');
    const page = await open(await encodeLink(dragging.experiment(preset!), findPresetSpec));
    await page.getByRole('button', { name: 'Run', exact: true }).first().click();
    await page.waitForFunction(() => performance.getEntriesByName('frame').length > 3);
    await page.evaluate(dragging.observe);
    await page.waitForTimeout(WATCHED_MILLISECONDS);
    const { longTasks, measures } = await page.evaluate(dragging.seen);
    rows.push(...timingRows('training alone', { frame: measures['frame']!, iteration: measures['iteration']! }), longTaskRow('training alone, 5 s', longTasks));

    await page.evaluate(dragging.observe);
    await page.getByRole('slider', { name: 'Weight of Checkpoints' }).first().evaluate(dragging.drag, MOVES);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    rows.push(...draggedRows(await page.evaluate(dragging.seen)));

    // Event Timing knows only real input, and of that no dragging: keys.
    await page.evaluate(dragging.observe);
    await page.getByRole('slider', { name: 'Weight of Checkpoints' }).first().focus();
    for (let k = 0; k < KEYS; k++) await page.keyboard.press(k % 40 < 20 ? 'ArrowRight' : 'ArrowLeft');
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const { eventTimes } = await page.evaluate(dragging.seen);
    rows.push({ name: `key to next paint (Event Timing): ${WHERE}, 95th percentile of ${eventTimes.length} events of 16 ms or more for ${KEYS} keys`, value: quantile(eventTimes, 0.95), unit: 'ms' });
    return rows;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

function draggedRows({ measures, longTasks }: Seen): SpeedRow[] {
  if ((measures['what-if'] ?? []).length === 0) throw new Error('Dragging a slider left no what-if measure, so there is nothing to report.');
  return [...timingRows(WHERE, measures), longTaskRow(`${WHERE}, ${MOVES} moves`, longTasks)];
}

function timingRows(where: string, measures: Readonly<Record<string, readonly number[]>>): SpeedRow[] {
  return Object.entries(measures).flatMap(([name, times]) =>
    times.length === 0
      ? []
      : [
          { name: `${name}: ${where}, median of ${times.length}`, value: quantile(times, 0.5), unit: 'ms' },
          { name: `${name}: ${where}, 95th percentile`, value: quantile(times, 0.95), unit: 'ms' },
        ],
  );
}

const longTaskRow = (where: string, longTasks: readonly number[]): SpeedRow => ({
  name: `long tasks: ${where}, ${longTasks.length}, longest`,
  value: Math.max(0, ...longTasks),
  unit: 'ms',
});
