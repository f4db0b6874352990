import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec, presetIds } from '../../src/core/experiment/presets';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage } from '../browser/harness';
import { firstHeatmap, linkTo } from './lab-page';

const steps = (page: Page) => page.getByRole('slider', { name: /^Step of the trajectory/ });
const pay = (page: Page) => page.getByRole('slider', { name: 'Pay per checkpoint' });
const cards = (page: Page) => page.locator('#questions li > a');

describe('the gallery', () => {
  test('opens at the site’s root with a figure from the engine, which a slider re-prices at once', async () => {
    await withPage(siteUrl(), async (page) => {
      await steps(page).waitFor();
      const milliseconds = await page.evaluate(() => performance.now());
      process.stdout.write(`  opening figure: ${milliseconds.toFixed(0)} ms after navigation\n`);
      const fetched = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => entry.name));
      expect(fetched.filter((url) => /tfjs|webgpu-backend|wasm|session\.worker/.test(url))).toEqual([]);

      const before = await steps(page).getAttribute('aria-valuetext');
      expect(before).toMatch(/Dense says \+\d\.\d\d, the truth is −0\.\d+\. Wrong sign\.$/);
      await pay(page).focus();
      for (let k = 0; k < 20; k++) await page.keyboard.press('ArrowLeft');
      expect(await pay(page).getAttribute('aria-valuetext')).toBe('0.00');
      await page.waitForFunction((old) => document.querySelector('[role="slider"][aria-valuetext]')?.getAttribute('aria-valuetext') !== old, before);
      // Paid for the finish alone, a race that ran out of time is punished.
      expect(await steps(page).getAttribute('aria-valuetext')).toMatch(/Dense says −\d\.\d\d/);

      const step = Number(await steps(page).getAttribute('aria-valuenow'));
      await steps(page).focus();
      await page.keyboard.press('ArrowLeft');
      expect(await steps(page).getAttribute('aria-valuenow')).toBe(String(step - 1));
      await page.keyboard.press('ArrowUp');
      expect(await steps(page).getAttribute('aria-valuetext')).toContain('Sparse says');
    });
  });

  test('hands the pay and the step of the figure to the lab', async () => {
    await withPage(siteUrl(), async (page) => {
      await pay(page).focus();
      await page.keyboard.press('ArrowRight');
      const link = page.getByRole('link', { name: 'Open the lab' });
      await page.waitForFunction(() => [...document.links].some((each) => each.textContent === 'Open the lab' && each.hash !== ''));
      const read = await decodeLink(new URL((await link.getAttribute('href'))!).hash, findPresetSpec);
      if ('problem' in read) throw new Error(read.problem);
      expect(read.spec.schemes.map(({ terms }) => terms[1]?.weight)).toEqual([undefined, 0.21, 0.21, 0.21]);
      expect(read.spec.view.selected?.step).toBe(Number(await steps(page).getAttribute('aria-valuenow')));
      await link.click();
      await firstHeatmap(page);
      expect(page.url()).toContain('/lab/#v1.');
    });
  });

  test('has a card for every preset, which opens it, and tabs that choose among them', async () => {
    await withPage(siteUrl(), async (page) => {
      await cards(page).first().waitFor();
      const all = await cards(page).count();
      expect(all).toBeGreaterThanOrEqual(presetIds().length);
      const tabs = page.getByRole('group', { name: 'Show questions about' }).getByRole('button');
      for (let k = 0; k < (await tabs.count()); k++) {
        await tabs.nth(k).click();
        const said = Number(/(\d+)$/.exec((await tabs.nth(k).innerText()).trim())![1]);
        expect(await cards(page).count()).toBe(said);
        expect(said).toBeGreaterThan(0);
      }
      await tabs.first().click();
      expect(await page.locator('#questions .art svg').count()).toBe(all);
      await cards(page).filter({ hasText: 'Which rewards speed learning up' }).click();
      await firstHeatmap(page);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Key and door');
    });
  });

  test.each([
    [360, 760, 'light'],
    [390, 844, 'dark'],
    [1024, 768, 'light'],
    [1440, 900, 'dark'],
  ] as const)('fits %i × %i in the %s theme, and axe finds nothing wrong', async (width, height, colorScheme) => {
    await withPage(
      siteUrl(),
      async (page) => {
        await steps(page).waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(await accessibilityProblems(page)).toEqual([]);
      },
      { viewport: { width, height }, colorScheme },
    );
  });

  test('leads to the other pages, and marks its own', async () => {
    await withPage(siteUrl(), async (page) => {
      const nav = page.getByRole('navigation', { name: 'Site' });
      expect(await nav.locator('[aria-current="page"]').innerText()).toBe('Gallery');
      for (const [name, path] of [['Lab', 'lab/'], ['Lessons', 'lesson/'], ['Reference', 'reference/'], ['Your logs', 'logs/']] as const) {
        expect(await nav.getByRole('link', { name, exact: true }).evaluate((link: HTMLAnchorElement) => link.href)).toBe(siteUrl(path));
      }
      await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
      await nav.getByRole('link', { name: 'Reference' }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(18, 20, 23)');
      expect(await page.getByRole('navigation', { name: 'Site' }).locator('[aria-current="page"]').innerText()).toBe('Reference');
      await page.getByRole('button', { name: 'Switch to the light theme' }).click();
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(246, 245, 241)');
    }, { colorScheme: 'light' });
  });
});

describe('links of the time when the lab stood at the root', () => {
  test('lead to the lab, with what they say', async () => {
    const hash = await linkTo((spec) => ({ ...spec, title: 'Kept' }));
    for (const query of ['', '?theme=dark', '?present']) {
      await withPage(siteUrl(`${query}${hash}`), async (page) => {
        await firstHeatmap(page);
        expect(page.url()).toBe(siteUrl(`lab/${query}${hash}`));
        expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('Kept');
      });
    }
  });

  test('pasted over the open gallery lead there too', async () => {
    const hash = await linkTo();
    await withPage(siteUrl(), async (page) => {
      await cards(page).first().waitFor();
      await page.evaluate((fragment) => (location.hash = fragment), hash);
      await firstHeatmap(page);
      expect(page.url()).toBe(siteUrl(`lab/${hash}`));
    });
  });
});
