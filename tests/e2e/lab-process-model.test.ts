import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../browser/accessibility';
import { button, card, curveOf, figuresOf, linkTo, nextPaint, printedNumber, recorded, says, trainToEnd, withLab, withTraining } from './lab-page';

const SEEDS = 2;
const ITERATIONS = 40;
const PRESET = 'process-model@1';
const short = withTraining({ engine: 'ts', iterations: ITERATIONS, seeds: { first: 0, count: SEEDS } });

const panel = (page: Page) => page.getByRole('dialog', { name: 'More shared settings' });
/** r, signs, silent share and added steps of a scheme's scores. */
const scores = async (page: Page, name: RegExp) =>
  panel(page).getByRole('row').filter({ has: page.getByRole('rowheader', { name }) }).getByRole('cell').allTextContents();

describe('process models', () => {
  test('price in the page as in training: completions are the same ones, the network comes from the worker', async () => {
    await withLab(await linkTo(short, PRESET), async (page) => {
      await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Net' }) }).getByRole('cell').first().filter({ hasText: /\d/ }).waitFor();
      for (const letter of ['A', 'B', 'C', 'D', 'E']) expect(await card(page, letter).getByRole('alert').count()).toBe(0);
      await nextPaint(page);
      const shown = await Promise.all([/K=1$/, /K=16$/, /Net$/].map((name) => figuresOf(page, name)));
      await trainToEnd(page);
      const { frames, received } = await recorded(page);
      expect(received).not.toContain('failed');
      shown.forEach(([cosine], k) => expect(cosine).toSatisfy((text: string) => says(text, curveOf(frames, { scheme: k + 1, seeds: SEEDS, metric: 'cosine' })[0]![0]!, 2)));
      const last = (scheme: number) => curveOf(frames, { scheme, seeds: SEEDS, metric: 'success' }).reduce((sum, curve) => sum + curve[ITERATIONS - 1]! / SEEDS, 0);
      for (const scheme of [1, 2, 4]) expect(Math.abs(last(scheme) - last(0))).toBeLessThan(0.02);
    });
  });

  test('say how good their scores are and what labels cost; a network is fitted anew when its labels change', async () => {
    await withLab(await linkTo(short, PRESET), async (page) => {
      await button(page, 'More shared settings').click();
      await panel(page).getByText(/^Networks are fitted once/).waitFor();
      const [one, sixteen, network] = [await scores(page, /K=1$/), await scores(page, /K=16$/), await scores(page, /Net$/)];
      expect(printedNumber(sixteen[3]!)).toBeGreaterThan(10 * printedNumber(one[3]!));
      expect(printedNumber(one[2]!.replace('%', ''))).toBeGreaterThan(75);
      expect(printedNumber(sixteen[2]!.replace('%', ''))).toBeGreaterThan(25);
      expect(printedNumber(network[0]!)).toBeGreaterThan(printedNumber(one[0]!));
      expect(await accessibilityProblems(page)).toEqual([]);
      const labelled = panel(page).getByRole('textbox', { name: 'Labelled, as a number' });
      await labelled.fill('20');
      await labelled.press('Enter');
      await panel(page).getByText(/fitted once, to 20 solutions/).waitFor();
      await expect.poll(async () => (await scores(page, /Net$/))[0]).not.toBe(network[0]);
    });
  });
});
