import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage } from '../browser/harness';
import { button, firstHeatmap, linkTo, nextPaint, recordTraining, showNumbers, trainToEnd, withLab, withTraining } from './lab-page';

/** Elements that stick out of the page to the right, and by how much. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    return { clientWidth, scrollWidth: Math.max(scrollWidth, document.body.scrollWidth) };
  });

const short = () => linkTo(withTraining({ iterations: 5, seeds: { first: 0, count: 2 } }));

/** One iteration, so that curves are on screen; a phone has its buttons at the bottom. */
async function stepOnce(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Step', exact: true }).filter({ visible: true }).first().click();
  await page.waitForFunction(() => performance.getEntriesByName('frame').length > 0);
  await nextPaint(page);
}

describe('axe finds nothing', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1440]) {
      test(`in ${colorScheme} at ${width} px: at rest, trained, as numbers`, async () => {
        await withLab(
          await short(),
          async (page) => {
            expect(await accessibilityProblems(page)).toEqual([]);
            await stepOnce(page);
            expect(await accessibilityProblems(page)).toEqual([]);
            await showNumbers(page);
            await page.getByRole('region', { name: /^Advantage of every step/ }).waitFor();
            expect(await accessibilityProblems(page)).toEqual([]);
          },
          { colorScheme, viewport: { width, height: 900 } },
        );
      });
    }

    test(`in ${colorScheme} in every popover`, async () => {
      await withLab(
        '',
        async (page) => {
          const openers = page.locator('button[aria-haspopup="dialog"]');
          const count = await openers.count();
          expect(count).toBeGreaterThan(15);
          const seen = new Set<string>();
          const problems: string[] = [];
          for (let k = 0; k < count; k++) {
            const opener = openers.nth(k);
            const label = (await opener.getAttribute('title'))!;
            // Cards are alike: one popover of each kind will do.
            const kind = label.replace(/sparse|dense|gated cap|gated/i, '…');
            if (seen.has(kind) || !(await opener.isVisible())) continue;
            seen.add(kind);
            await opener.click();
            const dialog = page.locator('[popover]:popover-open');
            await dialog.waitFor();
            await page.waitForFunction(() => {
              const open = document.querySelector('[popover]:popover-open');
              return open !== null && open.childElementCount > 0 && !/Loading/.test(open.textContent ?? '');
            });
            await nextPaint(page);
            // The page behind was looked at above; the order of headings is a matter of both.
            const found = [...(await accessibilityProblems(page, { within: '[popover]:popover-open' })), ...(await accessibilityProblems(page, { rules: ['heading-order'] }))];
            for (const problem of found) problems.push(`${label}: ${problem}`);
            await page.keyboard.press('Escape');
          }
          expect(problems).toEqual([]);
          expect(seen.size).toBeGreaterThan(8);
        },
        { colorScheme },
      );
    });
  }
});

describe('nothing sticks out of the page', () => {
  test.each([360, 390, 768, 1024, 1440, 1920, 3840])('at %i px', async (width) => {
    await withLab(
      await short(),
      async (page) => {
        const before = await overflow(page);
        expect(before.scrollWidth).toBeLessThanOrEqual(before.clientWidth);
        await stepOnce(page);
        const after = await overflow(page);
        expect(after.scrollWidth).toBeLessThanOrEqual(after.clientWidth);
      },
      { viewport: { width, height: width < 700 ? 800 : Math.round(width * 0.5625) } },
    );
  });

  test('nor a popover out of a phone', async () => {
    await withLab(
      '',
      async (page) => {
        const openers = page.locator('button[aria-haspopup="dialog"]:visible');
        for (let k = 0; k < (await openers.count()); k++) {
          const label = await openers.nth(k).getAttribute('title');
          await openers.nth(k).click();
          const dialog = page.locator('[popover]:popover-open');
          await dialog.waitFor();
          await nextPaint(page);
          const box = (await dialog.boundingBox())!;
          expect(box.x, label!).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width, label!).toBeLessThanOrEqual(360);
          await page.keyboard.press('Escape');
        }
      },
      { viewport: { width: 360, height: 760 } },
    );
  });
});

test('?present draws larger, for a projector, and still trains', async () => {
  const sizes: number[] = [];
  for (const query of ['', '?present']) {
    await withPage(
      siteUrl(`lab/${query}${await short()}`),
      async (page) => {
        await firstHeatmap(page);
        sizes.push((await page.getByRole('heading', { name: 'How this number came about' }).boundingBox())!.height);
        const { scrollWidth, clientWidth } = await overflow(page);
        expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
        await trainToEnd(page);
        await nextPaint(page);
        expect(await button(page, 'Done').count()).toBe(1);
        expect(page.url()).toContain(`/lab/${query}`);
      },
      { initScript: recordTraining, viewport: { width: 1920, height: 1080 } },
    );
  }
  expect(sizes[1]!).toBeGreaterThan(1.15 * sizes[0]!);
});
