import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { asNumbers, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Read = Frame & { pred: readonly unknown[]; gt: readonly unknown[] };

function overlap(columns: Read, i: number): { shared: number; covered: number; iou: number } {
  const a = asNumbers(columns.pred[i], fieldOf('pred', i), 4);
  const b = asNumbers(columns.gt[i], fieldOf('gt', i), 4);
  const area = (box: readonly number[]) => (box[2] - box[0]) * (box[3] - box[1]);
  const side = (low: number, high: number) => Math.max(0, Math.min(a[high], b[high]) - Math.max(a[low], b[low]));
  const shared = side(0, 2) * side(1, 3);
  const covered = area(a) + area(b) - shared;
  return { shared, covered, iou: covered > 0 ? shared / covered : 0 };
}

/** r_T = |A ∩ B| / |A ∪ B|, or whether it reaches a threshold. */
export default defineReward({
  id: 'iou',
  title: 'Box overlap',
  summary: 'Pays the overlap of a predicted box with the true one.',
  formula: String.raw`r_T = \frac{|A \cap B|}{|A \cup B|}`,
  provenance: 'textbook',
  cite: [{ title: 'The PASCAL Visual Object Classes Challenge', source: 'Everingham et al. 2010' }],
  useWhen: 'A box is the answer and half right should be worth half.',
  breaksWhen: 'The boxes do not touch: the overlap is 0 however near they are, so there is no way in.',
  category: 'dense',
  params: {
    threshold: { kind: 'number', default: null, nullable: true, min: 0, max: 1, step: 0.01, symbol: 'θ', help: 'Pay 1 from this overlap on and 0 below; empty pays the overlap itself.' },
  },
  needs: { pred: 'json', gt: 'json' },
  laws: ['terminal-only', 'bounded-by-one', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Two squares of 4 share 1 of 7.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 0, extra: { pred: [0, 0, 2, 2], gt: [1, 1, 3, 3] } }] },
      params: {},
      expect: [[0, 0.142857142857143]],
    },
    {
      why: 'Exactly at the threshold counts.',
      input: { trajectories: [{ group: 0, length: 1, signals: {}, outcome: 0, extra: { pred: [0, 0, 2, 1], gt: [0, 0, 1, 1] } }] },
      params: { threshold: 0.5 },
      expect: [[1]],
    },
  ],
  price: (columns, { threshold }, { buffer }) => ({
    reward: payOnLastStep(columns, buffer, (i) => {
      const { iou } = overlap(columns, i);
      return threshold === null ? iou : iou >= threshold ? 1 : 0;
    }),
  }),
  explain: (columns, { threshold }, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const { shared, covered, iou } = overlap(columns, i);
      const text = covered > 0 ? `${printed(shared)} / ${printed(covered)}` : '0';
      if (threshold === null) return [rewardLine('shared / covered', text, iou)];
      const value = reward[i * columns.maxLen + t];
      return [step('Overlap', 'x', 'shared / covered', text, iou), rewardLine(`1[x ≥ ${printed(threshold)}]`, printed(value), value)];
    }),
});
