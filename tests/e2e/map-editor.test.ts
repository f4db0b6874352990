import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { accessibilityProblems } from '../browser/accessibility';
import { siteUrl, withPage } from '../browser/harness';
import { linkTo } from './lab-page';

const keyDoor = () => linkTo((spec) => spec, 'key-door@1');
const cell = (page: Page) => page.getByRole('grid', { name: 'Map' }).getByRole('gridcell');
const figure = (page: Page, name: RegExp) => page.locator('dialog dl > div', { hasText: name }).locator('dd');
const verdict = (page: Page) => page.locator('dialog [role="status"]');
const edit = async (page: Page) => {
  await page.getByRole('button', { name: 'Edit map' }).click();
  await cell(page).waitFor();
};

async function mapIn(page: Page): Promise<unknown> {
  const read = await decodeLink(new URL(page.url()).hash, findPresetSpec);
  if ('problem' in read) throw new Error(read.problem);
  return read.spec.scenario.params['map'];
}

/** Moves the board's cursor from the top left corner to a cell, both counted from 1. */
async function goTo(page: Page, row: number, column: number): Promise<void> {
  await cell(page).focus();
  await page.keyboard.press('Home');
  for (let k = 0; k < 30; k++) await page.keyboard.press('ArrowUp');
  for (let k = 1; k < row; k++) await page.keyboard.press('ArrowDown');
  for (let k = 1; k < column; k++) await page.keyboard.press('ArrowRight');
}

describe('the map editor', () => {
  test('moves the exact values with every tile, and the link opens the same map; undo leads back', async () => {
    await withPage(siteUrl(`lab/${await keyDoor()}`), async (page) => {
      await edit(page);
      const before = await figure(page, /policy on screen/).innerText();
      expect(await figure(page, /States/).innerText()).toBe('103');
      await goTo(page, 3, 2);
      await page.keyboard.press('#');
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '100');
      const after = await figure(page, /policy on screen/).innerText();
      expect(after).not.toBe(before);
      await page.waitForURL(/#v1\..{80,}/);
      expect(await mapIn(page)).toBe('...#.../.#.#.#./S#.#G../.#.#.../...D.../K..#...');

      await withPage(page.url(), async (other) => {
        await edit(other);
        expect(await figure(other, /policy on screen/).innerText()).toBe(after);
        await goTo(other, 3, 2);
        expect(await cell(other).getAttribute('aria-label')).toContain('Row 3, column 2: wall');
      });

      await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '103');
      expect(await figure(page, /policy on screen/).innerText()).toBe(before);
      await page.getByRole('dialog').getByRole('button', { name: 'Redo' }).click();
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '100');
      await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click();
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '103');
    });
  });

  test('says why a map cannot be played and keeps the last good one; one stroke of the pointer is one edit', async () => {
    await withPage(siteUrl(`lab/${await keyDoor()}`), async (page) => {
      await edit(page);
      const board = (await page.locator('.board svg').boundingBox())!;
      const side = board.width / 7;
      const at = (row: number, column: number) => [board.x + (column - 0.5) * side, board.y + (row - 0.5) * side] as const;
      await page.mouse.move(...at(5, 4));
      await page.mouse.down();
      await page.mouse.up();
      expect(await verdict(page).innerText()).toBe('There is no path from the start to a goal. The experiment keeps the last good map until this is mended.');
      expect(await figure(page, /States/).innerText()).toBe('103');
      await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
      expect(await verdict(page).innerText()).toBe('In use, and part of the link.');

      // A line of walls over the right side, drawn in one stroke.
      await page.mouse.move(...at(6, 5));
      await page.mouse.down();
      await page.mouse.move(...at(6, 7), { steps: 4 });
      await page.mouse.up();
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '94');
      await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).click();
      await page.waitForFunction(() => document.querySelector('dialog dl dd')?.textContent === '103');
      expect(await page.getByRole('dialog').getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    });
  });

  test.each([
    [1440, 900],
    [390, 844],
    [360, 740],
  ])('fits %i × %i, and axe finds nothing wrong with it', async (width, height) => {
    await withPage(
      siteUrl(`lab/${await keyDoor()}`),
      async (page) => {
        await edit(page);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        const box = (await page.locator('.board svg').boundingBox())!;
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(await accessibilityProblems(page, { within: 'dialog' })).toEqual([]);
      },
      { viewport: { width, height } },
    );
  });

  test('is drawn with a finger', async () => {
    await withPage(
      siteUrl(`lab/${await keyDoor()}`),
      async (page) => {
        await edit(page);
        const board = (await page.locator('.board svg').boundingBox())!;
        const side = board.width / 7;
        await page.getByRole('radio', { name: 'Pit' }).tap();
        await page.touchscreen.tap(board.x + 1.5 * side, board.y + 0.5 * side);
        await page.waitForURL(/#v1\..{80,}/);
        expect(await mapIn(page)).toBe('.X.#.../.#.#.#./S..#G../.#.#.../...D.../K..#...');
        expect(await verdict(page).innerText()).toBe('In use, and part of the link.');
      },
      { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    );
  });

  test('a link with a map that cannot be used says where it is wrong, and opens the scenario’s own', async () => {
    const link = await linkTo((spec) => ({ ...spec, scenario: { ...spec.scenario, params: { map: 'S.G/.z.' } } }), 'key-door@1');
    await withPage(siteUrl(`lab/${link}`), async (page) => {
      await page.locator('.notice', { hasText: 'Row 2, column 2: "z" is no tile of this map.' }).waitFor();
      await edit(page);
      expect(await figure(page, /States/).innerText()).toBe('103');
    });
  });

  test('is not offered where a scenario has no map', async () => {
    await withPage(siteUrl('lab/'), async (page) => {
      await page.getByRole('grid', { name: 'Advantage, Exact' }).waitFor();
      expect(await page.getByRole('button', { name: 'Edit map' }).count()).toBe(0);
    });
  });
});
