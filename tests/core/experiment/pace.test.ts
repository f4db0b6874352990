import { describe, expect, it } from 'vitest';
import { Pace, timeLeftWords } from '../../../src/core/experiment/pace';

describe('the time that is left', () => {
  it('is what is left to do at the recent rate', () => {
    const pace = new Pace();
    pace.note(0, 1000);
    expect(pace.secondsLeft(200)).toBeNull();
    pace.note(1, 1100);
    expect(pace.secondsLeft(200)).toBeNull();
    pace.note(10, 2000);
    expect(pace.secondsLeft(200)).toBeCloseTo(19, 12);
    // Ten times as fast from here on: after a while only that counts.
    for (let second = 1; second <= 20; second++) pace.note(10 + 8 * second, 2000 + 1000 * second);
    expect(pace.secondsLeft(200)).toBeCloseTo(30 / 8, 12);
    expect(pace.secondsLeft(150)).toBe(0);
  });

  it('is unknown after a restart, when less is done than before, and while nothing moves', () => {
    const pace = new Pace();
    pace.note(0, 0);
    pace.note(50, 1000);
    expect(pace.secondsLeft(100)).toBe(1);
    pace.note(5, 2000);
    expect(pace.secondsLeft(100)).toBeNull();
    pace.note(5, 4000);
    expect(pace.secondsLeft(100)).toBeNull();
    pace.note(10, 5000);
    pace.restart();
    expect(pace.secondsLeft(100)).toBeNull();
  });

  it.each([[0, '1 s left'], [11.2, '12 s left'], [99, '99 s left'], [170, '3 min left'], [3600, '1 h left'], [7500, '2 h 5 min left']])('of %s s in words: %s', (seconds, words) => {
    expect(timeLeftWords(seconds)).toBe(words);
  });
});
