import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { METRICS, type Metric } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { button, card, curveOf, figuresOf, linkTo, nextPaint, recorded, says, shownIteration, slider, trainToEnd, withLab, withTraining, type RecordedFrame } from './lab-page';
import { startingSuccess } from './naive-boat-race';

const SEEDS = 3;
const short = withTraining({ iterations: 30, seeds: { first: 0, count: SEEDS } }, { trajectories: 32 });
const long = withTraining({ iterations: 3000, seeds: { first: 0, count: SEEDS } }, { trajectories: 32 });

const curves = (page: Page) => page.getByRole('img', { name: /^Learning curves\./ });
const everyCurve = (frames: readonly RecordedFrame[]) =>
  [0, 1, 2, 3].map((scheme) => METRICS.map((metric) => curveOf(frames, { scheme, seeds: SEEDS, metric })));
const at = (frames: readonly RecordedFrame[], scheme: number, metric: Metric, iteration: number) => curveOf(frames, { scheme, seeds: SEEDS, metric }).map((curve) => curve[iteration]!);

/** The iteration on show once no frame has come for twenty paints. */
async function rest(page: Page): Promise<number> {
  let still = 0;
  let before = -1;
  while (still < 20) {
    await nextPaint(page);
    const now = await shownIteration(page);
    still = now === before ? still + 1 : 0;
    before = now;
  }
  return before;
}

const configures = async (page: Page) => (await recorded(page)).posted.filter(({ type }) => type === 'configure');

describe('training in the page', () => {
  test('is bit for bit the run of Node, for every scheme and seed, and starts at the starting policy', async () => {
    const spec = short((await findPresetSpec('boat-race@1'))!);
    const training = await Training.start(spec, { plugins: allPlugins(), now: () => 0 });
    const expected: number[][] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) expected.push([...report.metrics]);
    await withLab(await linkTo(short), async (page) => {
      await trainToEnd(page);
      expect(await shownIteration(page)).toBe(30);
      const { frames } = await recorded(page);
      const M = METRICS.length;
      let compared = 0;
      for (const { from, to, learners, metrics } of frames) {
        expect(learners).toEqual(Array.from({ length: 4 * SEEDS }, (_, k) => k));
        learners.forEach((_, k) => {
          for (let j = from; j < to; j++) {
            const own = metrics.slice((k * (to - from) + j - from) * M, (k * (to - from) + j - from + 1) * M);
            expect(own).toEqual(expected[j]!.slice(k * M, (k + 1) * M));
            compared += 1;
          }
        });
      }
      expect(compared).toBe(30 * 4 * SEEDS);
      for (const scheme of [0, 1, 2, 3]) for (const success of at(frames, scheme, 'success', 0)) expect(success).toBeCloseTo(startingSuccess(), 12);

      expect(await curves(page).locator('path.success').count()).toBe(4);
      expect(await curves(page).locator('path.band').count(), 'a band over seeds').toBe(4);
      await page.getByRole('combobox', { name: 'Figures' }).selectOption('learner');
      for (const [k, name] of ['Sparse', 'Dense', 'Gated', 'Gated cap'].entries()) {
        const mean = at(frames, k, 'success', 29).reduce((a, b) => a + b) / SEEDS;
        expect((await figuresOf(page, name))[0], name).toSatisfy((text: string) => says(text, mean, 2));
      }
    });
  });

  test('runs, pauses, goes on, and a step is one iteration', async () => {
    await withLab(await linkTo(long), async (page) => {
      await button(page, 'Step').click();
      await page.getByText(/^Iteration\s+1\s+of/).waitFor();
      await button(page, 'Step').click();
      await page.getByText(/^Iteration\s+2\s+of/).waitFor();
      expect((await recorded(page)).frames.map(({ from, to }) => [from, to])).toEqual([[0, 1], [1, 2]]);

      await button(page, 'Resume').click();
      await page.waitForFunction(() => performance.getEntriesByName('frame').length > 5);
      await button(page, 'Pause').click();
      const paused = await rest(page);
      expect(paused).toBeGreaterThan(5);
      expect(paused).toBeLessThan(3000);
      await button(page, 'Step').click();
      expect(await rest(page)).toBe(paused + 1);
      const { frames } = await recorded(page);
      expect(frames.at(-1)).toMatchObject({ from: paused, to: paused + 1 });
      for (const [k, frame] of frames.slice(1).entries()) expect(frame.from, 'no iteration is missing').toBe(frames[k]!.to);
      expect(await page.evaluate(() => performance.getEntriesByName('iteration').length)).toBe(frames.length);
    });
  });

  test('starts over at the same place after a reset, and repeats every figure', async () => {
    await withLab(await linkTo(short), async (page) => {
      await trainToEnd(page);
      const first = (await recorded(page)).frames;
      await button(page, 'Reset to iteration 0').click();
      await page.getByText(/^Iteration\s+0\s+of/).waitFor();
      expect(await curves(page).locator('path.success[d]:not([d=""])').count()).toBe(0);
      await trainToEnd(page);
      const second = (await recorded(page)).frames.slice(first.length);
      expect(second[0]!.from).toBe(0);
      expect(everyCurve(second)).toEqual(everyCurve(first));
    });
  });

  test('another seed is another run', async () => {
    const success = async (first: number) =>
      withLab(await linkTo(withTraining({ iterations: 4, seeds: { first, count: 2 } })), async (page) => {
        await trainToEnd(page);
        return curveOf((await recorded(page)).frames, { scheme: 1, seeds: 2, metric: 'success' });
      });
    const [zero, one] = [await success(0), await success(1)];
    expect(one[0]).toEqual(zero[1]);
    expect(one[1]).not.toEqual(zero[0]);
    expect(one[0]).not.toEqual(zero[0]);
  });
});

describe('scrubbing back', () => {
  test('shows the very batch of that iteration: its figures are those of the frame', async () => {
    await withLab(await linkTo(short), async (page) => {
      const starting = await figuresOf(page, 'Dense');
      await trainToEnd(page);
      const { frames } = await recorded(page);
      const scrub = page.getByRole('slider', { name: 'Iteration on show' });
      await scrub.focus();
      await page.keyboard.press('Home');
      for (let k = 1; k <= 12; k++) {
        await page.keyboard.press('ArrowRight');
        await page.getByText(new RegExp(`B at iteration ${k}$`)).first().waitFor();
        if (k !== 3 && k !== 12) continue;
        await nextPaint(page);
        const [alignment, wrong, silent] = await figuresOf(page, 'Dense');
        const of = (metric: Metric) => at(frames, 1, metric, k)[0]!;
        expect(alignment, `alignment at ${k}`).toSatisfy((text: string) => says(text, of('cosine'), 2));
        expect(wrong, `wrong signs at ${k}`).toSatisfy((text: string) => says(text, of('wrongSign'), 2));
        expect(silent, `silent groups at ${k}`).toSatisfy((text: string) => says(text, of('zeroGroups'), 2));
        expect(await shownIteration(page)).toBe(k);
      }
      expect(await figuresOf(page, 'Dense')).not.toEqual(starting);
      await page.getByTitle('Back to iteration 30').click();
      await nextPaint(page);
      expect((await figuresOf(page, 'Dense')).slice(0, 3)).toEqual(starting.slice(0, 3));
      expect(await shownIteration(page)).toBe(30);
    });
  });
});

describe('an edit after training', () => {
  test('starts that scheme over, alone, until it has caught up, and keeps its old curve as a ghost', async () => {
    await withLab(await linkTo(short), async (page) => {
      await trainToEnd(page);
      const before = (await recorded(page)).frames;
      await slider(card(page, 'B'), 'Weight of Checkpoints').focus();
      await page.keyboard.press('End');
      await page.waitForFunction(() => document.querySelectorAll('path.ghost').length === 1);
      await button(page, 'Done').waitFor();
      expect(await configures(page)).toEqual([{ type: 'configure', restart: 'all' }, { type: 'configure', restart: [1] }]);
      expect(await rest(page)).toBe(30);
      const after = (await recorded(page)).frames.slice(before.length);
      for (const frame of after) expect(frame.learners).toEqual([SEEDS, SEEDS + 1, SEEDS + 2]);
      const proxy = (frames: readonly RecordedFrame[]) => curveOf(frames, { scheme: 1, seeds: SEEDS, metric: 'proxy' });
      expect(proxy(after)[0]).toHaveLength(30);
      // Common random numbers: the first batch is the same one, and w = 1 pays each checkpoint five times as much.
      const [old, now] = [proxy(before), proxy(after)].map((curve) => curve[0]![0]!);
      const finished = curveOf(before, { scheme: 0, seeds: SEEDS, metric: 'proxy' })[0]![0]!;
      expect(now! - finished).toBeCloseTo(5 * (old! - finished), 10);
    });
  });

  test('keeps learning from where it was when asked to', async () => {
    await withLab(await linkTo(long), async (page) => {
      await button(page, 'Run').click();
      await page.waitForFunction(() => performance.getEntriesByName('frame').length > 3);
      await button(page, 'Pause').click();
      const paused = await rest(page);
      // The offer stands for as long as the slider is held and a moment after.
      const weight = slider(card(page, 'B'), 'Weight of Checkpoints');
      const box = (await weight.boundingBox())!;
      await page.mouse.move(box.x + 6 + 0.2 * (box.width - 12), box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + 6 + 0.6 * (box.width - 12), box.y + box.height / 2);
      const offer = card(page, 'B').getByRole('button', { name: `Keep learning from ${paused}` });
      await offer.waitFor();
      await page.mouse.up();
      await offer.click();
      expect((await configures(page)).at(-1)).toEqual({ type: 'configure', restart: [] });
      await button(page, 'Step').click();
      expect(await rest(page)).toBe(paused + 1);
      expect((await recorded(page)).frames.at(-1)).toMatchObject({ from: paused, to: paused + 1, learners: Array.from({ length: 4 * SEEDS }, (_, k) => k) });
    });
  });
});
