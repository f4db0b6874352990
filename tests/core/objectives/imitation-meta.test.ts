/** The balance that learns, against finite differences of what it claims to climb and against its rule in small. */
import { describe, expect, it } from 'vitest';
import imitationMeta from '../../../src/core/objectives/imitation-meta';
import { completeParameters } from '../../../src/core/contracts/parameters';
import type { ObjectivePolicy } from '../../../src/core/contracts/objective';
import { bestVisits } from '../../../src/core/mdp/best-visits';
import { evaluatePolicy, startValue } from '../../../src/core/mdp/exact';
import { lookAhead } from '../../../src/core/mdp/look-ahead';
import { softmaxPolicy } from '../../../src/core/mdp/policy';
import { mixSeed, nextUniform } from '../../../src/core/math/random';
import { randomMdp, randomPolicy } from '../mdp/random-mdp';

const RATE = 0.8;
type Stored = Record<string, unknown>;
interface Carried {
  readonly share: number;
  readonly entropy: number | null;
}

const paramsOf = (stored: Stored) => completeParameters(imitationMeta.params, stored).values as never;

/** A random table, a policy on it, and the sums of a batch with advantages of both signs. */
function situation(seed: number) {
  const table = randomMdp(seed);
  const { logits, probability, logProbability } = randomPolicy(table, seed);
  const stream = mixSeed(31, seed);
  const column = (zeros: number) => Float64Array.from(logits, () => (nextUniform(stream) < zeros ? 0 : 4 * nextUniform(stream)));
  const aggregates = { S: table.S, A: table.A, nTraj: 16, positive: column(0.3), negative: column(0.3), count: column(0.2).map(Math.ceil) };
  const reward = table.metrics[table.truth];
  const at = (iteration: number): ObjectivePolicy => ({
    logits,
    probability,
    logProbability,
    behaviour: probability,
    reference: randomPolicy(table, seed + 50).logProbability,
    demonstration: bestVisits(table, reward),
    lookAhead: lookAhead(table, reward, logits, RATE),
    iteration,
  });
  const carry = (stored: Stored, before?: Carried, iteration = 0) => imitationMeta.carry!(aggregates, at(iteration), paramsOf(stored), before) as Carried;
  const gradient = (share: number, stored: Stored = {}) => {
    const out = new Float64Array(logits.length);
    imitationMeta.gradient(aggregates, { ...at(0), carried: { share, entropy: 0 } }, paramsOf(stored), out);
    return out;
  };
  return { table, logits, reward, aggregates, at, carry, gradient };
}

const still = { entropyRate: 0, least: 0, most: 1 };

describe.each([1, 2, 3])('on random table %s', (seed) => {
  const { table, logits, reward, at, carry, gradient } = situation(seed);

  it.each([{}, { klWeight: 0.6, entropyBonus: 0.1 }])('moves by the slope of the exact value after the update in μ, by finite differences, with %j', (penalties) => {
    const after = (share: number) => {
      const step = gradient(share, penalties);
      const { probability } = softmaxPolicy(logits.map((z, k) => z - RATE * step[k]), table.S, table.A);
      return startValue(table, evaluatePolicy(table, probability, reward).value);
    };
    for (const share of [0.2, 0.7]) {
      const slope = (after(share + 1e-5) - after(share - 1e-5)) / 2e-5;
      expect(Math.abs(slope)).toBeGreaterThan(1e-4);
      expect(carry({ ...still, ...penalties, metaRate: 0.5 }, { share, entropy: 1 }).share - share).toBeCloseTo(0.5 * slope, 9);
    }
  });

  it('estimates it from the batch, or from demonstrations, to first order', () => {
    const change = gradient(1).map((x, k) => x - gradient(0)[k]);
    const slope = (loss: Float64Array) => RATE * loss.reduce((sum, x, k) => sum + x * change[k], 0);
    const moved = (utility: string) => carry({ ...still, utility, metaRate: 0.01 }, { share: 0.5, entropy: 1 }).share - 0.5;
    expect(moved('batch')).toBeCloseTo(0.01 * slope(gradient(0)), 13);
    expect(moved('demonstrations')).toBeCloseTo(0.01 * slope(gradient(1)), 13);
    expect(moved('batch')).not.toBeCloseTo(moved('value'), 6);
  });

  it('takes its target from the first batch after the warm-up, and rises while the entropy is below it', () => {
    const probability = at(0).probability;
    const first = carry({ ...still, utility: 'batch', metaEvery: 1000, warmUp: 3 }, undefined, 3);
    const { count } = situation(seed).aggregates;
    const entropyOf = (s: number) => -probability.subarray(s * table.A, (s + 1) * table.A).reduce((sum, p) => sum + p * Math.log(p), 0);
    const steps = count.reduce((a, b) => a + b);
    expect(first.entropy).toBeCloseTo(count.reduce((sum, n, k) => sum + n * entropyOf(Math.floor(k / table.A)), 0) / steps, 12);
    const rule = { entropyRate: 0.1, least: 0, most: 1, metaEvery: 1000, warmUp: 3 };
    expect(carry(rule, { share: 0.5, entropy: first.entropy! + 0.4 }, 4)).toEqual({ share: expect.closeTo(0.54, 12), entropy: first.entropy! + 0.4 });
    expect(carry(rule, { share: 0.5, entropy: first.entropy! - 0.4 }, 4).share).toBeCloseTo(0.46, 12);
  });
});

describe('its schedule', () => {
  const { carry, at, gradient } = situation(1);
  const shareOf = (stored: Stored, iteration: number, carried?: Carried) => imitationMeta.imitationShare!({ iteration, carried }, paramsOf(stored));

  it('imitates alone while warming up, and the balance waits', () => {
    const stored = { imitation: 0.4, warmUp: 3 };
    expect([0, 2, 3].map((iteration) => shareOf(stored, iteration, { share: 0.4, entropy: null }))).toEqual([1, 1, 0.4]);
    expect(carry(stored, undefined, 2)).toEqual({ share: 0.4, entropy: null });
    expect(carry(stored, { share: 0.4, entropy: null }, 3)).not.toMatchObject({ share: 0.4 });
  });

  it('looks ahead every K iterations after the warm-up', () => {
    const stored = { ...still, warmUp: 2, metaEvery: 3 };
    const moves = [2, 3, 4, 5].map((iteration) => carry(stored, { share: 0.5, entropy: 1 }, iteration).share !== 0.5);
    expect(moves).toEqual([true, false, false, true]);
  });

  it('stays within its bounds, the lower one first', () => {
    const up = { entropyRate: 0.1, metaEvery: 1000, least: 0.3, most: 0.6 };
    expect(carry(up, { share: 0.59, entropy: 90 }, 1).share).toBe(0.6);
    expect(carry(up, { share: 0.31, entropy: -90 }, 1).share).toBe(0.3);
    expect(carry({ ...up, most: 0.1 }, { share: 0.31, entropy: 90 }, 1).share).toBe(0.3);
  });

  it('writes nothing over', () => {
    const before = Object.freeze({ share: 0.5, entropy: 1 });
    expect(carry({}, before)).not.toEqual(before);
    expect(gradient(0.5)).toEqual(gradient(0.5));
    expect(() => imitationMeta.carry!(situation(1).aggregates, { ...at(0), lookAhead: undefined } as never, paramsOf({}), before)).toThrow(/one update ahead/);
  });
});
