import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { lessons } from '../../src/lessons/index';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage, type PageOptions } from '../browser/harness';
import { recordTraining, recorded } from './lab-page';

const PHONE = { width: 390, height: 844 };

async function withLesson<T>(id: string, body: (page: Page) => Promise<T>, options: PageOptions = {}): Promise<T> {
  return withPage(
    siteUrl(`lesson/${id}/`),
    async (page) => {
      page.setDefaultTimeout(20_000);
      await page.getByRole('radio').first().waitFor();
      return body(page);
    },
    { viewport: { width: 1440, height: 900 }, ...options },
  );
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const explanation = (page: Page) => page.getByRole('heading', { name: 'What this shows', exact: true });

/** Draws in the sketch chart, from the left edge of the plot to its right. */
async function drawSketch(page: Page, heights: readonly number[]): Promise<void> {
  const chart = page.locator('.sketch svg');
  await chart.scrollIntoViewIfNeeded();
  const box = (await chart.boundingBox())!;
  const at = (k: number) => [box.x + 44 + ((box.width - 122) * k) / (heights.length - 1), box.y + box.height * heights[k]!] as const;
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let k = 1; k < heights.length; k++) await page.mouse.move(...at(k), { steps: 4 });
  await page.mouse.up();
}

describe('a lesson', () => {
  it('hides the answer until the reader reveals it, trains for real, lets them try, and remembers', async () => {
    await withLesson(
      'boat-that-never-finishes',
      async (page) => {
        expect(await explanation(page).count()).toBe(0);
        expect(await page.locator('.sketch').innerText()).not.toContain('B ');
        await page.getByRole('radio', { name: 'It dips and recovers' }).check();
        await drawSketch(page, [0.1, 0.3, 0.5, 0.4, 0.3]);
        await page.getByRole('slider', { name: 'Your sketch' }).focus();
        const before = await page.getByRole('slider', { name: 'Your sketch' }).getAttribute('aria-valuetext');
        await page.keyboard.press('ArrowUp');
        expect(await page.getByRole('slider', { name: 'Your sketch' }).getAttribute('aria-valuetext')).not.toBe(before);
        await page.getByRole('button', { name: 'Reveal', exact: true }).click();

        await explanation(page).waitFor();
        await page.getByText('Trained here just now').waitFor();
        const { frames } = await recorded(page);
        expect(Math.max(...frames.map(({ to }) => to))).toBe(300);
        expect(await page.locator('.sketch').innerText()).toMatch(/A >99%[\s\S]*B <1%/);
        expect(await page.locator('.sketch').innerText()).toMatch(/You \d+%/);
        expect(await page.getByText('What happened', { exact: false }).count()).toBeGreaterThan(0);
        await page.getByRole('grid', { name: 'Advantage, Dense' }).waitFor();

        const pay = page.getByRole('slider', { name: 'Pay per buoy' });
        const alignment = () => page.locator('dt', { hasText: /^Alignment/ }).locator('xpath=following-sibling::dd').innerText();
        expect(await alignment()).toMatch(/^−/);
        await pay.focus();
        await page.keyboard.press('Home');
        await page.waitForFunction(() => [...document.querySelectorAll('dt')].find(({ textContent }) => textContent?.startsWith('Alignment'))?.nextElementSibling?.textContent?.startsWith('+'));
        // Without pay B is A: it finishes.
        await page.waitForFunction(() => /B >99%/.test(document.querySelector('.sketch')?.textContent ?? ''));

        const link = (await page.getByRole('link', { name: 'Open in the lab' }).getAttribute('href'))!;
        expect(link).toMatch(/lab\/#v1\./);
        await page.reload();
        await page.getByText('Your answer').waitFor();
        expect(await page.locator('.sketch').innerText()).toMatch(/You \d+%/);
        const { violations } = await recorded(page);
        expect(violations).toEqual([]);
      },
      { initScript: recordTraining },
    );
  });

  it('teaches without storage and without a worker', async () => {
    await withLesson(
      'closing-the-gate',
      async (page) => {
        await page.getByRole('button', { name: 'Reveal without a guess' }).click();
        await explanation(page).waitFor();
        await page.getByText('Trained here just now').waitFor({ timeout: 60_000 });
      },
      {
        initScript: () => {
          Object.defineProperty(globalThis, 'localStorage', { get: () => { throw new DOMException('No storage here.', 'SecurityError'); } });
          Object.defineProperty(globalThis, 'Worker', { value: class { constructor() { throw new Error('No worker here.'); } } });
        },
      },
    );
  });

  it('reads from start to end without scripts', async () => {
    await withPage(siteUrl('lesson/shaping-and-groups/'), async (page) => {
      const text = await page.locator('main').innerText();
      expect(text).toContain('Shaping that changes nothing');
      expect(text).toMatch(/What it does not show/);
    }, { javaScriptEnabled: false, allowErrors: /assets\/.* csp$/ });
  });
});

describe('on a phone', () => {
  it('the list leads to every lesson', async () => {
    await withPage(siteUrl('lesson/'), async (page) => {
      await page.getByRole('heading', { name: 'Guess first' }).waitFor();
      const addresses = await page.locator('ol a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      expect(addresses.map((address) => address!.split('/').at(-2))).toEqual(lessons.map(({ id }) => id));
      expect(await overflow(page)).toBe(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    }, { viewport: PHONE });
  });

  it.each(lessons.map(({ id }, k) => [id, k] as const))('%s fits, before and after the reveal, and has no accessibility problems', async (id, k) => {
    await withLesson(
      id,
      async (page) => {
        expect(await overflow(page)).toBe(0);
        if (k === 0) expect(await accessibilityProblems(page)).toEqual([]);
        await page.getByRole('radio').nth(1).check();
        await page.getByRole('button', { name: 'Reveal', exact: true }).click();
        await explanation(page).waitFor();
        await page.getByRole('grid').nth(1).waitFor();
        expect(await overflow(page)).toBe(0);
        expect(await accessibilityProblems(page)).toEqual([]);
        // The fragment stands between the question and the explanation.
        const tops = await page.evaluate(() => ['fieldset', '.sketch', '.closing'].map((selector) => document.querySelector(selector)!.getBoundingClientRect().top));
        expect(tops).toEqual([...tops].sort((a, b) => a - b));
      },
      { viewport: PHONE, colorScheme: k % 2 === 0 ? 'light' : 'dark' },
    );
  });
});
