import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { button, card, linkTo, nextPaint, shownIteration, slider, withLab, withTraining } from './lab-page';

/** Everything that Tab should reach, as a short text each: what is visible and enabled, whatever its tabindex. */
const reachable = (page: Page) =>
  page.evaluate(() => {
    const named = (element: Element) => element.getAttribute('aria-label') ?? element.getAttribute('title') ?? element.textContent!.trim();
    return [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element) => !element.matches(':disabled') && element.checkVisibility({ visibilityProperty: true }))
      .map((element) => `${element.tagName.toLowerCase()} ${named(element)}`);
  });

async function tabbedThrough(page: Page, stops: number): Promise<string[]> {
  const seen: string[] = [];
  for (let k = 0; k < stops; k++) {
    await page.keyboard.press('Tab');
    seen.push(
      await page.evaluate(() => {
        const element = document.activeElement!;
        return `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.getAttribute('title') ?? element.textContent!.trim()}`;
      }),
    );
  }
  return seen;
}

const selected = async (page: Page) => {
  await nextPaint(page);
  return {
    race: await page.getByRole('heading', { name: /^Race \d+$/ }).textContent(),
    step: Number(/step (\d+)/.exec((await page.locator('.number .label').first().textContent())!)![1]),
  };
};
const cell = (page: Page, panel = 'Exact') => page.getByRole('grid', { name: `Advantage, ${panel}`, exact: true }).getByRole('gridcell');
const followed = async (page: Page) => (await page.locator('article.on').getAttribute('aria-label'))?.slice('Scheme '.length, 'Scheme '.length + 1);

describe('by keyboard alone', () => {
  test('Tab reaches every control, in reading order, and shows where it is', async () => {
    await withLab(await linkTo(withTraining({ iterations: 2000 })), async (page) => {
      // With curves on screen the scrubber of iterations is there as well.
      await button(page, 'Step').click();
      await page.getByText(/^Iteration\s+1\s+of/).waitFor();
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      await page.evaluate(() => getSelection()!.removeAllRanges());
      const wanted = await reachable(page);
      expect(wanted.length).toBeGreaterThan(40);
      await page.mouse.click(3, 3);
      const seen = await tabbedThrough(page, wanted.length + 2);
      expect(wanted.filter((control) => !seen.includes(control))).toEqual([]);
    });
  });

  test('every focused control has a visible ring', async () => {
    await withLab('', async (page) => {
      const stops = (await reachable(page)).length;
      const bare: string[] = [];
      for (let k = 0; k < stops; k++) {
        await page.keyboard.press('Tab');
        const mark = await page.evaluate(() => {
          const element = document.activeElement as HTMLElement;
          const outline = (of: Element) => {
            const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(of);
            return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
          };
          const shown = element === document.body || outline(element) || (element.parentElement !== null && outline(element.parentElement));
          return shown ? null : `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent}`;
        });
        if (mark) bare.push(mark);
      }
      expect(bare).toEqual([]);
    });
  });

  test('arrows move in a heatmap by step and by row, Home and End to a row’s ends, Escape lets go', async () => {
    await withLab('', async (page) => {
      const suggested = await selected(page);
      await cell(page).focus();
      await page.keyboard.press('Home');
      const start = await selected(page);
      expect(start).toEqual({ race: suggested.race, step: 0 });
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await selected(page)).toEqual({ race: start.race, step: 2 });
      await page.keyboard.press('ArrowLeft');
      expect(await selected(page)).toEqual({ race: start.race, step: 1 });
      await page.keyboard.press('End');
      const end = await selected(page);
      expect(end.step).toBeGreaterThanOrEqual(7);
      await page.keyboard.press('ArrowRight');
      expect(await selected(page)).toEqual(end);
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowUp');
      const above = await selected(page);
      expect(above.race).not.toBe(start.race);
      await page.keyboard.press('ArrowDown');
      expect(await selected(page)).toEqual(start);
      expect(await page.evaluate(() => document.activeElement!.getAttribute('role')), 'focus stays on the cell').toBe('gridcell');
      await page.keyboard.press('Escape');
      expect(await selected(page)).toEqual(suggested);
    });
  });

  test('A to D follow a scheme; [ and ] walk its wrong signs', async () => {
    await withLab('', async (page) => {
      await cell(page, 'Dense').focus();
      for (const letter of ['a', 'c', 'D', 'b']) {
        await page.keyboard.press(letter);
        await nextPaint(page);
        expect(await followed(page)).toBe(letter.toUpperCase());
      }
      const steps: string[] = [];
      for (const key of [']', ']', ']', '[', '[', '[']) {
        await page.keyboard.press(key);
        const at = await selected(page);
        steps.push(`${at.race} ${at.step}`);
        expect(await page.locator('.verdict').textContent()).toContain('Wrong sign.');
        expect(await cell(page, 'Dense').getAttribute('aria-label')).toMatch(/wrong sign/i);
      }
      expect(steps[4]).toBe(steps[0]);
      expect(steps[3]).toBe(steps[1]);
      expect(new Set(steps).size).toBeGreaterThanOrEqual(3);
    });
  });

  test('Space runs and pauses, a full stop steps, a letter typed into a field does nothing', async () => {
    await withLab(await linkTo(withTraining({ iterations: 3000 })), async (page) => {
      await cell(page).focus();
      await page.keyboard.press('.');
      await page.getByText(/^Iteration\s+1\s+of/).waitFor();
      await page.keyboard.press('Space');
      await page.waitForFunction(() => performance.getEntriesByName('frame').length > 3);
      expect(await button(page, 'Pause').count()).toBe(1);
      await page.keyboard.press('Space');
      await button(page, 'Resume').waitFor();
      expect(await shownIteration(page)).toBeGreaterThan(1);

      const before = await followed(page);
      const field = card(page, 'B').getByRole('textbox', { name: 'Weight of Checkpoints, as a number' });
      await field.focus();
      for (const key of ['a', 'd', '.', ' ', ']']) await page.keyboard.press(key);
      expect(await followed(page)).toBe(before);
      expect(await button(page, 'Resume').count()).toBe(1);
    });
  });

  test('edits are undone and redone', async () => {
    await withLab('', async (page) => {
      const weight = slider(card(page, 'B'), 'Weight of Checkpoints');
      await weight.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      expect(await weight.inputValue()).toBe('0.22');
      await page.keyboard.press('Control+z');
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.21');
      await page.keyboard.press('Control+z');
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.2');
      await page.keyboard.press('Control+Shift+z');
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.21');
      await page.keyboard.press('Control+y');
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.22');
    });
  });

  test('a popover opens with Enter, takes the focus, and Escape gives it back', async () => {
    await withLab('', async (page) => {
      const opener = page.getByTitle('More shared settings');
      await opener.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'More shared settings' });
      await dialog.getByRole('textbox', { name: 'Iterations' }).waitFor();
      await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]') !== null);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    });
  });
});
