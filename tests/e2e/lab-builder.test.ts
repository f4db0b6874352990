/** The scheme builder in a real browser, by keyboard alone: built, priced, undone, linked. */
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { accessibilityProblems } from '../browser/accessibility';
import { firstHeatmap, nextPaint, withLab } from './lab-page';

const spec = async (page: Page) => {
  await expect.poll(() => new URL(page.url()).hash.length, { timeout: 10_000 }).toBeGreaterThan(10);
  const read = await decodeLink(new URL(page.url()).hash, findPresetSpec);
  if ('problem' in read) throw new Error(read.problem);
  return read.spec.schemes[1]!;
};

/** Presses Tab until the element of that name has the focus. */
async function tabTo(page: Page, name: string | RegExp, key = 'Tab'): Promise<void> {
  for (let k = 0; k < 150; k++) {
    await page.keyboard.press(key);
    const focused = await page.evaluate(() => {
      const element = document.activeElement!;
      return (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().replace(/\s+/g, ' ');
    });
    if (typeof name === 'string' ? focused === name : name.test(focused)) return;
  }
  throw new Error(`Tab never reaches ${String(name)}.`);
}
async function enter(page: Page, name: string | RegExp): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}
async function type(page: Page, name: string, value: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(value);
  await page.keyboard.press('Enter');
}
/** The picture of the scheme's advantages as one number: the same picture, the same number. */
const drawn = async (page: Page) => {
  await nextPaint(page);
  return page.locator('[role="grid"][aria-label="Advantage, Dense"] canvas').evaluate((canvas: HTMLCanvasElement) =>
    canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data.reduce((hash, x) => (Math.imul(hash, 31) + x) | 0, 7),
  );
};
const builder = (page: Page) => page.getByRole('dialog', { name: 'Build B Dense' });

describe('the builder', () => {
  test('by keyboard alone: a term, a transform, a condition and a schedule; the heatmap follows, undo leads back, the link restores', async () => {
    await withLab('', async (page) => {
      await enter(page, 'Build dense');
      await builder(page).waitFor();
      const before = await drawn(page);

      await enter(page, 'Add a term');
      await page.getByRole('status').filter({ hasText: / of \d\d/ }).waitFor({ timeout: 30_000 });
      await page.keyboard.type('step cost');
      await enter(page, /^Step cost/);
      await expect.poll(async () => (await spec(page)).terms.length).toBe(3);
      const withTerm = await drawn(page);
      expect(withTerm).not.toBe(before);

      // From the new term's name on: the first controls behind it are its own.
      await tabTo(page, 'Name of term 3');
      await enter(page, 'Transform');
      await page.getByRole('button', { name: /^Pay at the end/ }).waitFor();
      await enter(page, /^Pay at the end/);
      await expect.poll(async () => (await spec(page)).terms[2]!.transforms).toEqual([{ kind: 'gather', how: 'sum' }]);
      await tabTo(page, 'Name of term 3');
      await enter(page, 'Over training');
      await enter(page, 'Linear');
      await type(page, 'Weight of Step cost: last iteration', '80');
      await enter(page, 'Add a gate');
      await type(page, 'Condition 1: threshold, as a number', '0.5');
      await enter(page, 'Add a condition');
      await tabTo(page, 'Condition 2: reads');
      await page.keyboard.press('End');
      await expect.poll(async () => (await spec(page)).gate?.also?.[0]?.term).toBe(2);
      const built = await spec(page);
      expect(built.gate).toMatchObject({ source: 'outcome', threshold: 0.5, also: [{ term: 2 }], combine: 'all' });
      expect(built.terms[2]!.schedule).toEqual({ kind: 'linear', start: 0, end: 80, to: 0 });
      expect(await drawn(page)).not.toBe(withTerm);
      const meaning = await page.locator('article.term .meaning').allInnerTexts();
      expect(meaning[2]).toBe('Pays 1 × “Step cost”, added up and paid at the end, only when the outcome is above 0.5 and the total of “Step cost” is above 0; from iteration 0 to 80 falling to 0.');

      expect(await accessibilityProblems(page, { within: 'dialog' })).toEqual([]);

      // The link restores what was built.
      await page.reload();
      await firstHeatmap(page);
      expect(await spec(page)).toEqual(built);
      await enter(page, 'Build dense');
      await builder(page).waitFor();
      expect(await page.locator('article.term .meaning').allInnerTexts()).toEqual(meaning);

      // Escape closes it and gives the focus back to the card.
      await page.keyboard.press('Escape');
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Build dense');
      expect(await page.locator('dialog').count()).toBe(0);
    });
  });

  test('undo leads back edit by edit, to the very picture; one-click advice is an edit too', async () => {
    await withLab('', async (page) => {
      await enter(page, 'Build dense');
      await builder(page).waitFor();
      const before = await drawn(page);
      await page.getByRole('button', { name: 'Pay it once' }).waitFor();
      await enter(page, 'Pay it once');
      await expect.poll(async () => (await spec(page)).terms[1]!.transforms).toEqual([{ kind: 'first', count: 1 }]);
      await expect.poll(() => drawn(page)).not.toBe(before);
      await page.keyboard.press('ControlOrMeta+z');
      await expect.poll(() => drawn(page)).toBe(before);
    });
  });

  test('covers a phone’s screen and can be left', async () => {
    await withLab(
      '',
      async (page) => {
        await page.getByRole('button', { name: /^Build / }).click();
        const sheet = page.locator('dialog');
        await sheet.waitFor();
        const box = (await sheet.boundingBox())!;
        expect([Math.round(box.x), Math.round(box.width)]).toEqual([0, 360]);
        expect(await sheet.evaluate((element) => element.matches(':modal'))).toBe(true);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
        expect(await sheet.evaluate((element) => [...element.querySelectorAll('*')].filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === 'auto').length)).toBe(0);
        await page.keyboard.press('Escape');
        await sheet.waitFor({ state: 'detached' });
      },
      { viewport: { width: 360, height: 740 } },
    );
  });
});
