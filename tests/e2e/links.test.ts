import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../../src/codec/compress';
import { decodeLink, encodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { siteUrl, withPage } from '../browser/harness';

const linkOf = (payload: unknown) => `#v1.${toBase64Url(deflateRawSync(typeof payload === 'string' ? payload : JSON.stringify(payload)))}`;
const changed = (set: Record<string, unknown>) => linkOf({ base: 'boat-race@1', set });

const slider = (page: Page, name: string, nth = 0) => page.getByRole('slider', { name, exact: true }).nth(nth);
const checkpoints = (page: Page) => slider(page, 'Weight of Checkpoints');
const notice = (page: Page) => page.locator('.notice');
const isOpen = (page: Page) => page.getByRole('grid', { name: 'Advantage, Exact' }).waitFor();
const fragment = (page: Page) => new URL(page.url()).hash;

/** The experiment that the address holds. */
async function specIn(page: Page) {
  const read = await decodeLink(fragment(page), findPresetSpec);
  if ('problem' in read) throw new Error(read.problem);
  return read.spec;
}

describe('the address', () => {
  test('takes every edit, below /lab/, and a reload restores the experiment', async () => {
    await withPage(siteUrl('lab/?theme=light'), async (page) => {
      await isOpen(page);
      expect(fragment(page)).toBe('');
      await checkpoints(page).focus();
      await page.keyboard.press('ArrowRight');
      const weight = await checkpoints(page).inputValue();
      expect(Number(weight)).toBeGreaterThan(0.2);
      await page.waitForURL(/\/lab\/\?theme=light#v1\./);
      expect((await specIn(page)).schemes[1]!.terms[1]!.weight).toBe(Number(weight));

      await page.reload();
      await isOpen(page);
      expect(await checkpoints(page).inputValue()).toBe(weight);
      expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
      expect(await notice(page).count()).toBe(0);
    });
  });

  test('carries the selected step and the scheme that is followed', async () => {
    await withPage(siteUrl('lab/'), async (page) => {
      await isOpen(page);
      await page.getByRole('grid', { name: 'Advantage, Gated', exact: true }).getByRole('gridcell').focus();
      await page.keyboard.press('End');
      await page.waitForURL(/#v1\./);
      const { selected } = (await specIn(page)).view;
      expect(selected).not.toBeNull();
      const label = () => page.getByRole('grid', { name: 'Advantage, Gated', exact: true }).getByRole('gridcell').getAttribute('aria-label');
      const before = await label();
      await page.reload();
      await isOpen(page);
      expect(await label()).toBe(before);
    });
  });

  test('holds one entry of the history however many edits there are', async () => {
    await withPage(siteUrl('lab/'), async (page) => {
      await isOpen(page);
      const entries = await page.evaluate(() => history.length);
      await checkpoints(page).focus();
      for (let k = 0; k < 5; k++) await page.keyboard.press('ArrowRight');
      await page.waitForURL(/#v1\./);
      expect(await page.evaluate(() => history.length)).toBe(entries);
    });
  });
});

describe('a link pasted over an open lab', () => {
  test('is opened, and undo brings the work back', async () => {
    await withPage(siteUrl('lab/'), async (page) => {
      await isOpen(page);
      await checkpoints(page).focus();
      await page.keyboard.press('ArrowLeft');
      const mine = await checkpoints(page).inputValue();
      const swe = await findPresetSpec('swe-agent@1');
      await page.evaluate((hash) => (location.hash = hash), await encodeLink(swe!, findPresetSpec));
      await page.getByRole('button', { name: /states, \d+ steps/ }).filter({ hasNotText: 'Boat race' }).waitFor();
      expect(await checkpoints(page).count()).toBe(0);
      await page.getByRole('button', { name: 'Undo' }).click();
      await checkpoints(page).waitFor();
      expect(await checkpoints(page).inputValue()).toBe(mine);
    });
  });

  test('that cannot be read changes nothing and is said', async () => {
    await withPage(siteUrl('lab/'), async (page) => {
      await isOpen(page);
      await checkpoints(page).focus();
      await page.keyboard.press('ArrowRight');
      const mine = await checkpoints(page).inputValue();
      await page.evaluate(() => (location.hash = '#v1.not-a-link'));
      await notice(page).filter({ hasText: 'The link could not be opened.' }).filter({ hasText: 'Nothing was changed.' }).waitFor();
      expect(await checkpoints(page).inputValue()).toBe(mine);
    });
  });
});

describe('a link that cannot be used opens the default experiment and says why:', () => {
  const bomb = linkOf(JSON.stringify({ base: 'boat-race@1', set: { '/title': ' '.repeat(3_000_000) } }));
  test.each([
    ['cut off', changed({ '/schemes/1/terms/1/weight': 0.4 }).slice(0, 12), /cut off or damaged/],
    ['a later version', '#v9.abcd', /later version of the lab/],
    ['an unknown preset', linkOf({ base: 'spaceship@1', set: {} }), /"spaceship@1"/],
    ['an unknown reward', changed({ '/schemes/0/terms/0/reward': 'no-such-reward' }), /no reward called "no-such-reward"/],
    ['a field that is not there', changed({ '/schemes/9/name': 'x' }), /\/schemes\/9\/name/],
    ['a prototype', changed({ '/__proto__/polluted': true }), /"__proto__" is not allowed/],
    ['a group size that does not divide', changed({ '/training/groupSize': 7 }), /group size of 7 does not divide/],
    ['a value without end', linkOf('{"base":"boat-race@1","set":{"/schemes/0/terms/0/weight":1e999}}'), /\/schemes\/0\/terms\/0\/weight/],
    ['a bomb', bomb, /unfolds to more than/],
    ['seventeen thousand characters', `#v1.${'A'.repeat(17_000)}`, /17004 characters long/],
  ])('%s', async (_, hash, reason) => {
    await withPage(siteUrl(`lab/${hash}`), async (page) => {
      await isOpen(page);
      const said = await notice(page).textContent();
      expect(said).toMatch(reason);
      expect(said).toContain('This is the default experiment.');
      expect(await page.getByRole('button', { name: /^Boat race.*states, \d+ steps/ }).count()).toBe(1);
      expect(await checkpoints(page).inputValue()).toBe('0.2');
      expect(await page.evaluate(() => ({}) as { polluted?: boolean }['polluted'])).not.toHaveProperty('polluted');
    });
  });

  test('text from a link is shown as text', async () => {
    const name = '<img src=x onerror=alert(1)>';
    await withPage(siteUrl(`lab/${changed({ '/schemes/1/name': name })}`), async (page) => {
      await isOpen(page);
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(await page.getByText('<img src=x', { exact: false }).count()).toBeGreaterThan(0);
    });
  });

  test('what hosts append to a link does no harm', async () => {
    const hash = changed({ '/schemes/1/terms/1/weight': 0.4 });
    for (const tail of ['#?secret=abc123', ')', '.']) {
      await withPage(siteUrl(`lab/${hash}${tail}`), async (page) => {
        await isOpen(page);
        expect(await checkpoints(page).inputValue()).toBe('0.4');
        expect(await notice(page).count()).toBe(0);
      });
    }
  });
});
