import { expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { runEstimatorCase } from '../../src/core/batch/estimator-case';
import { SAMPLE } from '../../src/core/reference/sample';
import { accessibilityProblems } from './accessibility';
import { siteUrl, withPage } from './harness';

const plugins = allPlugins();
const overflow = (page: import('playwright-core').Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('every estimator and reward shows itself at work and says, as objectives do, how sure it is', async () => {
  await withPage(siteUrl('reference/'), async (page) => {
    for (const kind of ['estimator', 'reward'] as const) {
      expect(await page.locator(`#${kind} li.pictured`).count()).toBe(plugins.list(kind).length);
      expect(await page.locator(`#${kind} li.pictured svg path`).count()).toBeGreaterThan(plugins.list(kind).length);
      expect(await page.locator(`#${kind} li.pictured .badge`).count()).toBe(plugins.list(kind).length);
    }
    expect(await page.locator('#objective .badge').count()).toBe(plugins.list('objective').length);
    await page.locator('#objective a', { hasText: 'Learned imitation share' }).click();
    expect(await page.locator('p.provenance').innerText()).toContain('Our definition.');
  });
});

test('the numbers of a page are those that the headless command gives on its batch', async () => {
  await withPage(siteUrl('reference/grpo/'), async (page) => {
    const rows = await page.locator('table.flavours tbody tr').all();
    const { flavours } = plugins.get('estimator', 'grpo');
    for (const { title, params } of Object.values(flavours)) {
      const { advantages } = runEstimatorCase({ estimator: 'grpo', params, input: SAMPLE }, plugins);
      const texts = await Promise.all(rows.map((row) => row.innerText()));
      const shown = texts.find((text) => text.startsWith(title))!.split('\t').slice(1).map((text) => Number(text.trim().replace('−', '-')));
      expect(shown.length).toBe(advantages.length);
      advantages.forEach(([first], i) => expect(Math.abs(shown[i] - first)).toBeLessThanOrEqual(0.00501));
    }
    expect(await page.locator('td.differs').count()).toBeGreaterThan(3);
  });
});

test('a tree estimator draws its merged prefixes with their values', async () => {
  await withPage(siteUrl('reference/tempo/'), async (page) => {
    const words = (await page.locator('svg.tree').getAttribute('aria-label'))!;
    const { prefixValues } = runEstimatorCase({ estimator: 'tempo', input: SAMPLE }, plugins) as unknown as { prefixValues: number[][] };
    const value = (x: number) => `${x > 0 ? '+' : ''}${Number(x.toFixed(2))}`;
    expect(words).toContain(`root: ${value(prefixValues[0][0])}, 3 attempts`);
    expect(words).toContain(`depth 2, a2: ${value(prefixValues[0][2])}, 2 attempts`);
    expect(words).toContain(`depth 4, a3: ${value(prefixValues[0][4])}, 1 attempt`);
  });
});

test.each([
  ['reference/', 390, 'light'],
  ['reference/', 1440, 'dark'],
  ['reference/grpo/', 390, 'dark'],
  ['reference/tempo/', 1440, 'light'],
  ['reference/gae/', 3840, 'dark'],
  ['reference/gra/', 390, 'light'],
  ['reference/igpo/', 1024, 'light'],
  ['reference/boat-race/', 390, 'dark'],
] as const)('%s at %i px, %s: no overflow, nothing for axe to find', async (path, width, colorScheme) => {
  await withPage(siteUrl(path), async (page) => {
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  }, { viewport: { width, height: 900 }, colorScheme });
});
