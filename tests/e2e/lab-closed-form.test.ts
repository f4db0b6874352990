import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { METRICS } from '../../src/worker/protocol';
import { Training } from '../../src/worker/training-loop';
import { button, curveOf, linkTo, nextPaint, recorded, shownIteration, trainToEnd, withLab, withTraining } from './lab-page';

const SEEDS = 2;
const short = withTraining({ iterations: 20, seeds: { first: 0, count: SEEDS } });

describe.each([
  ['gui-click', ['Binary', 'Gaussian', 'Wide', 'Distance'], /^32 clicks at a target 0\.1 wide, \d+ hit\./],
  ['denoiser', ['Broadcast', 'Gains', 'Gains to go', 'Turning point', 'Step advantage'], /^Step \d of 10: \d\.\d\d from the target\. Without more noise/],
] as const)('%s in the page', (id, names, words) => {
  test('opens, prices, shows its picture, and trains as Node does, bit for bit', async () => {
    const spec = short((await findPresetSpec(`${id}@1`))!);
    const training = await Training.start(spec, { plugins: allPlugins(), now: () => 0 });
    const expected: number[][] = [];
    for (let report = await training.iterate(); report; report = await training.iterate()) expected.push([...report.metrics]);

    await withLab(await linkTo(short, `${id}@1`), async (page) => {
      for (const name of ['Exact', ...names]) expect(await page.getByRole('grid', { name: `Advantage, ${name}`, exact: true }).count(), name).toBe(1);
      await page.getByRole('img', { name: words }).waitFor();
      await trainToEnd(page);
      expect(await shownIteration(page)).toBe(20);
      const { frames } = await recorded(page);
      spec.schemes.forEach((_, scheme) => {
        METRICS.forEach((metric, m) => {
          const own = curveOf(frames, { scheme, seeds: SEEDS, metric });
          own.forEach((curve, seed) => expect(curve, `${metric} of scheme ${scheme}`).toEqual(expected.map((row) => row[(scheme * SEEDS + seed) * METRICS.length + m])));
        });
      });
      // What a learner met at a past iteration, and alignment over fresh batches.
      await page.getByRole('combobox', { name: 'Figures' }).selectOption('fresh');
      await page.getByText('Against the exact advantage, over fresh batches of the policy on screen.').waitFor();
      await nextPaint(page);
      expect(await button(page, 'Done').isDisabled()).toBe(true);
    });
  });
});
