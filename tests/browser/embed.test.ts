import { createServer } from 'node:http';
import { deflateRawSync } from 'node:zlib';
import type { FrameLocator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { toBase64Url } from '../../src/codec/compress';
import { decodeLink } from '../../src/codec/link';
import { findPresetSpec } from '../../src/core/experiment/presets';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import { accessibilityProblems } from './accessibility';
import { siteUrl, withPage, type PageOptions } from './harness';

const linkOf = (set: Record<string, unknown>, base = 'boat-race@1') => `#v1.${toBase64Url(deflateRawSync(JSON.stringify({ base, set })))}`;
/** Few iterations, so that a run comes to its end within a second or two. */
const SHORT = { '/training/iterations': 20 };

/** A blog on another site, and the site again on a host that sends no CORS headers to anybody. */
let blog = '';
let siteWithoutCors = '';
const servers = [
  createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><html lang="en"><title>A post</title><body><h1>A post</h1>')),
  staticServer(inject('siteFolder'), { headers: { 'Access-Control-Allow-Origin': 'https://nobody.example' } }),
];

beforeAll(async () => {
  const [blogPort, plainPort] = [await listenFrom(servers[0]!, 0), await listenFrom(servers[1]!, 0)];
  blog = `http://127.0.0.1:${blogPort}/`;
  siteWithoutCors = `http://localhost:${plainPort}/`;
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Puts a frame into an open page and returns it. */
async function framed(page: Page, src: string, attributes: Readonly<Record<string, string>> = {}): Promise<FrameLocator> {
  await page.evaluate(
    ([address, extra]) => {
      const heard: unknown[] = [];
      (globalThis as unknown as { heard: unknown[] }).heard = heard;
      addEventListener('message', ({ data }) => heard.push(data));
      const frame = document.createElement('iframe');
      for (const [name, value] of Object.entries({ title: 'The embed', width: '720', height: '420', ...extra })) frame.setAttribute(name, value);
      frame.src = address;
      document.body.append(frame);
    },
    [src, attributes] as const,
  );
  return page.frameLocator('iframe');
}

type Embed = Page | FrameLocator;
const poster = (embed: Embed) => embed.getByRole('img', { name: /exact advantage of every step/ });
const button = (embed: Embed, name: string) => embed.getByRole('button', { name, exact: true });
const cell = (embed: Embed, panel: string) => embed.getByRole('grid', { name: `Advantage, ${panel}`, exact: true }).getByRole('gridcell');
const figure = (embed: Embed) => embed.getByRole('region', { name: 'What the scheme learns' }).locator('p b');
const figures = async (embed: Embed) => (await figure(embed).allTextContents()).map((text) => text.trim());

/** Poster, Run, and on to the last iteration; the two figures at the end. */
async function runToTheEnd(embed: Embed): Promise<string[]> {
  await poster(embed).waitFor();
  await button(embed, 'Run').click();
  await button(embed, 'Done').waitFor();
  return figures(embed);
}

const noStorage = () => {
  const refuse = () => {
    throw new DOMException('No storage here.', 'SecurityError');
  };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) Object.defineProperty(globalThis, name, { get: refuse });
  Object.defineProperty(Document.prototype, 'cookie', { get: refuse, set: refuse });
};

const noWorkers = () => {
  globalThis.Worker = class {
    constructor() {
      throw new DOMException('No workers here.', 'SecurityError');
    }
  } as unknown as typeof Worker;
};

describe('runs from poster to last iteration, with the same figures,', () => {
  let expected: string[] = [];
  beforeAll(async () => {
    expected = await withPage(siteUrl(`embed/${linkOf(SHORT)}`), runToTheEnd);
    expect(expected).toHaveLength(2);
    for (const figure of expected) expect(figure).toMatch(/^[<>]?\d+%$/);
  });

  const embedOf = (root: string) => `${root}embed/${linkOf(SHORT)}`;
  interface Case {
    readonly name: string;
    readonly host: () => string;
    readonly src: () => string;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly before?: () => void;
    readonly options?: PageOptions;
  }
  const cases: Case[] = [
    { name: 'in a frame of the same origin', host: () => siteUrl('reference/'), src: () => embedOf(siteUrl()) },
    { name: 'in a frame of another site', host: () => blog, src: () => embedOf(siteUrl()) },
    { name: 'in a frame of another site in which all storage throws', host: () => blog, src: () => embedOf(siteUrl()), before: noStorage },
    { name: 'in a sandboxed frame with an opaque origin', host: () => blog, src: () => embedOf(siteUrl()), attributes: { sandbox: 'allow-scripts' } },
    { name: 'in a sandboxed frame on a host without CORS headers', host: () => blog, src: () => embedOf(siteWithoutCors), attributes: { sandbox: 'allow-scripts' } },
    {
      name: 'on its own thread where no worker starts',
      host: () => blog,
      src: () => embedOf(siteUrl()),
      attributes: { sandbox: 'allow-scripts' },
      before: noWorkers,
    },
  ];
  test.each(cases)('$name', async ({ host, src, attributes, before }) => {
    await withPage('about:blank', async (page) => {
      if (before) await page.addInitScript(before);
      await page.goto(host());
      const embed = await framed(page, src(), attributes);
      const worker = before === noWorkers ? null : page.waitForEvent('worker');
      expect(await runToTheEnd(embed)).toEqual(expected);
      expect((await worker)?.url() ?? 'none').toMatch(before === noWorkers ? /^none$/ : /^data:text\/javascript,/);
    });
  });
});

test('before Run, nothing is loaded but the shell and the plug-ins that the experiment names', async () => {
  await withPage('about:blank', async (page) => {
    const files: string[] = [];
    page.on('request', (request) => files.push(new URL(request.url()).pathname.split('/').at(-1)!));
    await page.goto(siteUrl(`embed/${linkOf(SHORT)}`));
    await poster(page).waitFor();
    const stems = files.filter((file) => file.endsWith('.js')).map((file) => file.replace(/\.js$/, ''));
    expect(stems).toContain('grpo');
    expect(stems).toContain('outcome');
    for (const late of ['RunningEmbed', 'session.worker', 'session-host', 'client', 'gae', 'reward-machine', 'key-door', 'swe-agent', 'webgpu-backend']) {
      expect(stems).not.toContain(late);
    }
    const before = files.length;
    await button(page, 'Run').click();
    await button(page, 'Done').waitFor();
    expect(files.slice(before).some((file) => file.startsWith('RunningEmbed'))).toBe(true);
  });
});

describe('says to its host', () => {
  test('that it is ready and how tall it is, in two dialects', async () => {
    await withPage(blog, async (page) => {
      const src = siteUrl(`embed/${linkOf(SHORT)}`);
      const embed = await framed(page, src, { width: '360', height: '300' });
      await poster(embed).waitFor();
      await page.waitForFunction(() => (globalThis as unknown as { heard: unknown[] }).heard.length >= 3);
      const heard = await page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);
      expect(heard).toContainEqual({ ns: 'advantage-lab', v: 1, type: 'ready' });
      const resize = heard.findLast((message) => (message as { type?: string }).type === 'resize') as { height: number };
      expect(resize).toEqual({ ns: 'advantage-lab', v: 1, type: 'resize', height: expect.any(Number) });
      expect(heard).toContainEqual(JSON.stringify({ context: 'iframe.resize', src, height: resize.height }));
      await page.evaluate((height) => document.querySelector('iframe')!.setAttribute('height', String(height)), resize.height);
      const room = await embed.locator('html').evaluate((html) => ({ needs: html.scrollHeight, has: html.clientHeight, wide: html.scrollWidth, width: html.clientWidth }));
      expect(room.needs).toBeLessThanOrEqual(room.has);
      expect(room.wide).toBeLessThanOrEqual(room.width);
    });
  });
});

describe('a frame that cannot do what it should is never blank:', () => {
  test.each([
    ['cut off', `${linkOf(SHORT).slice(0, 14)}`, /cut off or damaged/],
    ['a later version', '#v7.abcd', /later version of the lab/],
    ['an unknown reward', linkOf({ '/schemes/0/terms/0/reward': 'no-such-reward' }), /no reward called "no-such-reward"/],
  ])('a link that is wrong (%s) is said, and the default experiment runs', async (_, hash, reason) => {
    await withPage(siteUrl(`embed/${hash}`), async (page) => {
      await poster(page).waitFor();
      expect(await page.getByRole('status').textContent()).toMatch(reason);
      expect(await page.getByRole('link', { name: 'Open in the lab' }).getAttribute('href')).toBe(siteUrl('lab/'));
      await button(page, 'Run').click();
      await button(page, 'Pause').waitFor();
      await cell(page, 'Exact').waitFor();
    });
  });

  test('what Run loads is missing', async () => {
    await withPage(
      'about:blank',
      async (page) => {
        await page.route(/RunningEmbed/, (route) => route.abort());
        await page.goto(siteUrl(`embed/${linkOf(SHORT)}`));
        await button(page, 'Run').click();
        expect(await page.getByRole('alert').textContent()).toMatch(/could not be started here.*could not be loaded/s);
        expect(await poster(page).isVisible()).toBe(true);
        await page.unroute(/RunningEmbed/);
        await button(page, 'Run').click();
        await button(page, 'Done').waitFor();
      },
      { allowErrors: /RunningEmbed/ },
    );
  });

  test('the plug-ins of its experiment are missing', async () => {
    await withPage(
      'about:blank',
      async (page) => {
        await page.route(/\/grpo\.js/, (route) => route.abort());
        await page.goto(siteUrl(`embed/${linkOf(SHORT)}`));
        const text = page.getByText('This figure could not be made.');
        await text.waitFor();
        expect(await page.getByRole('link').getAttribute('href')).toBe(siteUrl(`lab/${linkOf(SHORT)}`));
      },
      { allowErrors: /\/grpo\.js/ },
    );
  });

  test('no script runs', async () => {
    await withPage(
      siteUrl(`embed/${linkOf(SHORT)}`),
      async (page) => {
        expect(await page.getByText('This figure needs JavaScript').isVisible()).toBe(true);
        expect(await page.getByRole('link').getAttribute('href')).toBe('../lab/');
      },
      { javaScriptEnabled: false },
    );
  });
});

describe('the running embed', () => {
  const inFrame = <T>(set: Record<string, unknown>, body: (page: Page) => Promise<T>, options: PageOptions = {}) =>
    withPage(
      siteUrl(`embed/${linkOf(set)}`),
      async (page) => {
        await button(page, 'Run').click();
        await cell(page, 'Exact').waitFor();
        return body(page);
      },
      { viewport: { width: 720, height: 420 }, ...options },
    );

  test('shows the steps that the lab shows', async () => {
    const set = { '/view/scheme': 2, '/view/selected': { trajectory: 1, step: 3 }, '/schemes/2/gate/threshold': 0.5 };
    const inEmbed = await inFrame(set, async (page) => [await cell(page, 'Exact').getAttribute('aria-label'), await cell(page, 'Gated').getAttribute('aria-label')]);
    const inLab = await withPage(siteUrl(`lab/${linkOf(set)}`), async (page) => [
      await cell(page, 'Exact').getAttribute('aria-label'),
      await cell(page, 'Gated').getAttribute('aria-label'),
    ]);
    expect(inEmbed[1]).toMatch(/^Trajectory 2, step 3\. Gated [+−]?\d/);
    expect(inEmbed).toEqual(inLab);
  });

  test('marks the step under the pointer in both panels, in the picture and in words', async () => {
    await inFrame(SHORT, async (page) => {
      const title = page.getByRole('heading', { name: /^Race \d+, step \d+$/ });
      await page.getByRole('grid', { name: 'Advantage, Exact' }).locator('canvas').hover({ position: { x: 3, y: 3 } });
      const text = (await title.textContent())!;
      expect(text).toMatch(/, step 0$/);
      const labels = [await cell(page, 'Exact').getAttribute('aria-label'), await cell(page, 'Dense').getAttribute('aria-label')];
      const place = `Trajectory ${Number(text.match(/\d+/)![0])}, step 0.`;
      for (const label of labels) expect(label!.startsWith(place)).toBe(true);
      expect(await page.locator('.heatmap .frame').count()).toBe(2);
      await cell(page, 'Exact').focus();
      await page.keyboard.press('ArrowRight');
      expect(await title.textContent()).toMatch(/, step 1$/);
    });
  });

  test('changes the scheme, pauses, starts again, and its link carries what is on show', async () => {
    await inFrame({}, async (page) => {
      await figure(page).filter({ hasText: '%' }).first().waitFor();
      await button(page, 'Pause').click();
      await button(page, 'Resume').waitFor();
      await button(page, 'C Gated').click();
      await cell(page, 'Gated').waitFor();
      const link = page.getByRole('link', { name: 'Open in the lab' });
      await page.waitForFunction(() => document.querySelector('footer a')!.getAttribute('href')!.length > 60);
      const read = await decodeLink(new URL((await link.getAttribute('href'))!).hash, findPresetSpec);
      if ('problem' in read) throw new Error(read.problem);
      expect(read.spec.view.scheme).toBe(2);
      await page.getByRole('button', { name: 'Reset to iteration 0' }).click();
      await button(page, 'Run').waitFor();
      expect(await figures(page)).toEqual(['–', '–']);
    });
  });

  test.each([
    ['light', 720],
    ['dark', 720],
    ['light', 390],
    ['dark', 320],
  ] as const)('is clean to axe and overflows nowhere: %s, %i wide', async (colorScheme, width) => {
    const options = { colorScheme, viewport: { width, height: 420 } };
    const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    await withPage(
      siteUrl(`embed/${linkOf(SHORT)}`),
      async (page) => {
        await poster(page).waitFor();
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
        await button(page, 'Run').click();
        await button(page, 'Done').waitFor();
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
      },
      options,
    );
  });

  test.each(['light', 'dark'] as const)('?theme=%s holds against the system', async (theme) => {
    const other = theme === 'light' ? 'dark' : 'light';
    const colours = await withPage(
      siteUrl(`embed/?theme=${theme}${linkOf(SHORT)}`),
      async (page) => {
        await poster(page).waitFor();
        return page.evaluate(() => [getComputedStyle(document.querySelector('.embed')!).backgroundColor, getComputedStyle(document.body).backgroundColor]);
      },
      { colorScheme: other },
    );
    expect(colours).toEqual([theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(26, 29, 33)', 'rgba(0, 0, 0, 0)']);
  });

  test('a link to a trained policy’s rollouts trains up to there and shows them', async () => {
    const set = { '/view/behaviour': { policy: 'scheme', scheme: 1, iteration: 5 }, '/training/iterations': 8, '/view/selected': { trajectory: 0, step: 2 } };
    const read = (page: Page) => cell(page, 'Dense').getAttribute('aria-label');
    const trained = await inFrame(set, async (page) => {
      await button(page, 'Done').waitFor();
      return read(page);
    });
    const start = await inFrame({ ...set, '/view/behaviour': { policy: 'start' } }, read);
    expect(trained).toMatch(/^Trajectory 1, step 2\./);
    expect(trained).not.toBe(start);
  });
});
