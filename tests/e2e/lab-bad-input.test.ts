import type { Server } from 'node:http';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { ensureBrowser, launchArguments } from '../../src/tools/find-browser.mjs';
import { listenFrom, staticServer } from '../../src/tools/static-server.mjs';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import { withPage } from '../browser/harness';
import { button, card, figuresOf, firstHeatmap, linkTo, nextPaint, recorded, recordTraining, slider, trainToEnd, withLab, withTraining } from './lab-page';

const servers: Server[] = [];
const browsers: Browser[] = [];
afterAll(async () => {
  for (const browser of browsers) await browser.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** What is on screen that a refused edit must leave alone. */
async function state(page: Page) {
  await nextPaint(page);
  return {
    weight: await slider(card(page, 'B'), 'Weight of Checkpoints').inputValue(),
    group: await slider(page, 'Group size').getAttribute('aria-valuetext'),
    figures: await Promise.all(['Dense', 'Gated', 'Gated cap'].map((name) => figuresOf(page, name))),
    undo: await button(page, 'Undo').isEnabled(),
  };
}

const withTermSignal = (signal: string) => (spec: ExperimentSpec): ExperimentSpec => ({
  ...spec,
  schemes: spec.schemes.map((scheme, k) => (k === 1 ? { ...scheme, terms: scheme.terms.map((term, j) => (j === 1 ? { ...term, params: { signal } } : term)) } : scheme)),
});

describe('a field that cannot be read', () => {
  test.each([
    ['NaN', /“NaN” is not a number\. The last good value stays\./],
    ['1e999', /“1e999” is not a number/],
    ['0,2,3', /is not a number/],
    ['', /Type a number\./],
  ])('%j beside a slider says so, and the last good prices stay', async (typed, message) => {
    await withLab('', async (page) => {
      const before = await state(page);
      const field = card(page, 'B').getByRole('textbox', { name: 'Weight of Checkpoints, as a number' });
      await field.fill(typed);
      await field.press('Enter');
      await card(page, 'B').getByRole('alert').filter({ hasText: message }).waitFor();
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      expect(await state(page)).toEqual(before);
      await field.press('Escape');
      expect(await field.inputValue()).toBe('0.20');
      expect(await card(page, 'B').getByRole('alert').count()).toBe(0);
    });
  });

  test('a group size that does not divide the batch names those that do', async () => {
    await withLab(await linkTo(withTraining({}, { trajectories: 32 })), async (page) => {
      const before = await state(page);
      const field = page.getByRole('textbox', { name: 'Group size, as a number' });
      await field.fill('7');
      await field.press('Enter');
      await page.getByRole('alert').filter({ hasText: 'A group size of 7 does not divide 32 trajectories. Sizes that do: 1, 2, 4, 8, 16, 32.' }).waitFor();
      expect(await state(page)).toEqual(before);
      await field.fill('8');
      await field.press('Enter');
      await nextPaint(page);
      expect(await page.getByRole('alert').filter({ hasText: 'does not divide' }).count()).toBe(0);
      expect((await state(page)).group).toBe('8');
    });
  });

  test('a horizon of zero is refused with the least one', async () => {
    await withLab('', async (page) => {
      const before = await state(page);
      await page.getByTitle('More shared settings').click();
      const field = page.getByRole('textbox', { name: 'horizon, as a number' });
      await field.fill('0');
      await field.press('Enter');
      await page.getByRole('alert').filter({ hasText: '0 is below the least value, 1.' }).waitFor();
      await page.keyboard.press('Escape');
      expect(await state(page)).toEqual(before);
    });
  });
});

describe('a link', () => {
  test('with a horizon of zero opens with the least one and says so', async () => {
    await withLab(await linkTo((spec) => ({ ...spec, scenario: { ...spec.scenario, params: { horizon: 0 } } })), async (page) => {
      await page.getByText(/0 is outside 1 to 64; 1 is used\./).first().waitFor();
      await page.getByText('12 states, 1 step', { exact: false }).first().waitFor();
    });
  });

  test('with a term whose signal the scenario lacks says which, on its card; the other schemes are priced', async () => {
    await withLab(await linkTo(withTermSignal('honk')), async (page) => {
      await card(page, 'B').getByRole('alert').filter({ hasText: 'This scenario has no signal "honk". Its signals are: cp, checkpointId, finish, lagoon.' }).waitFor();
      for (const name of ['Sparse', 'Gated', 'Gated cap']) expect(await page.getByRole('grid', { name: `Advantage, ${name}`, exact: true }).count()).toBe(1);
      await trainToEnd(page);
      const { frames } = await recorded(page);
      const trained = new Set(frames.flatMap(({ learners }) => learners.map((learner) => Math.floor(learner / 8))));
      expect([...trained].sort()).toEqual([0, 2, 3]);
    });
  });

  test('pasted over an open lab that names a missing signal is refused, and the last good state stays', async () => {
    const fragment = await linkTo(withTermSignal('honk'));
    await withLab('', async (page) => {
      const before = await state(page);
      await page.evaluate((hash) => (location.hash = hash), fragment);
      await page.getByText(/honk/).first().waitFor();
      expect(await state(page)).toEqual(before);
    });
  });

  test('that holds a spec of a later version opens the default and says so', async () => {
    await withLab(await linkTo((spec) => ({ ...spec, v: 2 as 1 })), async (page) => {
      await page.locator('.notice').filter({ hasText: /later version/ }).waitFor();
      expect((await state(page)).weight).toBe('0.2');
    });
  });
});

describe('where an engine is missing', () => {
  const network = (engine: ExperimentSpec['training']['engine']) =>
    linkTo(withTraining({ policy: { kind: 'mlp', hidden: [8], activation: 'tanh' }, engine, iterations: 3, seeds: { first: 0, count: 2 } }));

  /** Serves the site with one more policy, which only takes away. */
  async function siteWith(policy: string): Promise<string> {
    const server = staticServer(inject('siteFolder'), { headers: { 'Content-Security-Policy': policy } });
    servers.push(server);
    return `http://localhost:${await listenFrom(server, 0)}/lab/`;
  }

  async function trainedWithout(url: string, options: { browser?: Browser; allowErrors?: RegExp }) {
    return withPage(
      url,
      async (page) => {
        await firstHeatmap(page);
        await trainToEnd(page);
        await nextPaint(page);
        const { frames } = await recorded(page);
        await page.locator('button.engine').click();
        const words = await page.getByRole('dialog', { name: /^Engine/ }).locator('p').first().textContent();
        await page.keyboard.press('Escape');
        return { notice: await page.locator('.notice').allTextContents(), words, engines: new Set(frames.map(({ engine }) => engine)), iterations: frames.at(-1)!.to };
      },
      { ...options, initScript: recordTraining, viewport: { width: 1440, height: 900 } },
    );
  }

  test('no WebGPU: the notice says so, and training runs in TypeScript', async () => {
    const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: launchArguments.filter((flag) => !/webgpu/.test(flag)) });
    browsers.push(browser);
    const seen = await trainedWithout((await siteWith("object-src 'none'")) + (await network('webgpu')), { browser });
    expect(seen.notice.join()).toMatch(/The engine that was asked for is not available here\..*WebGPU.*TypeScript instead/);
    expect(seen.words).toBe('TypeScript: the engine that was asked for cannot start here.');
    expect([...seen.engines]).toEqual(['ts']);
    expect(seen.iterations).toBe(3);
  });

  test('no WebAssembly: the notice says so, and training runs in TypeScript', async () => {
    const seen = await trainedWithout((await siteWith("script-src 'self'")) + (await network('wasm')), { allowErrors: /WebAssembly|wasm|script-src/i });
    expect(seen.notice.join()).toMatch(/The engine that was asked for is not available here\..*WebAssembly.*TypeScript instead/);
    expect(seen.words).toBe('TypeScript: the engine that was asked for cannot start here.');
    expect([...seen.engines]).toEqual(['ts']);
    expect(seen.iterations).toBe(3);
  });

  test('no workers: it is said, and training runs on the page, to the same numbers', async () => {
    const success = async (url: string, allowErrors?: RegExp) =>
      withPage(
        url,
        async (page) => {
          await firstHeatmap(page);
          await trainToEnd(page);
          await page.getByRole('combobox', { name: 'Figures' }).selectOption('learner');
          return { figures: await Promise.all(['Sparse', 'Dense', 'Gated', 'Gated cap'].map((name) => figuresOf(page, name))), notice: await page.locator('.notice').allTextContents(), frames: (await recorded(page)).frames.length };
        },
        { initScript: recordTraining, viewport: { width: 1440, height: 900 }, ...(allowErrors && { allowErrors }) },
      );
    const fragment = await linkTo(withTraining({ iterations: 12, seeds: { first: 0, count: 2 } }));
    const without = await success((await siteWith("worker-src 'none'")) + fragment, /worker/i);
    const usual = await success((await siteWith("object-src 'none'")) + fragment);
    expect(without.notice.join()).toMatch(/No worker starts here: .+\. Training runs on the page itself/);
    expect([without.frames, usual.notice.length]).toEqual([0, 0]);
    expect(usual.frames).toBeGreaterThan(0);
    expect(without.figures).toEqual(usual.figures);
    expect(new Set(without.figures.map(([first]) => first)).size).toBeGreaterThan(1);
  });
});
