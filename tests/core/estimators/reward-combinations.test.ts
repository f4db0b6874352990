import { expect, it } from 'vitest';
import { runEstimatorCase } from '../../../src/core/batch/estimator-case';
import { allPlugins } from '../../../src/core/all-plugins';

const plugins = allPlugins();
/**
 * Small beside a rounding to five decimals. With the usual 1e-6 some vectors differ by ε alone and fall on both sides of a rounding:
 * GRPO then counts 31, 125, 108 and 25 where the exact counts are 29, 121, 106 and 23.
 */
const epsilon = 1e-10;

/** Every multiset of `size` reward vectors of n zeros and ones, vectors as bit patterns. */
function groupsOf(n: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: 2 ** n - from }, (_, k) => from + k).flatMap((first) => groupsOf(n, size - 1, first).map((rest) => [first, ...rest]));
}

/** How many groups an estimator tells apart: distinct sorted advantages, to five decimals, of all of them in one batch. */
function distinct(estimator: string, params: Record<string, unknown>, n: number, size: number): number {
  const groups = groupsOf(n, size);
  const trajectories = groups.flatMap((vectors, group) =>
    vectors.map((bits) => {
      const rewardDims = Object.fromEntries(Array.from({ length: n }, (_, k) => [`r${k}`, (bits >> k) & 1]));
      return { group, rewards: [Object.values(rewardDims).reduce((a, b) => a + b, 0)], extra: { rewardDims } };
    }),
  );
  const { advantages } = runEstimatorCase({ estimator, params, input: { trajectories } }, plugins);
  const seen = groups.map((_, g) => {
    const own = advantages.slice(g * size, (g + 1) * size).map(([x]) => Math.round(x * 1e5) + 0);
    return own.sort((a, b) => a - b).join();
  });
  return new Set(seen).size;
}

/** Exact integers; the first row is the published example. Source: arXiv:2601.05242, counted by an independent implementation. */
it.each([
  [2, 2, 10, 2, 3, 3],
  [2, 4, 35, 7, 10, 14],
  [2, 8, 165, 29, 36, 81],
  [2, 16, 969, 121, 136, 497],
  [3, 4, 330, 14, 20, 45],
  [3, 8, 6435, 106, 120, 1002],
  [4, 4, 3876, 23, 35, 127],
])('%i rewards in groups of %i: of %i combinations GRPO on the sum tells %i apart, without the deviation %i, GDPO %i', (n, size, all, grpo, withoutStd, gdpo) => {
  expect(groupsOf(n, size)).toHaveLength(all);
  expect(distinct('grpo', { ddof: 0, epsilon }, n, size)).toBe(grpo);
  expect(distinct('grpo', { normByStd: false }, n, size)).toBe(withoutStd);
  expect(distinct('gdpo', { epsilon }, n, size)).toBe(gdpo);
});
