import { describe, expect, it } from 'vitest';
import { acceptedMedian, CLICK_MEDIANS, CREDITS, firstHits, measureCredits, median, NEVER } from './closed-form';

describe('how soon clicks hit in nine of ten', () => {
  // Widths 0.1 and 0.025 tell the story; all are in the full set.
  const cells = CLICK_MEDIANS.flatMap(([width, medians]) => (width === 0.1 || width === 0.025 ? Object.entries(medians).map(([scheme, reference]) => [width, scheme, reference] as const) : []));
  it.each(cells)('a target %d wide, %s', async (width, scheme, reference) => {
    const first = await firstHits(width, scheme, 20);
    const [low, high] = acceptedMedian(reference);
    expect(median(first)).toBeGreaterThanOrEqual(low);
    expect(median(first)).toBeLessThanOrEqual(high);
    if (reference === NEVER) expect(first).toEqual(first.map(() => NEVER));
  });
});

describe('what credits of denoising steps are worth', async () => {
  const measured = await measureCredits(500);

  it.each(Object.entries(CREDITS))('%s', (name, [correlation, cosine]) => {
    expect(Math.abs(measured[name].correlation - correlation)).toBeLessThanOrEqual(0.03);
    expect(Math.abs(measured[name].cosine - cosine)).toBeLessThanOrEqual(0.03);
  });

  it('gains of completions are biased and yet the better credit; one score for all steps is the other way round', () => {
    expect(measured['gains'].cosineOfMean).toBeLessThan(0.96);
    expect(measured['broadcast'].cosineOfMean).toBeGreaterThan(0.98);
    expect(measured['gains'].cosine).toBeGreaterThan(measured['broadcast'].cosine + 0.2);
  });
});
