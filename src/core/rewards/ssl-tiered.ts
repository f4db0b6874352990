import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive } from '../contracts/reward-parameters';

function tier(distance: number, radii: readonly number[], values: readonly number[], outside: number): number {
  const at = radii.findIndex((radius) => distance <= radius);
  return at < 0 ? outside : (values[at] ?? outside);
}

/** r_T = R + α·value of the first radius that holds the distance. */
export default defineReward({
  id: 'ssl-tiered',
  title: 'Tiers around the target',
  summary: 'Adds to the outcome a bonus that falls in steps with the distance from the ideal.',
  formula: String.raw`r_T = R + \alpha\, v_k,\qquad k = \min\{\, k : d \le \rho_k \,\}`,
  provenance: 'own',
  cite: [{ title: 'SSL: Sweet Spot Learning (tiers and values are ours)', source: 'arXiv:2601.22491' }],
  useWhen: 'Near misses should count for something, and a smooth reward is more than the measure of distance can bear.',
  breaksWhen: 'The policy sits inside one tier: there is no slope until the next edge.',
  category: 'dense',
  params: {
    alpha: positive(1, 'α', 'Weight of the tiers.'),
    radii: { kind: 'numbers', default: [0.1, 0.5, 1], min: 0, max: 1e6, maxLength: 32, symbol: 'ρ', help: 'Edges of the tiers, ascending; an edge belongs to its tier.' },
    values: { kind: 'numbers', default: [1, 0.5, 0.25], min: -10, max: 10, maxLength: 32, symbol: 'v', help: 'What each tier is worth.' },
    outside: { kind: 'number', default: 0, min: -10, max: 10, step: 0.05, help: 'What a distance beyond all tiers is worth.' },
  },
  needs: { outcome: 'trajectory', distance: 'trajectory' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Exactly on the second edge, and beyond all of them.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { distance: 0.5 } }, { group: 0, length: 1, signals: {}, outcome: 0, extra: { distance: 3 } }] },
      params: { alpha: 2, radii: [0.25, 0.5], values: [1, 0.75], outside: -0.25 },
      expect: [[0, 2.5], [-0.5]],
    },
  ],
  price: (columns, { alpha, radii, values, outside }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => columns.outcome[i] + alpha * tier(columns.distance[i], radii ?? [], values ?? [], outside)),
  }),
  explain: (columns, { alpha, radii, values, outside }, { reward }, i, t) => {
    const value = tier(columns.distance[i], radii ?? [], values ?? [], outside);
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine('R + α v', `${printed(columns.outcome[i])} + ${printed(alpha)} × ${operand(value)}`, reward[i * columns.maxLen + t])],
      `A distance of ${printed(columns.distance[i])} is worth ${printed(value)}.`,
    );
  },
});
