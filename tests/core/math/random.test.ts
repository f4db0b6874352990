import { describe, expect, it } from 'vitest';
import { iterationPrefix, mixSeed, nextUniform, nextWord, startStream, STREAM, trajectoryStream } from '../../../src/core/math/random';

/** χ² of equally likely cells. With d degrees of freedom it has mean d and variance 2d. */
function chiSquare(counts: ArrayLike<number>): number {
  let n = 0;
  for (let i = 0; i < counts.length; i++) n += counts[i];
  const expected = n / counts.length;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += (counts[i] - expected) ** 2 / expected;
  return sum;
}

/** Standard deviations that χ² lies from its mean. */
const surprise = (counts: ArrayLike<number>) => (chiSquare(counts) - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));

describe('streams', () => {
  it('give the same words for ever', () => {
    const stream = trajectoryStream(7, 1, 2, 3);
    expect([nextWord(stream), nextWord(stream), nextWord(stream), nextWord(stream)]).toEqual(FROZEN);
  });

  it('depend on the order of the words that start them', () => {
    const orders = [
      [1, 2, 0, 0], [2, 1, 0, 0], [0, 1, 2, 0], [0, 2, 1, 0], [1, 0, 2, 0], [2, 0, 1, 0], [0, 0, 1, 2], [0, 0, 2, 1], [3, 0, 0, 0], [0, 3, 0, 0],
    ] as const;
    const first = orders.map(([seed, learner, iteration, trajectory]) => nextWord(trajectoryStream(seed, learner, iteration, trajectory)));
    expect(new Set(first).size).toBe(orders.length);
  });

  it('differ for seeds beyond 32 bits', () => {
    expect(nextWord(trajectoryStream(5, 0, 0, 0))).not.toBe(nextWord(trajectoryStream(5 + 2 ** 32, 0, 0, 0)));
  });

  it('tell a word from a trailing zero word', () => {
    expect(nextWord(mixSeed(4))).not.toBe(nextWord(mixSeed(4, 0)));
    expect(nextWord(mixSeed(0))).not.toBe(nextWord(mixSeed(0, 0)));
  });

  it('start apart from a shared prefix as from the whole list', () => {
    const stream = { state: 0, increment: 1 };
    startStream(iterationPrefix(7, 1, 2, STREAM.trajectory), 3, stream);
    expect(stream).toEqual(trajectoryStream(7, 1, 2, 3));
  });

  it('have an odd increment that varies between streams', () => {
    const increments = Array.from({ length: 1000 }, (_, i) => trajectoryStream(1, 0, 0, i).increment);
    expect(increments.every((c) => (c & 1) === 1)).toBe(true);
    expect(new Set(increments).size).toBe(1000);
  });

  it('spread words evenly within a stream, in every byte and in pairs', () => {
    const stream = mixSeed(11, 13);
    const bytes = [0, 8, 16, 24].map(() => new Uint32Array(256));
    const pairs = new Uint32Array(1024);
    let previous = nextWord(stream) >>> 27;
    for (let i = 0; i < 400_000; i++) {
      const word = nextWord(stream);
      for (let b = 0; b < 4; b++) bytes[b][(word >>> (8 * b)) & 255] += 1;
      pairs[previous * 32 + (word >>> 27)] += 1;
      previous = word >>> 27;
    }
    for (const counts of [...bytes, pairs]) expect(Math.abs(surprise(counts))).toBeLessThan(4.5);
  });

  it('are independent of their neighbours: first and second words over trajectories, learners, iterations and seeds', () => {
    const vary: ((i: number) => readonly [number, number, number, number])[] = [
      (i) => [1, 0, 0, i], (i) => [1, 0, i, 0], (i) => [1, i, 0, 0], (i) => [i, 0, 0, 0],
    ];
    for (const words of vary) {
      const first = new Uint32Array(256);
      const low = new Uint32Array(256);
      const second = new Uint32Array(256);
      const neighbours = new Uint32Array(1024);
      let sumOfProducts = 0;
      let last = 0.5;
      const n = 100_000;
      for (let i = 0; i < n; i++) {
        const stream = trajectoryStream(...words(i));
        const word = nextWord(stream);
        const u = word / 2 ** 32;
        first[word >>> 24] += 1;
        low[word & 255] += 1;
        second[nextWord(stream) >>> 24] += 1;
        neighbours[Math.floor(last * 32) * 32 + (word >>> 27)] += 1;
        sumOfProducts += (u - 0.5) * (last - 0.5);
        last = u;
      }
      for (const counts of [first, low, second, neighbours]) expect(Math.abs(surprise(counts))).toBeLessThan(4.5);
      expect(Math.abs((sumOfProducts / n) * 12 * Math.sqrt(n))).toBeLessThan(4.5);
    }
  });

  it('do not correlate between paired streams step by step', () => {
    const a = trajectoryStream(1, 0, 0, 0);
    const b = trajectoryStream(1, 0, 0, 1);
    let sum = 0;
    const n = 200_000;
    for (let i = 0; i < n; i++) sum += (nextUniform(a) - 0.5) * (nextUniform(b) - 0.5);
    expect(Math.abs((sum / n) * 12 * Math.sqrt(n))).toBeLessThan(4.5);
  });

  it('need at least one word', () => {
    expect(() => mixSeed()).toThrow('at least one word');
  });
});

/** Words 1 to 4 of trajectoryStream(7, 1, 2, 3), from a second implementation in Python's unbounded integers. */
const FROZEN = [3820610156, 4225835079, 4041783812, 366244436];
