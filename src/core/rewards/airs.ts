import type { Frame } from '../contracts/columns';
import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { positive, signal } from '../contracts/reward-parameters';
import { log } from '../math/elementary';
import { mean } from '../math/statistics';

type Read = Frame & { intrinsic: readonly unknown[] };

/** Outcomes of each arm's pulls, in order. */
type History = readonly (readonly number[])[];

/** The next arm: untried ones first, then the largest mean of the last `window` outcomes + c √(ln(n + 1) / pulls). */
function choose(history: History, c: number, window: number): number {
  const untried = history.findIndex((outcomes) => outcomes.length === 0);
  if (untried >= 0) return untried;
  const pulls = history.reduce((total, outcomes) => total + outcomes.length, 0);
  const bound = history.map((outcomes) => mean(outcomes.slice(-window)) + c * Math.sqrt(log(pulls + 1) / outcomes.length));
  return bound.indexOf(Math.max(...bound));
}

/**
 * A bandit over intrinsic rewards: one arm per trajectory, judged by the outcome.
 *
 *     arm = argmax_a mean(last outcomes of a) + c √(ln(k + 1) / n_a);  r_t = base_t + β·intrinsic_{arm, t}
 *
 * Trajectories are taken in the order of the batch; histories run on over training.
 */
export default defineReward({
  id: 'airs',
  title: 'Automatic intrinsic reward',
  summary: 'Tries several intrinsic rewards and goes on with the one that brings outcomes.',
  formula: String.raw`a_k = \arg\max_a \bar R_a + c \sqrt{\frac{\ln(k + 1)}{n_a}},\qquad r_t = x_t + \beta\, b_{a_k, t}`,
  provenance: 'recalled',
  cite: [{ title: 'Automatic Intrinsic Reward Shaping for Exploration in Deep Reinforcement Learning', source: 'arXiv:2301.10886' }],
  useWhen: 'You cannot tell beforehand which bonus suits the task.',
  breaksWhen: 'Outcomes are 0 for a long time: all arms look alike and the choice is a rotation.',
  category: 'intrinsic',
  params: {
    arms: { kind: 'integer', default: 3, min: 1, max: 16, help: 'How many intrinsic rewards there are.' },
    c: positive(0.1, 'c', 'How strongly little-tried arms are favoured.'),
    window: { kind: 'integer', default: 10, min: 1, max: 1000, symbol: 'W', help: 'How many of an arm’s latest outcomes count.' },
    beta: positive(1, 'β', 'Weight of the chosen intrinsic reward.'),
    base: signal('base', 'The extrinsic reward.'),
  },
  needs: { outcome: 'trajectory', intrinsic: 'json' },
  outputs: { chosenArm: 'trajectory' },
  laws: ['padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Both arms are tried in turn; then the one that brought the better outcome is taken.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: { base: [1] }, outcome: 0, extra: { intrinsic: [[10], [20]] } },
          { group: 0, length: 1, signals: { base: [1] }, outcome: 1, extra: { intrinsic: [[10], [20]] } },
          { group: 0, length: 2, signals: { base: [1, 2] }, outcome: 0, extra: { intrinsic: [[10, 10], [20, 30]] } },
        ],
      },
      params: { arms: 2, c: 0.1, beta: 0.5 },
      expect: [[6], [11], [11, 17]],
    },
  ],
  price(columns, { arms, c, window, beta, base }, { buffer, state }) {
    const carried = state as History | undefined;
    const history = Array.from({ length: arms }, (_, a) => [...(carried?.length === arms ? carried[a] : [])]);
    const chosenArm = buffer(columns.nTraj);
    for (let i = 0; i < columns.nTraj; i++) history[(chosenArm[i] = choose(history, c, window))].push(columns.outcome[i]);
    let bonus: readonly number[] = [];
    const reward = payEveryStep(columns, buffer, (i, t, k) => {
      if (t === 0) bonus = asNumberLists(columns.intrinsic[i], fieldOf('intrinsic', i), arms, columns.length[i])[chosenArm[i]];
      return columns.signals[base][k] + beta * bonus[t];
    });
    return { reward, chosenArm, state: history };
  },
  explain(columns, { beta, base }, { reward, chosenArm }, i, t) {
    const k = i * columns.maxLen + t;
    const arm = chosenArm![i];
    const bonus = asNumberLists((columns as Read).intrinsic[i], fieldOf('intrinsic', i))[arm][t];
    return explained([rewardLine('x + β b', `${printed(columns.signals[base][k])} + ${printed(beta)} × ${operand(bonus)}`, reward[k])], `Intrinsic reward number ${arm + 1} was chosen for this trajectory.`);
  },
});
