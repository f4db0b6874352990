import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../browser/accessibility';
import { button, card, curveOf, linkTo, recorded, trainToEnd, withLab, withTraining } from './lab-page';

const SEEDS = 4;
const ITERATIONS = 60;
const PRESET = 'reward-model-ensemble@1';
const short = withTraining({ engine: 'ts', iterations: ITERATIONS, seeds: { first: 0, count: SEEDS } });

const panel = (page: Page) => page.getByRole('dialog', { name: 'More shared settings' });
const fitted = (page: Page, words: RegExp) => panel(page).locator('dd').filter({ hasText: words });

describe('an ensemble of reward models', () => {
  test('is fitted in the worker and prices three schemes, whose learning parts as the preset says', async () => {
    await withLab(await linkTo(short, PRESET), async (page) => {
      await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Cautious' }) }).getByRole('cell').first().filter({ hasText: /\d/ }).waitFor();
      for (const letter of ['A', 'B', 'C', 'D']) expect(await card(page, letter).getByRole('alert').count()).toBe(0);
      await trainToEnd(page);
      const { frames, received } = await recorded(page);
      expect(received).not.toContain('failed');
      const last = (scheme: number, metric: 'success' | 'proxy') => curveOf(frames, { scheme, seeds: SEEDS, metric }).map((curve) => curve[ITERATIONS - 1]!);
      const finishers = (scheme: number) => last(scheme, 'success').filter((share) => share > 0.5).length;
      expect(finishers(0)).toBe(SEEDS);
      expect(finishers(1)).toBeLessThanOrEqual(1);
      expect(finishers(2)).toBeLessThanOrEqual(1);
      expect(finishers(3)).toBeGreaterThanOrEqual(3);
    });
  });

  test('says what it was fitted on and how well; another ensemble is fitted anew, and undo brings the old one back', async () => {
    await withLab(await linkTo(short, PRESET), async (page) => {
      await button(page, 'More shared settings').click();
      const words = fitted(page, /68 networks in [\d.]+ m?s on TypeScript/);
      await words.waitFor();
      await fitted(page, /^\d+% ordered as labelled, \d+% to \d+% over seeds$/).waitFor();
      const picture = panel(page).getByRole('img', { name: /^Learned return against what the person wants of 256 trajectories/ });
      const before = await picture.getAttribute('aria-label');
      expect(await accessibilityProblems(page)).toEqual([]);

      const members = panel(page).getByRole('textbox', { name: 'Members, as a number' });
      await members.fill('1');
      await members.press('Enter');
      await fitted(page, /4 networks in [\d.]+ m?s/).waitFor();
      expect(await picture.getAttribute('aria-label')).not.toBe(before);
      expect(await panel(page).getByText('bootstrap').count()).toBe(0);

      await members.fill('17');
      await members.press('Enter');
      await panel(page).getByRole('alert').filter({ hasText: '17 is above the largest value, 16.' }).waitFor();
      await members.press('Escape');
      await page.keyboard.press('Escape');
      await button(page, /^Undo/).click();
      await button(page, 'More shared settings').click();
      await words.waitFor();
      expect(await picture.getAttribute('aria-label')).toBe(before);
    });
  });

  test('schemes that learn no reward have no such setting', async () => {
    await withLab(await linkTo(), async (page) => {
      await button(page, 'More shared settings').click();
      await panel(page).getByText('Seeds per scheme').waitFor();
      expect(await panel(page).getByRole('heading', { name: 'Reward model', exact: true }).count()).toBe(0);
    });
  });
});
