import { describe, expect, test } from 'vitest';
import { button, card, linkTo, nextPaint, shownIteration, slider, withLab } from './lab-page';
import { dragging } from '../bench/dragging';

describe('while every scheme trains', () => {
  test('a slider re-prices 1,024 trajectories of 64 steps under four schemes at every move, and leaves measures', async () => {
    await withLab(await linkTo(dragging.experiment), async (page) => {
      await button(page, 'Run').click();
      await page.waitForFunction(() => performance.getEntriesByName('frame').length > 3);
      const before = await shownIteration(page);
      const weight = slider(card(page, 'B'), 'Weight of Checkpoints');
      await page.evaluate(dragging.observe);
      await weight.evaluate(dragging.drag, 120);
      await nextPaint(page);
      const { measures, longTasks, details } = await page.evaluate(dragging.seen);
      const whatIf = measures['what-if']!;
      process.stdout.write(`  what-if: median ${dragging.quantile(whatIf, 0.5).toFixed(1)} ms, 95th percentile ${dragging.quantile(whatIf, 0.95).toFixed(1)} ms of ${whatIf.length}; ${longTasks.length} long tasks\n`);
      // Every move is an animation frame of its own; the last one may be priced after the drag.
      expect(whatIf.length).toBeGreaterThanOrEqual(119);
      expect(whatIf.every((milliseconds) => milliseconds > 0)).toBe(true);
      expect(new Set(details)).toEqual(new Set(['{"schemes":4,"trajectories":1024}']));
      expect(measures['frame']!.length).toBeGreaterThan(0);
      expect(measures['iteration']!.length).toBeGreaterThan(0);
      expect(await shownIteration(page), 'training went on').toBeGreaterThan(before);
      expect(await button(page, 'Pause').count()).toBe(1);
    });
  });
});
