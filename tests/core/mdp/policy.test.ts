import { expect, it } from 'vitest';
import { emptyPolicy, softmaxPolicy } from '../../../src/core/mdp/policy';

it('turns logits into probabilities, their logarithms and running thresholds', () => {
  const { probability, logProbability, threshold } = softmaxPolicy(Float64Array.from([0, Math.log(2), Math.log(5), 800, 0, 0]), 2, 3);
  [1 / 8, 2 / 8, 5 / 8].forEach((p, a) => {
    expect(probability[a]).toBeCloseTo(p, 14);
    expect(logProbability[a]).toBeCloseTo(Math.log(p), 14);
  });
  expect(threshold[0]).toBe(2 ** 29);
  expect(threshold[2]).toBe(2 ** 32 - 1);
  expect([...probability.slice(3)]).toEqual([1, 0, 0]);
  expect([...logProbability.slice(3)]).toEqual([0, -800, -800]);
});

it('fills given arrays', () => {
  const out = emptyPolicy(1, 2);
  expect(softmaxPolicy(Float64Array.from([0, 0]), 1, 2, out)).toBe(out);
  expect([...out.probability]).toEqual([0.5, 0.5]);
});

it.each([NaN, Infinity, -Infinity])('names the state and action of a logit that is %d', (bad) => {
  const logits = Float64Array.from([0, 0, 0, bad]);
  if (bad === -Infinity) expect(softmaxPolicy(logits, 2, 2).probability[3]).toBe(0);
  else expect(() => softmaxPolicy(logits, 2, 2)).toThrow('The logit of action 1 in state 1 is');
});
