import { describe, expect, it } from 'vitest';
import { armsOf } from '../../src/lessons/experiment';
import { loadRecording } from '../../src/lessons/load';
import { allLessons } from './claims';
import { measureArm } from './measure';

const all = await allLessons();

describe.each(all.map((one) => [one.lesson.id, one] as const))('the recording of %s', (_, { card, lesson }) => {
  it('is what the lab measures: the first seed again, to the bit', async () => {
    const recording = (await loadRecording(lesson.id))!;
    const again = await measureArm(card, lesson, armsOf(card, lesson)[lesson.sketch]!, { seeds: 1 });
    const recorded = recording.arms[lesson.sketch]!;
    expect(Object.keys(again.figures).length).toBeGreaterThan(4);
    for (const [name, { values }] of Object.entries(again.figures)) expect([name, values[0]]).toEqual([name, recorded.figures[name]!.values[0]]);
  });

  it('has curves of the schemes on the page that end at the measured figures', async () => {
    const { arms, truth, seeds } = (await loadRecording(lesson.id))!;
    for (const letter of Object.keys(lesson.names)) {
      const { curve, figures, iterations } = arms[letter]!;
      const end = figures[`${truth}@${iterations}`]!;
      expect(end.values).toHaveLength(seeds);
      expect(curve!.iteration.at(-1)).toBe(lesson.iterations);
      expect(Math.abs(curve!.mean.at(-1)! - end.mean)).toBeLessThanOrEqual(1e-3 * Math.max(1e-3, Math.abs(end.mean)));
      expect(curve!.mean.every((x, k) => curve!.low[k]! <= x * (1 + 1e-3 * Math.sign(x)) && x * (1 - 1e-3 * Math.sign(x)) <= curve!.high[k]!)).toBe(true);
    }
  });
});
