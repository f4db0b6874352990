import { describe, expect, it } from 'vitest';
import { loadRecording } from '../../src/lessons/load';
import { allLessons, ClaimCheck } from './claims';
import { measuredFrom } from './measure';

const all = await allLessons();

describe.each(all.map((one) => [one.lesson.id, one] as const))('%s', (_, one) => {
  const check = new ClaimCheck(one);

  it.each(one.lesson.claims.map((claim) => [claim.says, claim] as const))('%s', async (_says, claim) => {
    expect(await check.holds(claim)).toBe(true);
  });

  it.each(one.lesson.claims.map((claim) => [claim.says, claim] as const))('would be noticed without the reward: %s', async (_says, claim) => {
    expect(claim.arms).toContain(claim.about);
    expect(await check.holdsWithoutReward(claim)).toBe(false);
  });

  it('claims nothing that its own recording contradicts', async () => {
    const recording = (await loadRecording(one.lesson.id))!;
    for (const claim of one.lesson.claims) expect(claim.holds(measuredFrom(recording.arms)), claim.says).toBe(true);
  });
});
