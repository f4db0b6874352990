import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumber, asRecord, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { softplus } from '../math/elementary';
import { standardDeviation } from '../math/statistics';

type Read = Frame & { score: Float64Array; extra: readonly unknown[] };

const LOSS_EPSILON = 1e-5;
const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((x) => typeof x === 'string');

/** Factors of every trajectory, in order of rank, and the margin a difference has to exceed. */
function factorsOf(columns: Read, order: readonly string[], sigmaMult: number, firstMargin: number): { x: number[]; margin: number }[] {
  return order.map((name, k) => {
    const x = Array.from({ length: columns.nTraj }, (_, i) => asNumber(asRecord(columns.extra[i], fieldOf('extra', i))[name], fieldOf(name, i)));
    return { x, margin: k === 0 ? firstMargin : sigmaMult * standardDeviation(x, 0) };
  });
}

/** 1 if trajectory i is preferred to j, −1 if the other way round, 0 if no factor decides. */
function preference(factors: readonly { x: number[]; margin: number }[], signs: readonly number[], i: number, j: number): number {
  for (const [k, { x, margin }] of factors.entries()) {
    const gap = x[i] - x[j];
    if (Math.abs(gap) > margin) return Math.sign((signs[k] ?? 1) * gap);
  }
  return 0;
}

/**
 * Preferences by ranked factors, and the score of a model fitted to them.
 *
 *     i ≻ j by the first factor whose difference exceeds its margin;  r_T = score,  loss = Σ −ln σ(s_w − s_l) / (n + 1e-5)
 *
 * Pairs that no factor decides are left out. The first factor's margin is given, later ones are multiples of their spread.
 */
export default defineReward({
  id: 'heron',
  title: 'Ranked factors',
  summary: 'Turns an order of importance into preferences and pays the model that learned them.',
  formula: String.raw`i \succ j \iff \operatorname{sgn}_k (x_{k,i} - x_{k,j}) > 0,\quad k = \min\{k : |x_{k,i} - x_{k,j}| > m_k\},\qquad r_T = f_\phi(\tau)`,
  provenance: 'mixed',
  cite: [
    { title: 'Deep Reinforcement Learning from Hierarchical Preference Design', source: 'arXiv:2309.02632' },
    { title: 'Released code', source: 'abukharin3/HERON@7d6d03a7:ClassicControl/cleanrl/rm_mountain.py' },
  ],
  useWhen: 'You know which objective matters most, then second, but not what they weigh against each other.',
  breaksWhen: 'Margins make circles possible: a over b, b over c and c over a. With a margin of 0 the first factor decides nearly everything.',
  category: 'learned',
  params: {
    order: { kind: 'json', default: [], help: 'Names of the factors, most important first.', check: (value) => (isNames(value) ? null : 'expected a list of factor names.') },
    signs: { kind: 'numbers', default: [], min: -1, max: 1, maxLength: 32, help: '1 where more of a factor is better, −1 where less is; missing ones count as 1.' },
    sigmaMult: { kind: 'number', default: 1, min: 0, max: 5, step: 0.1, symbol: 'm', help: 'Margin of the later factors, in standard deviations over the batch.' },
    firstMargin: { kind: 'number', default: 0, min: 0, max: 100, step: 0.01, symbol: 'm₁', help: 'Margin of the first factor.' },
  },
  needs: { score: 'trajectory', extra: 'json' },
  outputs: { preferences: 'list', loss: 'scalar', accuracy: 'scalar' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'What is paid is the model’s score; the preferences are what it was fitted to.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { score: 0.75, a: 1, b: 0 } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { score: -0.25, a: 1, b: 2 } },
        ],
      },
      params: { order: ['a', 'b'], signs: [1, -1], sigmaMult: 1 },
      expect: [[0, 0.75], [-0.25]],
    },
  ],
  price(columns, { order, signs, sigmaMult, firstMargin }, { buffer }) {
    const factors = factorsOf(columns, order as readonly string[], sigmaMult, firstMargin);
    const { nTraj, score } = columns;
    const preferences = Array.from({ length: nTraj }, (_, i) => Array.from({ length: nTraj }, (__, j) => preference(factors, signs ?? [], i, j)));
    let [decided, total, right] = [0, 0, 0];
    for (let i = 0; i < nTraj; i++) {
      for (let j = 0; j < nTraj; j++) {
        if (preferences[i][j] !== 1) continue;
        decided += 1;
        total += softplus(score[j] - score[i]);
        if (score[i] > score[j]) right += 1;
      }
    }
    const reward = payOnLastStep(columns, buffer, (i) => score[i]);
    return { reward, preferences, loss: total / (decided + LOSS_EPSILON), accuracy: right / (decided + LOSS_EPSILON) };
  },
  explain(columns, _params, { reward, preferences }, i, t) {
    const row = (preferences as readonly (readonly number[])[])[i];
    return explainedOnLastStep(
      columns, i, t,
      () => [rewardLine('f(τ)', printed(columns.score[i]), reward[i * columns.maxLen + t])],
      `By its factors it is preferred to ${row.filter((x) => x > 0).length} of ${columns.nTraj - 1} others and ${row.filter((x) => x < 0).length} are preferred to it; the score is what a model made of that.`,
    );
  },
});
