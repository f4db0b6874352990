import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { informative } from '../contracts/reward-parameters';

type Read = Frame & { pred: readonly unknown[]; gt: readonly unknown[] };

function overlap(columns: Read, i: number): { shared: number; covered: number; value: number } {
  const [a, b] = asNumbers(columns.pred[i], fieldOf('pred', i), 2);
  const [c, d] = asNumbers(columns.gt[i], fieldOf('gt', i), 2);
  const shared = Math.max(0, Math.min(b, d) - Math.max(a, c));
  const covered = b - a + (d - c) - shared;
  return { shared, covered, value: covered > 0 ? shared / covered : 0 };
}

/** r_T = shared time / covered time. Dividing by the hull, from the first start to the last end, gives the same wherever the two meet. */
export default defineReward({
  id: 'temporal-iou',
  title: 'Overlap in time',
  summary: 'Pays the overlap of a predicted stretch of time with the true one.',
  formula: String.raw`r_T = \frac{\max(0, \min(e, \hat e) - \max(s, \hat s))}{|[s, e] \cup [\hat s, \hat e]|}`,
  provenance: 'textbook',
  cite: [{ title: 'Temporal localisation, as commonly scored', source: 'Gao et al., ICCV 2017' }],
  useWhen: 'A clip has to be found in a video.',
  breaksWhen: 'The stretches do not meet: nothing tells which way to move.',
  category: 'dense',
  params: {
    union: informative('Whether a published vector divides by the covered time or by the stretch from first start to last end; the two agree wherever anything is shared.'),
  },
  needs: { pred: 'json', gt: 'json' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'They share 1 of 4.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { pred: [0, 2], gt: [1, 4] } }] },
      params: {},
      expect: [[0, 0.25]],
    },
    {
      why: 'They do not meet.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { pred: [0, 1], gt: [3, 4] } }] },
      params: {},
      expect: [[0]],
    },
  ],
  price: (columns, _params, { buffer }) => ({ reward: payOnLastStep(columns, buffer, (i) => overlap(columns, i).value) }),
  explain: (columns, _params, _result, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { shared, covered, value } = overlap(columns, i);
      return [rewardLine('shared / covered', covered > 0 ? `${printed(shared)} / ${printed(covered)}` : '0', value)];
    }),
});
