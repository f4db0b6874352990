import { describe, expect, test } from 'vitest';
import { allPlugins } from '../../src/core/all-plugins';
import { runRewardCase } from '../../src/core/batch/reward-case';
import { goldenDifference } from '../support/golden-difference';
import { goldenIds, goldenVectors } from '../support/reward-cases';

const plugins = allPlugins();

/** Constructions of this project, for which nobody published vectors. */
const WITHOUT_VECTORS = ['answer-likelihood', 'bradley-terry', 'kl-penalty', 'outcome', 'process-model', 'rnd-novelty', 'signal', 'step-cost'];

test('every construction has published vectors or is listed as our own', () => {
  const without = plugins.list('reward').map(({ id }) => id).filter((id) => goldenVectors(id).length === 0);
  expect(without).toEqual(WITHOUT_VECTORS);
});

describe.each(goldenIds())('%s', (id) => {
  test.each(goldenVectors(id))('$id', ({ params, input, expected }) => {
    expect(goldenDifference(runRewardCase(plugins.get('reward', id), params, input), expected)).toBeNull();
  });
});

test('a vector that is off in the seventh digit is noticed', () => {
  const [{ params, input, expected }] = goldenVectors('gra');
  const off = structuredClone(expected) as { rewards: number[][] };
  off.rewards[2][0] += 3e-7;
  expect(goldenDifference(runRewardCase(plugins.get('reward', 'gra'), params, input), off)).toMatch(/rewards\[2\]\[0\]/);
});
