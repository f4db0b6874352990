import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { rewards } from '../../src/cli/rewards';
import { runEstimatorCase } from '../../src/core/batch/estimator-case';
import { allPlugins } from '../../src/core/all-plugins';
import { sampleLog } from '../../src/core/batch/log-sample';
import { accessibilityProblems } from './accessibility';
import { siteUrl, withPage, type PageOptions } from './harness';

const ready = (page: Page) => page.getByRole('grid').first().waitFor();
const onSample = (body: (page: Page) => Promise<void>, options?: PageOptions) =>
  withPage(siteUrl('logs/#sample'), async (page) => {
    await ready(page);
    await body(page);
  }, options);
const paste = async (page: Page, text: string) => {
  await page.getByLabel('or paste rows').fill(text);
  await page.getByRole('button', { name: 'Read the pasted rows' }).click();
};
const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('a log comes in', () => {
  test('by the sample button, and is priced four ways', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Try the sample' }).click();
      await ready(page);
      expect(await page.getByRole('heading', { name: '48 trajectories, priced 4 ways' }).count()).toBe(1);
      expect(await page.getByRole('grid').count()).toBe(4);
    });
  });

  test('as a chosen file, and its bad rows are named', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      await page.getByLabel('Log file').setInputFiles({ name: 'run.csv', mimeType: 'text/csv', buffer: Buffer.from('prompt_id,reward\n0,1\n0,x\n0,0\n0,1\n') });
      await ready(page);
      await page.getByText('1 row left out').click();
      expect(await page.getByText('Line 3, column “reward”: “x” is not a finite number.').isVisible()).toBe(true);
      await page.getByRole('button', { name: 'Refuse' }).click();
      expect(await page.getByRole('alert').innerText()).toMatch(/^Line 3, column “reward”.*Skip such rows, or correct the file\.$/);
      await page.getByRole('button', { name: 'Skip' }).click();
      await ready(page);
    });
  });

  test('dropped', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      const transfer = await page.evaluateHandle(() => {
        const data = new DataTransfer();
        data.items.add(new File(['{"prompt_id":1,"reward":1}\n{"prompt_id":1,"reward":0}\n'], 'run.jsonl'));
        return data;
      });
      await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
      await ready(page);
      expect(await page.getByText('2 trajectories · 1 group · 2 steps').isVisible()).toBe(true);
    });
  });

  test('pasted; what cannot be read says so and the page goes on', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      await paste(page, '{"trajectories": [1,');
      expect(await page.getByRole('alert').innerText()).toContain('JSON that breaks off cannot be read in part');
      await paste(page, 'prompt_id,reward\n0,1\n0,0\n');
      await ready(page);
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });

  test('with rewards that did not apply: they are counted, and a row without any is named', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      await paste(page, '{"prompt_id":0,"math_reward":1,"code_reward":null}\n{"prompt_id":0,"math_reward":0,"code_reward":1}\n{"prompt_id":0,"math_reward":null,"code_reward":null}\n');
      await ready(page);
      expect(await page.getByText('1 empty reward is left out of the sums: code_reward 1.').isVisible()).toBe(true);
      await page.getByText('1 row left out').click();
      expect(await page.getByText('Line 3, column “math_reward”: it is empty, and so is “code_reward”. Give at least one reward.').isVisible()).toBe(true);
    });
  });

  test('and what the training library computed stands beside what is computed here', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      await paste(page, 'prompt_id,reward,advantage\n0,1,0.5\n0,0,-0.5\n1,1,0\n1,1,0\n');
      await ready(page);
      expect(await page.getByRole('grid', { name: 'Advantage, As logged' }).count()).toBe(1);
    });
  });
});

describe('constructions are asked on cases', () => {
  const distance = (page: Page) => page.locator('.one').first().innerText();

  test('a measure opens its example from its reference page; the answer follows the text, errors have a place, and the answers leave as JSON', async () => {
    await withPage(siteUrl('reference/starc-distance/'), async (page) => {
      await page.getByRole('link', { name: 'Try it on the log page' }).click();
      await page.getByRole('heading', { name: 'Worked example: STARC distance' }).waitFor();
      await expect.poll(() => distance(page)).toBe('0');
      expect(await accessibilityProblems(page)).toEqual([]);
      const text = page.getByLabel('Cases, as JSON');
      const mdp = { transition: [[[1, 0], [0, 1]], [[0, 1], [1, 0]]], rewardA: [[[1, 1], [0, 0]], [[0, 0], [0, 0]]], rewardB: [[[0, 0], [1, 1]], [[0, 0], [0, 0]]] };
      const cases = [{ id: 'mine', construction: 'starc-distance', params: { discount: 0 }, input: { mdp } }, { construction: 'starc', input: {} }];
      await text.fill(JSON.stringify({ cases }));
      await expect.poll(() => distance(page)).toBe('2');
      expect(await page.getByRole('status').filter({ hasText: '2 cases, 1 with an error' }).count()).toBe(1);
      expect(await page.locator('.failed').innerText()).toContain('unknown-construction');
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download answers' }).click()]);
      const path = join(mkdtempSync(join(tmpdir(), 'advantage-lab-download-')), 'answers.json');
      await download.saveAs(path);
      expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(rewards({ cases }, allPlugins()))}\n`);
      rmSync(dirname(path), { recursive: true });
      await text.fill('{"cases": [\n  {"id": 1,}]}');
      await expect.poll(() => page.getByRole('alert').innerText()).toBe('Line 2, column 12: “}” stands here, where JSON has a name in double quotation marks.');
      expect(await page.getByRole('button', { name: 'Download answers' }).isDisabled()).toBe(true);
      expect(await accessibilityProblems(page)).toEqual([]);
    }, { acceptDownloads: true });
  });

  test.each([[360, 800, 'dark'], [1440, 900, 'light']] as const)('pasted; no overflow and nothing for axe to find at %i × %i, %s', async (width, height, colorScheme) => {
    await withPage(siteUrl('logs/'), async (page) => {
      const wide = Array.from({ length: 30 }, (_, k) => k / 7);
      await paste(page, JSON.stringify({ cases: [{ construction: 'reward-hop', input: { progress: wide } }, { construction: 'outcome', input: { trajectories: [{ group: 0, length: 2, outcome: 1 }] } }] }));
      await page.getByRole('heading', { name: 'Answers' }).waitFor();
      await expect.poll(() => page.getByRole('table').count()).toBe(2);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    }, { viewport: { width, height }, colorScheme });
  });
});

describe('the sample', () => {
  test('shows the numbers that the headless command gives, and links the selection', async () => {
    await onSample(async (page) => {
      const trajectories = sampleLog()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, number[]> & { prompt_id: string; accuracy_reward: number; format_reward: number })
        .map((row) => ({ group: row.prompt_id, rewards: row['step_rewards'].map((r, t, all) => r + (t === all.length - 1 ? row.accuracy_reward + row.format_reward : 0)) }));
      const { advantages } = runEstimatorCase({ estimator: 'grpo', input: { trajectories } }, allPlugins());
      await page.getByRole('gridcell').first().focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Home');
      const label = (await page.getByRole('gridcell').first().getAttribute('aria-label'))!;
      const [, i, step, shown] = /^Trajectory (\d+), step (\d+)\. GRPO ([+−\d.]+)\.$/.exec(label)!;
      expect(Number(shown.replace('−', '-'))).toBeCloseTo(advantages[Number(i) - 1][Number(step)], 2);
      for (const cell of await page.getByRole('gridcell').all()) expect(await cell.getAttribute('aria-label')).toContain(`Trajectory ${i}, step ${step}.`);
      expect(await page.getByRole('heading', { name: `Trajectory ${i}`, exact: true }).count()).toBe(1);
      const figure = await page.locator('.figure.advantage').innerText();
      expect(Number(figure.replace('−', '-'))).toBeCloseTo(advantages[Number(i) - 1][Number(step)], 1);
    });
  });

  test('a weight, a flavour and a parameter reprice at once', async () => {
    await onSample(async (page) => {
      const range = () => page.locator('.panel .head small').first().innerText();
      const before = await range();
      await page.getByLabel('Weight of accuracy_reward, as a number').fill('0');
      await page.keyboard.press('Enter');
      await expect.poll(range).not.toBe(before);
      const second = await range();
      const card = page.getByRole('region', { name: 'A GRPO' });
      await card.getByText('4 parameters').click();
      await card.getByLabel('Divide by std').uncheck();
      await expect.poll(range).not.toBe(second);
      await card.getByLabel('As in').selectOption({ label: 'TRL' });
      expect(await card.getByLabel('Divide by std').isChecked()).toBe(true);
    });
  });

  test('an estimator that the log cannot feed says which column is missing and cannot be picked', async () => {
    await onSample(async (page) => {
      await page.getByRole('button', { name: 'GRPO', exact: false }).first().click();
      await page.getByLabel('Find an estimator').fill('ReMax');
      const choice = page.getByRole('button', { name: /^ReMax/ });
      expect(await choice.getAttribute('aria-disabled')).toBe('true');
      expect(await choice.innerText()).toContain('It reads a column “greedyReward”, which this log lacks.');
      await page.getByLabel('Find an estimator').fill('RLOO');
      await page.getByRole('button', { name: /^RLOO/ }).first().click();
      await page.getByRole('region', { name: 'A RLOO' }).waitFor();
    });
  });

  test('a construction is priced on its columns, added to the logged rewards and explained; one whose columns are missing says so and can be pointed at others', async () => {
    await onSample(async (page) => {
      const add = async (name: string) => {
        await page.getByRole('button', { name: 'Add a reward' }).click();
        await page.getByLabel('Find a reward construction').fill(name);
        await page.getByRole('button', { name: new RegExp(`^${name}`) }).first().click();
      };
      const reward = () => page.locator('.figure.reward').innerText();
      const before = Number((await reward()).replace('−', '-'));
      await add('Outcome spread evenly');
      await expect.poll(reward).not.toBe(String(before));
      await page.getByLabel('Weight of Outcome spread evenly, as a number').fill('0');
      await page.keyboard.press('Enter');
      await expect.poll(async () => Number((await reward()).replace('−', '-'))).toBe(before);
      expect(await page.locator('.equation .what').allInnerTexts()).toContain('Reward of the step');
      await add('Attention redistribution');
      const term = page.getByRole('region', { name: 'Reward Attention redistribution' });
      await term.getByRole('alert').filter({ hasText: 'It reads a column “attention”, which this log lacks.' }).waitFor();
      await term.getByRole('combobox', { name: 'attention' }).selectOption('oldLogProbs');
      await expect.poll(() => term.getByRole('alert').count()).toBe(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });

  test('a tree estimator shows what it merges; Enter on a node selects its step', async () => {
    await onSample(async (page) => {
      await page.getByRole('group', { name: 'Estimator', exact: true }).getByRole('button', { name: 'C' }).click();
      await page.getByRole('button', { name: 'Tree', exact: true }).click();
      await page.getByRole('tree').waitFor();
      expect(await page.getByRole('tree').getAttribute('aria-label')).toMatch(/^Beginnings of this group: \d+ nodes/);
      expect(await page.getByRole('treeitem', { selected: true }).count()).toBe(1);
      await page.getByRole('treeitem', { selected: true }).focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      expect(await page.getByRole('treeitem', { selected: true }).evaluate((item) => item === document.activeElement)).toBe(true);
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });

  test.each([
    ['reward/abc', 'Worked example: Attention redistribution'],
    ['estimator/gdpo', 'Worked example: GDPO'],
  ])('the example of %s opens from its reference page', async (which, name) => {
    await withPage(siteUrl(`reference/${which.split('/')[1]}/`), async (page) => {
      await page.getByRole('link', { name: /on the log page$/ }).first().click();
      await ready(page);
      expect(await page.getByRole('heading', { name }).count()).toBe(1);
      expect(await page.getByRole('alert').count()).toBe(0);
    });
  });

  test('says how sure a formula is beside the number it explains', async () => {
    await onSample(async (page) => {
      await page.getByRole('group', { name: 'Estimator', exact: true }).getByRole('button', { name: 'C' }).click();
      expect(await page.locator('.sure').innerText()).toBe('Recalled. Written from memory; compare with the source before relying on it.');
      expect(await page.locator('.equation').count()).toBeGreaterThan(3);
    });
  });

  test('a column can be given another meaning', async () => {
    await onSample(async (page) => {
      await page.getByText('What the 10 columns mean').click();
      await page.getByLabel('Meaning of values').selectOption({ label: 'Not read' });
      await page.getByRole('alert').filter({ hasText: 'It reads a column “values”, which this log lacks.' }).waitFor();
    });
  });

  test.each([
    ['CSV', 'csv', /^group,trajectory,step,outcome,.*advantage\.A grpo/],
    ['JSON lines', 'jsonl', /^\{"group":"sum-1",.*"advantages":\{"A grpo":\[/],
  ])('leaves as %s', async (button, extension, start) => {
    await onSample(async (page) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
      expect(download.suggestedFilename()).toBe(`priced-rollouts.${extension}`);
      const path = join(mkdtempSync(join(tmpdir(), 'advantage-lab-download-')), download.suggestedFilename());
      await download.saveAs(path);
      expect(readFileSync(path, 'utf8')).toMatch(start);
      rmSync(dirname(path), { recursive: true });
    }, { acceptDownloads: true });
  });

  test('stays in the tab: nothing is sent anywhere', async () => {
    await withPage(siteUrl('logs/'), async (page) => {
      const asked: string[] = [];
      page.on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
      await page.getByRole('button', { name: 'Try the sample' }).click();
      await ready(page);
      for (const line of asked) expect(line).toMatch(/^GET http:\/\/localhost[^?]*\/(assets\/[^?]+|icon\.svg)$/);
    });
  });

  test.each([
    [390, 844, 'light'],
    [390, 844, 'dark'],
    [1024, 768, 'light'],
    [1440, 900, 'light'],
    [1440, 900, 'dark'],
    [3840, 2160, 'light'],
  ] as const)('has no overflow and nothing for axe to find at %i × %i, %s', async (width, height, colorScheme) => {
    await onSample(async (page) => {
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await accessibilityProblems(page)).toEqual([]);
    }, { viewport: { width, height }, colorScheme });
  });
});
