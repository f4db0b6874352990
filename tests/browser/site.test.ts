import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { sizeReport } from '../../src/tools/size-report.mjs';
import { accessibilityProblems } from './accessibility';
import { siteUrl, withPage } from './harness';

const dist = inject('siteFolder');
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'));
const htmlFiles = files.filter((file) => file.endsWith('.html'));

describe('the built site', () => {
  test('names no address that is missing, and none from the root of the host', () => {
    const dead: string[] = [];
    for (const file of htmlFiles) {
      const html = readFileSync(join(dist, file), 'utf8');
      for (const [, link] of html.matchAll(/\s(?:src|href)="([^"]+)"/g)) {
        if (/^(https:|#|data:)/.test(link)) continue;
        const target = posix.normalize(posix.join(posix.dirname(file), link.replace(/[?#].*$/, '')));
        const path = target.endsWith('/') ? `${target}index.html` : target;
        const found = statSync(join(dist, path), { throwIfNoEntry: false });
        if (link.startsWith('/') || !found?.isFile()) dead.push(`${file}: ${link}`);
      }
    }
    expect(htmlFiles.length).toBeGreaterThan(3);
    expect(dead).toEqual([]);
  });

  test('has a policy and no inline style or script on every page', () => {
    for (const file of htmlFiles) {
      const html = readFileSync(join(dist, file), 'utf8');
      if (file !== 'sandbox.html') expect(html, file).toContain('http-equiv="Content-Security-Policy"');
      if (file !== 'sandbox.html') expect(html, file).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+="/);
    }
  });

  test('keeps its shells within their budgets', () => {
    const { home, app, embed } = sizeReport(dist);
    expect(home.gzip).toBeLessThanOrEqual(home.budget);
    expect(app.gzip).toBeLessThanOrEqual(app.budget);
    expect(embed.gzip).toBeLessThanOrEqual(embed.budget);
  });

  test('has TensorFlow.js in no file that a page loads at once', () => {
    const { home, app, embed } = sizeReport(dist);
    const early = [...home.parts, ...app.parts, ...embed.parts].map((part) => part.file);
    const withTensors = files.filter((file) => file.endsWith('.js') && /registerKernel|WEBGPU_|_tfGlobals/.test(readFileSync(join(dist, file), 'utf8')));
    expect(withTensors.filter((file) => early.includes(file))).toEqual([]);
    expect(files).toContain('wasm/tfjs-backend-wasm-simd.wasm');
  });

  test('ships no worked examples', () => {
    const shipped = files.filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(dist, file), 'utf8')).join('\n');
    const sources = ['estimators', 'rewards'].flatMap((kind) => readdirSync(`src/core/${kind}`).map((file) => readFileSync(`src/core/${kind}/${file}`, 'utf8')));
    const reasons = sources.flatMap((source) => [...source.matchAll(/\bwhy: '([^'\\]{20,})'/g)].map(([, reason]) => reason!));
    expect(reasons.length).toBeGreaterThan(200);
    expect(reasons.filter((reason) => shipped.includes(reason))).toEqual([]);
  });
});

test('the reference opens and its pages are reached from the index', async () => {
  await withPage(siteUrl('reference/'), async (page) => {
    expect(await page.title()).toBe('Advantage Lab reference');
    await page.locator('main li a').first().click();
    await page.locator('article math').first().waitFor();
    expect(page.url()).toMatch(/\/reference\/[a-z0-9-]+\/$/);
    const height = await page.locator('article math').first().evaluate((math) => math.getBoundingClientRect().height);
    expect(height).toBeGreaterThan(10);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});

test('what axe finds is reported', async () => {
  await withPage(siteUrl('reference/'), async (page) => {
    await page.evaluate(() => document.querySelector('main')!.append(document.createElement('button')));
    expect(await accessibilityProblems(page)).toEqual([expect.stringMatching(/^button-name: /)]);
  });
});
