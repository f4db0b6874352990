import type { Frame } from '../contracts/columns';
import { chain, explained, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { isLastStep, payEveryStep, addToLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

interface Rule {
  readonly levels: readonly string[];
  readonly thresholds: Readonly<Record<string, number>>;
  readonly outcomeThreshold: number;
}

/** How many levels are open, counted from the highest: a level counts while everything above it passes. */
function openLevels(columns: Frame & { outcome: Float64Array; signals: Readonly<Record<string, Float64Array>> }, rule: Rule, i: number): number {
  if (!(columns.outcome[i] > rule.outcomeThreshold)) return 0;
  let open = 1;
  for (let j = rule.levels.length - 1; j > 0; j--) {
    const name = rule.levels[j];
    const value = stepsOf(columns.signals[name], columns, i).reduce((total, x) => total + x, 0);
    if (!(value > (rule.thresholds[name] ?? 0))) break;
    open += 1;
  }
  return Math.min(open, rule.levels.length);
}

const isNames = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((x) => typeof x === 'string');

/**
 * Gated accumulation over ordered levels: a level's signals count while the outcome and every level above pass.
 *
 *     open_j = 1[R > δ_out] · Π_{m > j} 1[Σ_t s_m,t > δ_m],   r_t = Σ_j open_j s_j,t, and R on the last step
 */
export default defineReward({
  id: 'gra-hierarchy',
  title: 'Gated accumulation, ordered levels',
  summary: 'A level’s rewards count only while the outcome and every higher level pass.',
  formula: String.raw`r_t = \sum_j \Big(\mathbb 1[R > \delta_o] \prod_{m > j} \mathbb 1\big[\textstyle\sum_t s_{m,t} > \delta_m\big]\Big) s_{j,t} + \mathbb 1[t = T]\, R`,
  provenance: 'mixed',
  cite: [{ title: 'Stabilizing Long-term Multi-turn Reinforcement Learning with Gated Rewards (general rule)', source: 'arXiv:2508.10548' }],
  useWhen: 'Several shaping signals have an order of importance and the cheap ones must never be bought at the price of the dear ones.',
  breaksWhen: 'A level in the middle that rarely passes silences everything below it. Levels are compared by their sums over the trajectory, so long trajectories pass more easily.',
  category: 'gated',
  params: {
    levels: {
      kind: 'json',
      default: ['low', 'high'],
      help: 'Names of the signals, from the lowest level to the highest.',
      check: (value) => (isNames(value) ? null : 'expected a list of signal names, lowest level first.'),
      signals: (value) => (isNames(value) ? value : []),
      suited: (signals) => signals.slice(0, 3),
    },
    thresholds: { kind: 'weights', default: {}, min: -100, max: 100, help: 'The sum over the trajectory that each level must exceed to open those below it.' },
    outcomeThreshold: { kind: 'number', default: 0, min: -5, max: 5, step: 0.05, symbol: 'δ_o', help: 'The outcome must be above this for any level to count.' },
  },
  needs: { outcome: 'trajectory' },
  laws: ['zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Submit passes and opens tool; tool sums to 0 and keeps format shut. In the second, format is open too; in the third, the outcome shuts all.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { format: [1, 1], tool: [1, -1], submit: [0, 1] }, outcome: 2, extra: {} },
          { group: 0, length: 2, signals: { format: [1, 1], tool: [1, 0], submit: [0, 1] }, outcome: 2, extra: {} },
          { group: 0, length: 1, signals: { format: [1], tool: [1], submit: [1] }, outcome: 0, extra: {} },
        ],
      },
      params: { levels: ['format', 'tool', 'submit'], thresholds: { tool: 0, submit: 0.5 }, outcomeThreshold: 0 },
      expect: [[1, 2], [2, 4], [0]],
    },
  ],
  price(columns, params, { buffer }) {
    const rule = params as Rule;
    const names = rule.levels;
    let open = 0;
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) open = openLevels(columns, rule, i);
      let sum = 0;
      for (let j = names.length - open; j < names.length; j++) sum += columns.signals[names[j]][k];
      return sum;
    });
    return { reward: addToLastStep(reward, columns, (i) => columns.outcome[i]) };
  },
  explain(columns, params, { reward }, i, t) {
    const rule = params as Rule;
    const k = i * columns.maxLen + t;
    const open = rule.levels.slice(rule.levels.length - openLevels(columns, rule, i));
    const x = open.map((name) => columns.signals[name][k]);
    const sum = x.reduce((total, value) => total + value, 0);
    const outcome = columns.outcome[i];
    return explained(
      [
        step('Open levels', 'Σ', open.join(' + ') || '0', chain(x), sum),
        isLastStep(columns, i, t) ? rewardLine('Σ + R', `${printed(sum)} + ${operand(outcome)}`, reward[k]) : rewardLine('Σ', printed(sum), reward[k]),
      ],
      open.length === rule.levels.length ? 'Every level is open.' : `${rule.levels.slice(0, rule.levels.length - open.length).join(', ')} ${open.length === 0 ? 'stay shut: the outcome does not pass.' : `stay shut: ${open[0]} does not pass.`}`,
    );
  },
});
