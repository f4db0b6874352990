import { describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../browser/accessibility';
import { linkTo, withLab } from './lab-page';

describe('the known environments in the lab', () => {
  test.each([
    ['frozen-lake', /^Step \d+ of \d+: at row/],
    ['cliff-walking', /^Step \d+ of \d+: at row/],
    ['taxi', /^Step \d+ of \d+: at row .*passenger/],
    ['blackjack', /^Decision \d+ of \d+: (hard|soft|natural) \d+ against/],
    ['mountain-car', /^Step \d+ of \d+: at −?\d\.\d\d/],
  ])('%s opens with its picture', async (id, words) => {
    await withLab(await linkTo((spec) => spec, `${id}@1`), async (page) => {
      const picture = page.locator('.trajectory svg[role="img"]');
      await picture.waitFor();
      expect(await picture.getAttribute('aria-label')).toMatch(words);
      expect(await accessibilityProblems(page, { within: '.trajectory' })).toEqual([]);
    });
  });

  test('the best policy of the table drives the true car to the flag; the untrained one does not', async () => {
    await withLab(await linkTo((spec) => spec, 'mountain-car@1'), async (page) => {
      await page.getByRole('button', { name: 'True car' }).click();
      const said = page.locator('.trajectory [role="status"]');
      await said.waitFor();
      expect(await said.innerText()).toContain('It has not arrived after 200 true steps.');
      await page.getByRole('button', { name: 'Best' }).click();
      const steps = /It arrives after (\d+) true steps/;
      await page.waitForFunction(() => document.querySelector('.trajectory [role="status"]')?.textContent?.includes('arrives'));
      const first = Number(steps.exec(await said.innerText())![1]);
      expect(first).toBeGreaterThan(90);
      expect(first).toBeLessThan(130);

      const slider = page.getByRole('slider', { name: 'True step' });
      expect(await slider.getAttribute('max')).toBe(String(first - 1));
      await slider.focus();
      await page.keyboard.press('End');
      expect(await page.locator('.trajectory svg[role="img"]').getAttribute('aria-label')).toContain(`Step ${first - 1} of ${first}`);

      await page.getByRole('slider', { name: 'Starts at' }).focus();
      await page.keyboard.press('End');
      await page.waitForFunction((old) => !document.querySelector('.trajectory [role="status"]')?.textContent?.includes(`after ${old} `), first);
      expect(await said.innerText()).toMatch(steps);
      expect(await accessibilityProblems(page, { within: '.trajectory' })).toEqual([]);
    });
  });
});
