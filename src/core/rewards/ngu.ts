import { explained, rewardLine } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';

/** r_t = clip(1 + l_t, 1, L) e_t: episodic novelty, raised where the place is new over the whole training. */
export default defineReward({
  id: 'ngu',
  title: 'Never give up',
  summary: 'Multiplies novelty within the trajectory by novelty over all of training.',
  formula: String.raw`r_t = \operatorname{clip}(1 + l_t,\, 1,\, L) \cdot e_t`,
  provenance: 'mixed',
  cite: [
    { title: 'Never Give Up: Learning Directed Exploration Strategies', source: 'arXiv:2002.06038' },
    { title: 'RLeXplore', source: 'RLE-Foundation/rllte@0707f55:ngu.py' },
  ],
  useWhen: 'One wants both: a tour in every trajectory, and extra for what was never seen.',
  breaksWhen: 'The lifelong part is below 0: it then counts as known, no less. Without it this is the episodic bonus, which never fades.',
  category: 'intrinsic',
  params: {
    maxScale: { kind: 'number', default: 5, min: 1, max: 100, step: 0.1, symbol: 'L', help: 'Most that lifelong novelty can multiply.' },
    lifelong: signal('lifelong', 'Novelty over training, 0 for the ordinary.'),
    episodic: signal('episodic', 'Novelty within the trajectory.'),
  },
  needs: {},
  laws: ['markov', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  markov: true,
  examples: [
    {
      why: 'Tripled; at the cap of 4; known places count once.',
      input: { trajectories: [{ group: 0, length: 3, signals: { lifelong: [2, 9, -3], episodic: [0.5, 0.5, 0.5] }, outcome: 0, extra: {} }] },
      params: { maxScale: 4 },
      expect: [[1.5, 2, 0.5]],
    },
  ],
  price: (columns, { maxScale, lifelong, episodic }, { buffer }) => ({
    reward: payEveryStep(columns, buffer, (_i, _t, k) => Math.min(maxScale, Math.max(1, 1 + columns.signals[lifelong][k])) * columns.signals[episodic][k]),
  }),
  explain(columns, { maxScale, lifelong, episodic }, { reward }, i, t) {
    const k = i * columns.maxLen + t;
    return explained([
      rewardLine('clip(1 + l, 1, L) × e', `clip(1 + ${operand(columns.signals[lifelong][k])}, 1, ${printed(maxScale)}) × ${operand(columns.signals[episodic][k])}`, reward[k]),
    ]);
  },
});
