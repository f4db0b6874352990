import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { button, card, figuresOf, linkTo, nextPaint, says, showNumbers, slider, tableOf, withLab, withTraining } from './lab-page';
import { checkpointsOf, cosine, exactAdvantage, groupScores, numericGradient, returns, startingRaces, updateOf, wrongSignShare, type Race } from './naive-boat-race';

const RACES = 32;
const GROUP = 16;

/** The first seed whose batch holds three races that circle until time is out. */
const seed = Array.from({ length: 100 }, (_, k) => k).find((k) => startingRaces(k, RACES).filter((race) => !race.finished).length >= 3)!;
const races = startingRaces(seed, RACES);
const looping = races.flatMap((race, i) => (race.finished ? [] : [i]));
const truth = numericGradient();

const open = async () => linkTo(withTraining({ seeds: { first: seed, count: 2 }, trajectories: RACES }, { trajectories: RACES }));
const scores = (price: (race: Race) => number) => groupScores(races.map(price), GROUP);

/** Opens the lab on a window tall enough for every race to have a row: the table lists what is drawn. */
const withRaces = async (body: (page: Page) => Promise<void>): Promise<void> => withLab(await open(), body, { viewport: { width: 1440, height: 1400 } });

/** Follows a scheme and opens the table view of its panel. */
async function follow(page: Page, letter: string): Promise<void> {
  await card(page, letter).locator('header button').first().click();
  await nextPaint(page);
}

/** Every printed advantage of the followed panel is the race's own, on each of its steps. */
async function expectTable(page: Page, score: readonly number[]): Promise<void> {
  const table = await tableOf(page);
  expect(table.size).toBe(RACES);
  for (const [i, cells] of table) {
    expect(cells, `race ${i + 1}`).toHaveLength(races[i]!.action.length);
    for (const cell of cells) expect(Math.abs(cell - score[i]!), `race ${i + 1}: ${cell} on screen, ${score[i]} by hand`).toBeLessThanOrEqual(0.005 + 1e-9);
  }
}

/** Gradient alignment and wrong signs of a scheme, as printed and by hand. */
async function expectFigures(page: Page, name: string, score: readonly number[]): Promise<void> {
  const [alignment, wrong] = await figuresOf(page, name);
  expect(alignment, name).toSatisfy((text: string) => says(text, cosine(updateOf(races, score), truth), 2));
  expect(wrong, name).toSatisfy((text: string) => says(text, wrongSignShare(races, score), 2));
}

async function press(page: Page, key: string, times: number): Promise<void> {
  for (let k = 0; k < times; k++) await page.keyboard.press(key);
  await nextPaint(page);
}

describe('numbers on screen are those of an independent calculation:', () => {
  test.each([
    ['B', 'Dense', returns.dense],
    ['C', 'Gated', returns.gated],
    ['D', 'Gated cap', returns.gatedCap],
  ] as const)('scheme %s at the starting policy', async (letter, name, price) => {
    const score = scores((race) => price(race, 0.2));
    await withRaces(async (page) => {
      await follow(page, letter);
      await expectFigures(page, name, score);

      const title = await page.getByRole('heading', { name: /^Race \d+$/ }).textContent();
      const race = Number(/\d+/.exec(title!)![0]) - 1;
      const panel = page.locator('section').filter({ has: page.getByRole('heading', { name: 'How this number came about' }) }).last();
      const [own, exact] = await panel.locator('.figure').allTextContents();
      const step = Number(/step (\d+)/.exec((await panel.locator('.label').first().textContent())!)![1]);
      const by = exactAdvantage(step, races[race]!.state[step]!, races[race]!.action[step]!);
      expect(own).toSatisfy((text: string) => says(text, score[race]!, 2));
      expect(exact).toSatisfy((text: string) => says(text, by, 3));

      await showNumbers(page);
      await expectTable(page, score);
    });
  });

  test('the exact advantage of every selected step along a race', async () => {
    await withRaces(async (page) => {
      const cell = page.getByRole('grid', { name: 'Advantage, Exact' }).getByRole('gridcell');
      await cell.focus();
      await page.keyboard.press('Home');
      const title = await page.getByRole('heading', { name: /^Race \d+$/ }).textContent();
      const race = races[Number(/\d+/.exec(title!)![0]) - 1]!;
      for (let t = 0; t < race.action.length; t++) {
        await nextPaint(page);
        const shown = await page.locator('.figure').nth(1).textContent();
        expect(shown, `step ${t}`).toSatisfy((text: string) => says(text, exactAdvantage(t, race.state[t]!, race.action[t]!), 3));
        await page.keyboard.press('ArrowRight');
      }
    });
  });
});

describe('dragging the checkpoint weight of scheme B', () => {
  test('flips the advantages of the boats that circle, by keyboard, and undo brings each back', async () => {
    const [before, after] = [0.2, 0.05].map((w) => scores((race) => returns.dense(race, w)));
    const flipping = looping.filter((i) => before![i]! > 0 && after![i]! < 0);
    expect(flipping.length, 'this batch has boats to watch').toBeGreaterThanOrEqual(2);
    await withRaces(async (page) => {
      await follow(page, 'B');
      await showNumbers(page);
      await expectTable(page, before!);
      const weight = slider(card(page, 'B'), 'Weight of Checkpoints');
      await weight.focus();
      await press(page, 'ArrowLeft', 15);
      expect(Number(await weight.inputValue())).toBeCloseTo(0.05, 12);
      await expectTable(page, after!);
      const table = await tableOf(page);
      for (const i of flipping) expect(Math.max(...table.get(i)!), `race ${i + 1}`).toBeLessThan(0);
      await expectFigures(page, 'Dense', after!);

      while (await button(page, 'Undo').isEnabled()) await page.keyboard.press('Control+z');
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.2');
      await expectTable(page, before!);
    });
  });

  test('with the mouse is one step of undo', async () => {
    await withRaces(async (page) => {
      await follow(page, 'B');
      await showNumbers(page);
      const weight = slider(card(page, 'B'), 'Weight of Checkpoints');
      const box = (await weight.boundingBox())!;
      const x = (share: number) => box.x + 6 + share * (box.width - 12);
      await page.mouse.move(x(0.2), box.y + box.height / 2);
      await page.mouse.down();
      for (const share of [0.3, 0.5, 0.7, 0.9, 0.6, 0.8]) await page.mouse.move(x(share), box.y + box.height / 2);
      await page.mouse.up();
      await nextPaint(page);
      const w = Number(await weight.inputValue());
      expect(w).toBeGreaterThan(0.7);
      await expectTable(page, scores((race) => returns.dense(race, w)));
      await button(page, 'Undo').click();
      await nextPaint(page);
      expect(await weight.inputValue()).toBe('0.2');
      await expectTable(page, scores((race) => returns.dense(race, 0.2)));
      expect(await button(page, 'Undo').isDisabled()).toBe(true);
    });
  });

  test('or typing it does the same', async () => {
    await withRaces(async (page) => {
      await follow(page, 'B');
      await showNumbers(page);
      const field = card(page, 'B').getByRole('textbox', { name: 'Weight of Checkpoints, as a number' });
      await field.fill('0.37');
      await field.press('Enter');
      await nextPaint(page);
      await expectTable(page, scores((race) => returns.dense(race, 0.37)));
    });
  });
});

test('the gate of scheme C opens for the boats that finish, and closed for all it leaves the outcome alone', async () => {
  await withRaces(async (page) => {
    await follow(page, 'C');
    await showNumbers(page);
    const finished = races.filter((race) => race.finished).length;
    await card(page, 'C').getByText(`Open for ${finished} of ${RACES}.`).waitFor();
    await expectTable(page, scores((race) => returns.gated(race, 0.2)));

    await slider(card(page, 'C'), 'Gate opens at').focus();
    await press(page, 'End', 1);
    await card(page, 'C').getByText(`Open for 0 of ${RACES}.`).waitFor();
    await expectTable(page, scores(returns.sparse));

    // At the threshold itself it is open again, for the same boats.
    await card(page, 'C').getByTitle('Gate: what it reads').click();
    await page.getByRole('checkbox', { name: 'Open at the threshold itself' }).check();
    await card(page, 'C').getByText(`Open for ${finished} of ${RACES}.`).waitFor();
    await page.keyboard.press('Escape');
    await nextPaint(page);
    await expectTable(page, scores((race) => returns.gated(race, 0.2)));
    expect(races.some((race) => race.finished && checkpointsOf(race) > 3), 'C and D differ in this batch').toBe(true);
  });
});
