import { explained, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

/** r_t = R / L. */
export default defineReward({
  id: 'uniform-redistribution',
  title: 'Outcome spread evenly',
  summary: 'Divides the outcome by the length and pays every step its share.',
  formula: String.raw`r_t = \frac{R}{L}`,
  provenance: 'textbook',
  cite: [{ title: 'RUDDER (the trivial return decomposition)', source: 'arXiv:1806.07857' }],
  useWhen: 'As the plainest dense form of a sparse reward, to compare with.',
  breaksWhen: 'A learner that looks at single steps sees short trajectories as better per step, and all steps of one as equally good.',
  category: 'dense',
  params: {},
  needs: { outcome: 'trajectory' },
  laws: ['sum-preserving', 'zero-when-gate-shut', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The same outcome over four steps and over one.',
      input: { trajectories: [{ group: 0, length: 4, signals: {}, outcome: 1, extra: {} }, { group: 0, length: 1, signals: {}, outcome: 1, extra: {} }] },
      params: {},
      expect: [[0.25, 0.25, 0.25, 0.25], [1]],
    },
  ],
  price: (columns, _params, { buffer }) => ({ reward: payEveryStep(columns, buffer, (i) => columns.outcome[i] / columns.length[i]) }),
  explain: (columns, _params, { reward }, i, t) =>
    explained([rewardLine('R / L', `${printed(columns.outcome[i])} / ${columns.length[i]}`, reward[i * columns.maxLen + t])]),
});
