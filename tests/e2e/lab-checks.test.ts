import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage } from '../browser/harness';
import { button, card, firstHeatmap, linkTo, nextPaint, slider, withLab, withTraining } from './lab-page';

const verdict = (page: Page, check: string): Locator => page.locator(`dialog [data-check="${check}"]`);
const openChecks = async (page: Page) => {
  await button(page, /Checks/).click();
  await verdict(page, 'optimum').waitFor();
};
const finding = /The best policy under B circles \(lagoon .*\) for 56% of its steps: finished 0%, true optimum 100%\./;

describe('checks of the schemes', () => {
  test('say in words and numbers what a scheme would teach, decided or measured, side by side', async () => {
    await withLab(await linkTo(), async (page) => {
      await slider(card(page, 'B'), 'Weight of Checkpoints').focus();
      await page.keyboard.press('k');
      await verdict(page, 'optimum').waitFor();
      await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
      expect(await verdict(page, 'optimum').textContent()).toMatch(finding);
      expect(await verdict(page, 'optimum').textContent()).toMatch(/Decided exactly Scheme and truth solved over 284 situations/);
      expect(await verdict(page, 'farming').textContent()).toMatch(/pays 0\.2 a step for ever, and 0 in truth/);
      await verdict(page, 'farming').getByRole('img').waitFor();
      expect(await verdict(page, 'terms').textContent()).toMatch(/Measured, not decided/);
      const rows = page.locator('dialog tbody tr');
      expect(await rows.first().textContent()).toMatch(/Same best policy as the truth.*same.*0% of 100%.*same on its way.*same/s);
      expect(await rows.count()).toBe(5);
      expect(await accessibilityProblems(page, { within: 'dialog' })).toEqual([]);
      await page.keyboard.press('Escape');
      expect(await page.locator('dialog').count()).toBe(0);
    });
  });

  test('are stale once a scheme changes, until it is checked again', async () => {
    await withLab(await linkTo(), async (page) => {
      await openChecks(page);
      await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
      await verdict(page, 'optimum').getByText(finding).waitFor();
      await page.keyboard.press('Escape');
      await slider(card(page, 'B'), 'Weight of Checkpoints').press('Home');
      await nextPaint(page);
      await button(page, /Checks/).click();
      await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
      expect(await page.locator('dialog').getByText('stale: the scheme changed').count()).toBe(1);
      await page.locator('dialog').getByRole('button', { name: 'Check again' }).click();
      await page.locator('dialog').getByText('stale: the scheme changed').waitFor({ state: 'detached' });
      expect(await verdict(page, 'optimum').textContent()).not.toMatch(finding);
    });
  });

  test('work where no worker starts', async () => {
    const forbidden = () => void Object.defineProperty(globalThis, 'Worker', { value: class { constructor() { throw new Error('Workers are forbidden here.'); } } });
    await withPage(
      siteUrl(`lab/${await linkTo()}`),
      async (page) => {
        await firstHeatmap(page);
        await openChecks(page);
        await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
        await verdict(page, 'optimum').getByText(finding).waitFor();
      },
      { viewport: { width: 1440, height: 900 }, initScript: forbidden },
    );
  });

  test('end in a report with the intent and the verdict, as Markdown and as one page', async () => {
    await withLab(await linkTo(), async (page) => {
      await openChecks(page);
      await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
      await page.locator('dialog').getByRole('button', { name: 'Report' }).click();
      await page.getByLabel('What this reward is for').fill('Race to the finish, whatever lies on the way.');
      await page.getByLabel('What this reward is for').blur();
      expect(await accessibilityProblems(page, { within: 'dialog' })).toEqual([]);
      for (const [name, file] of [['Markdown', 'reward-report-dense.md'], ['Web page', 'reward-report-dense.html']] as const) {
        const [download] = await Promise.all([page.waitForEvent('download'), page.locator('dialog').getByRole('button', { name }).click()]);
        expect(download.suggestedFilename()).toBe(file);
        const path = join(mkdtempSync(join(tmpdir(), 'advantage-lab-report-')), file);
        await download.saveAs(path);
        const text = readFileSync(path, 'utf8');
        rmSync(dirname(path), { recursive: true });
        expect(text).toMatch(/finished 0%, true optimum 100%/);
        expect(text).toContain('Race to the finish, whatever lies on the way.');
        expect(text).toMatch(/\/lab\/#v1\./);
      }
    }, { acceptDownloads: true });
  });
});

test('a curve whose proxy rises while true success falls is marked, said and led to the checks', async () => {
  await withLab(await linkTo(withTraining({ iterations: 30, seeds: { first: 0, count: 2 } })), async (page) => {
    await button(page, 'Run').click();
    const note = button(page, /From iteration 0 on, B’s proxy rises while true success falls\./);
    await note.waitFor();
    expect(await page.locator('.curves path.alarm').count()).toBe(1);
    await note.click();
    await page.locator('dialog thead').getByRole('button', { name: 'Dense' }).click();
    await verdict(page, 'training').getByText(/B’s proxy rises while true success falls/).first().waitFor();
    await page.locator('dialog thead').getByRole('button', { name: 'Sparse' }).click();
    await verdict(page, 'training').getByText(/A’s proxy never rose while true success fell/).waitFor();
  });
});
