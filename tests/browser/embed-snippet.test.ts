import { createServer } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toBase64Url } from '../../src/codec/compress';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { listenFrom } from '../../src/tools/static-server.mjs';
import { accessibilityProblems } from './accessibility';
import { siteUrl, withPage } from './harness';

const hash = `#v1.${toBase64Url(deflateRawSync(JSON.stringify({ base: 'boat-race@1', set: { '/schemes/1/terms/1/weight': 0.35, '/training/iterations': 20 } })))}`;

const panel = (page: Page) => page.getByRole('dialog', { name: 'Embed this state' });
const html = (page: Page) => panel(page).getByRole('textbox', { name: 'Snippet' });

/** Opens the lab with the Embed panel and hands over the finished snippet. */
async function withPanel<T>(body: (page: Page, snippet: string) => Promise<T>, path = `lab/${hash}`): Promise<T> {
  return withPage(
    siteUrl(path),
    async (page) => {
      await page.getByRole('button', { name: 'Embed', exact: true }).click();
      await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value.includes('<iframe')));
      return body(page, await html(page).inputValue());
    },
    { viewport: { width: 1440, height: 900 } },
  );
}

let post = '';
let blog = '';
const server = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(`<!doctype html><html lang="en"><title>A post</title><body><main><h1>A post</h1>${post}</main>`);
});
beforeAll(async () => {
  blog = `http://127.0.0.1:${await listenFrom(server, 0)}/`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('the Embed panel', () => {
  test('offers size and theme, shows a preview, and is clean to axe', async () => {
    await withPanel(async (page, snippet) => {
      expect(snippet).toContain(`src="${siteUrl('embed/')}#v1.`);
      expect(snippet).toContain('width="720" height="420"');
      expect(new Blob([snippet]).size).toBeLessThan(30_000);
      await panel(page).getByRole('button', { name: 'Dark' }).click();
      await panel(page).getByRole('button', { name: 'Full width' }).click();
      const other = await html(page).inputValue();
      expect(other).toContain(`src="${siteUrl('embed/?theme=dark')}#v1.`);
      expect(other).toContain('width="100%" height="480"');
      const preview = page.frameLocator('iframe[title="Preview of the embed"]');
      await preview.getByRole('button', { name: 'Run' }).waitFor();
      expect(await preview.locator('html').getAttribute('data-theme')).toBe('dark');
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });
});

describe('the Share panel', () => {
  test('gives the link below /lab/ and the command, and copies them', async () => {
    await withPage(siteUrl(`lab/${hash}`), async (page) => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      const share = page.getByRole('dialog', { name: 'Share this state' });
      await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some((area) => area.value.includes('--set')));
      expect(await share.getByRole('textbox', { name: 'Link' }).inputValue()).toBe(siteUrl('lab/') + (await linkIn(page)));
      expect(await share.getByRole('textbox', { name: 'Command' }).inputValue()).toBe(
        'npm run --silent lab -- run boat-race --set /schemes/1/terms/1/weight=0.35 --set /training/iterations=20 --json',
      );
      await share.getByRole('button', { name: 'Copy link' }).click();
      await share.getByText('Copied').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(siteUrl('lab/') + (await linkIn(page)));
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });

  async function linkIn(page: Page): Promise<string> {
    const text = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    const read = await decodeLink(new URL(text).hash, findPresetSpec);
    if ('problem' in read) throw new Error(read.problem);
    expect(read.spec.schemes[1]!.terms[1]!.weight).toBe(0.35);
    return new URL(text).hash;
  }
});

describe('the snippet in a post', () => {
  beforeAll(async () => {
    post = await withPanel(async (_, snippet) => snippet);
  });

  /** What lies in the middle of the snippet, where a reader looks and clicks. */
  const inTheMiddle = (page: Page) =>
    page.locator('main > div').evaluate((box) => {
      const { left, top } = box.getBoundingClientRect();
      return document.elementFromPoint(left + 200, top + 100)!.tagName;
    });

  test('shows the running embed over the picture', async () => {
    await withPage(blog, async (page) => {
      expect(await inTheMiddle(page)).toBe('IFRAME');
      const embed = page.frameLocator('iframe');
      await embed.getByRole('button', { name: 'Run' }).click();
      await embed.getByRole('button', { name: 'Done' }).waitFor();
    });
  });

  test.each([
    ['cut out', (frame: Element): void => frame.remove()],
    ['hidden', (frame: Element): void => frame.setAttribute('hidden', '')],
  ] as const)('shows the picture of this state, linked to the lab, where the frame is %s', async (_, block) => {
    await withPage(blog, async (page) => {
      await page.locator('iframe').evaluate(block as (frame: Element) => void);
      expect(await inTheMiddle(page)).toBe('IMG');
      const image = page.getByRole('img');
      expect(await image.getAttribute('alt')).toMatch(/^Boat race: \d+ races of at most 30 steps\. The exact advantage of every step, beside/);
      expect(await image.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(480);
      const href = await page.getByRole('link').getAttribute('href');
      expect(href!.startsWith(siteUrl('lab/#v1.'))).toBe(true);
      const read = await decodeLink(new URL(href!).hash, findPresetSpec);
      if ('problem' in read) throw new Error(read.problem);
      expect(read.spec.schemes[1]!.terms[1]!.weight).toBe(0.35);
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });

  test('keeps picture and link where an editor strips frames, styles and all attributes it does not know', async () => {
    post = post.replace(/<iframe[\s\S]*<\/iframe>/, '').replace(/ style="[^"]*"/g, '');
    await withPage(blog, async (page) => {
      expect(await page.getByRole('img').isVisible()).toBe(true);
      expect(await page.getByRole('link').getAttribute('href')).toMatch(/\/lab\/#v1\./);
    });
  });
});
