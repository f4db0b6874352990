import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { ExperimentSpec } from '../../src/core/experiment/spec';
import type { Metric } from '../../src/worker/protocol';
import { card, curveOf, figuresOf, linkTo, nextPaint, recorded, says, trainToEnd, withLab, withTraining } from './lab-page';

const SEEDS = 2;
const ITERATIONS = 10;
/** The batch on screen is the first one that the learners meet. */
const short = withTraining({ iterations: ITERATIONS, seeds: { first: 0, count: SEEDS } }, { trajectories: 32 });

const withLearnedTerm = (spec: ExperimentSpec): ExperimentSpec => ({
  ...short(spec),
  schemes: spec.schemes.map((scheme, k) =>
    k === 0 ? { ...scheme, terms: [...scheme.terms, { reward: 'bradley-terry', label: '', weight: 1, params: {}, gated: false }] } : scheme,
  ),
});

/** Trains, and holds the figures of scheme A on screen against those of the worker's first batch. */
async function expectTrained(page: Page): Promise<void> {
  const alignment = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Sparse' }) }).getByRole('cell').first();
  await alignment.filter({ hasText: /\d/ }).waitFor();
  expect(await card(page, 'A').getByRole('slider', { name: /Learned reward/ }).count()).toBe(1);
  expect(await card(page, 'A').getByRole('alert').count()).toBe(0);
  await nextPaint(page);
  const [cosine, wrong, silent] = await figuresOf(page, 'Sparse');
  await trainToEnd(page);
  const { frames, received } = await recorded(page);
  expect(received).not.toContain('failed');
  const first = (metric: Metric) => curveOf(frames, { scheme: 0, seeds: SEEDS, metric })[0]![0]!;
  expect(cosine).toSatisfy((text: string) => says(text, first('cosine'), 2));
  expect(wrong).toSatisfy((text: string) => says(text, first('wrongSign'), 2));
  expect(silent).toSatisfy((text: string) => says(text, first('zeroGroups'), 2));
  const [own, other] = [0, 3].map((scheme) => curveOf(frames, { scheme, seeds: SEEDS, metric: 'proxy' }));
  for (const curve of own!) expect(curve).toHaveLength(ITERATIONS);
  expect(own!.flat().every(Number.isFinite)).toBe(true);
  expect(own![0]![0]).not.toBe(other![0]![0]);
}

describe('a learned reward', () => {
  test('is added to a scheme in the page, priced there and trained on', async () => {
    await withLab(await linkTo(short), async (page) => {
      expect((await figuresOf(page, 'Sparse'))[0], 'every race of this batch finishes: the outcome says nothing').toBe('–');
      await page.getByTitle(/^More for sparse$/i).click();
      await page.getByRole('combobox', { name: 'Reward term to add' }).selectOption({ label: 'Learned reward (Bradley-Terry)' });
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.keyboard.press('Escape');
      await expectTrained(page);
    });
  });

  test('comes with a link', async () => {
    await withLab(await linkTo(withLearnedTerm), expectTrained);
  });
});
