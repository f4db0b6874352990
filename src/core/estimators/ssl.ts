import { ddof, epsilon, normByStd, singleton, weight } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, trajectoryTotals } from '../math/group-statistics';

/** Value of the first zone that holds the distance, borders included; `outside` beyond all. */
function tierOf(distance: number, radii: readonly number[] | null, values: readonly number[] | null, outside: number): number {
  const zone = (radii ?? []).findIndex((radius) => distance <= radius);
  return zone >= 0 ? (values?.[zone] ?? outside) : outside;
}

/**
 * Sweet-spot learning: the return plus a tier for how near the attempt came to an ideal zone, then GRPO.
 *
 *     r_i = R_i + α · value of the first zone with distance ≤ radius,   Â = GRPO of r
 *
 * Radii ascend, borders belong to the inner zone. The shape is the paper's, the zones and their values are this project's.
 * `shapedRewards` = r.
 */
export default defineEstimator({
  id: 'ssl',
  title: 'Sweet-spot learning',
  summary: 'Adds a tier for how near an attempt came to the ideal before comparing it with its group.',
  formula: String.raw`\hat A_i = \frac{r_i - \mu_g}{\sigma_g + \varepsilon},\quad r_i = R_i + \alpha\, S(d_i)`,
  family: 'reweighting',
  provenance: 'own',
  cite: [{ title: 'Sweet Spot Learning', source: 'arXiv:2601.22491' }],
  useWhen: 'Success is binary, but a distance to the ideal outcome can be measured.',
  breaksWhen: 'Tiers are worth more than success: circling near the goal then pays better than reaching it.',
  params: {
    alpha: weight(0.5, 'Weight of the tier beside the return.', { symbol: 'α' }),
    radii: { kind: 'numbers', default: [0.1, 0.5, 1], min: 0, max: 1e6, maxLength: 16, help: 'Outer borders of the zones, ascending.' },
    values: { kind: 'numbers', default: [1, 0.5, 0.2], min: -10, max: 10, maxLength: 16, help: 'What each zone is worth, from the inside out.' },
    outside: { kind: 'number', default: 0, min: -10, max: 10, step: 0.1, help: 'What lies beyond all zones.' },
    normByStd: normByStd(true),
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
    singleton: singleton('raw'),
  },
  needs: { reward: 'step', group: 'group', distance: 'trajectory' },
  outputs: { shapedRewards: 'trajectory' },
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'shift-invariant', 'sums-to-zero'],
  reducesTo: [{ at: { alpha: 0 }, equals: 'grpo', why: 'Without the tier it is GRPO.' }],
  examples: [
    {
      why: 'Distances 1 (on the border of the first zone, worth 2) and 3 (outside, worth −1), α = ½: r = 1 + 1 = 2 and 0.5 − 0.5 = 0. σ + ε = 2: ±½.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 1], extra: { distance: 1 } },
          { group: 0, rewards: [0.5], extra: { distance: 3 } },
        ],
      },
      params: { alpha: 0.5, radii: [1, 2], values: [2, 1], outside: -1, epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.5], [-0.5]],
    },
  ],
  estimate(columns, params, { buffer }) {
    const shapedRewards = trajectoryTotals(columns.reward, columns, buffer);
    for (let i = 0; i < shapedRewards.length; i++) shapedRewards[i] += params.alpha * tierOf(columns.distance[i], params.radii, params.values, params.outside);
    return { advantage: broadcast(groupScores(shapedRewards, columns.group, params, buffer), columns, buffer), shapedRewards };
  },
  explain(columns, params, { shapedRewards }, i) {
    const own = totalLine(columns.reward, columns, i);
    const tier = tierOf(columns.distance[i], params.radii, params.values, params.outside);
    const shaped = line('Return and tier', 'r', 'R + α × tier', fill`${own.value} + ${params.alpha} × ${tier}`, shapedRewards![i], 'reward');
    return explanation([own, shaped, ...scoreLines(shapedRewards![i], groupValues(shapedRewards!, columns.group, i), params, { symbol: 'r' })], {
      members: groupMembers(shapedRewards!, columns.group, i, 'Returns with tiers'),
    });
  },
});
