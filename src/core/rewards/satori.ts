import type { Frame } from '../contracts/columns';
import { explainedOnLastStep, rewardLine, step } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, fieldOf } from '../contracts/json-column';
import { payOnLastStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';

type Box = readonly number[];
type Read = Frame & { outcome: Float64Array; format: Float64Array; bleu: Float64Array; rougeL: Float64Array; pred: readonly unknown[]; gt: readonly unknown[] };

const OVERLAP_EPSILON = 1e-6;
const WEIGHTS = ['format', 'caption', 'bbox', 'answer'] as const;
type Weights = Readonly<Record<(typeof WEIGHTS)[number], number>>;

const sorted = (x: readonly number[]) => [...new Set(x)].sort((a, b) => a - b);

/** Area covered by boxes of `a`, and by both `a` and `b`, on the grid that all edges draw. */
function areas(a: readonly Box[], b: readonly Box[]): { both: number; either: number } {
  const xs = sorted([...a, ...b].flatMap(([x1, , x2]) => [x1, x2]));
  const ys = sorted([...a, ...b].flatMap(([, y1, , y2]) => [y1, y2]));
  const covers = (boxes: readonly Box[], x: number, y: number) => boxes.some(([x1, y1, x2, y2]) => x1 <= x && x < x2 && y1 <= y && y < y2);
  let both = 0;
  let either = 0;
  for (let p = 0; p + 1 < xs.length; p++) {
    for (let q = 0; q + 1 < ys.length; q++) {
      const area = (xs[p + 1] - xs[p]) * (ys[q + 1] - ys[q]);
      const inA = covers(a, xs[p], ys[q]);
      const inB = covers(b, xs[p], ys[q]);
      if (inA && inB) both += area;
      if (inA || inB) either += area;
    }
  }
  return { both, either };
}

const overlap = (columns: Read, i: number) =>
  areas(asNumberLists(columns.pred[i], fieldOf('pred', i), undefined, 4), asNumberLists(columns.gt[i], fieldOf('gt', i), undefined, 4));

/** r_T = w_f f + w_c (BLEU + ROUGE-L)/2 + w_b |∪pred ∩ ∪gt| / (|∪pred ∪ ∪gt| + 1e-6) + w_a R. */
export default defineReward({
  id: 'satori',
  title: 'Glance, focus, answer',
  summary: 'Adds checks of three stages: what is seen, where one looks, what one answers.',
  formula: String.raw`r_T = w_f f + w_c\, \tfrac{\mathrm{BLEU} + \mathrm{ROUGE}_L}{2} + w_b\, \mathrm{IoU}_{\cup} + w_a R`,
  provenance: 'mixed',
  cite: [{ title: 'SATORI-R1: Incentivizing Multimodal Reasoning with Spatial Grounding and Verifiable Rewards', source: 'justairr/SATORI-R1@8923be7:plugin.py' }],
  useWhen: 'A picture has to be described, searched and answered about, and every stage can be checked.',
  breaksWhen: 'The stages are paid whether or not the answer is right. Boxes are judged as one union, so many small ones can pass for one good one.',
  category: 'process',
  params: {
    weights: {
      kind: 'json',
      default: { format: 1, caption: 1, bbox: 1, answer: 1 },
      help: 'Weights of format, caption, bbox and answer.',
      check: (value) =>
        typeof value === 'object' && value !== null && WEIGHTS.every((name) => typeof (value as Record<string, unknown>)[name] === 'number') ? null : `expected a number for each of ${WEIGHTS.join(', ')}.`,
    },
  },
  needs: { outcome: 'trajectory', format: 'trajectory', bleu: 'trajectory', rougeL: 'trajectory', pred: 'json', gt: 'json' },
  laws: ['terminal-only', 'padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'Two of the three fields covered are shared: 1·1 + 2·½ + 3·(2/3) + 4·1, less a millionth in the union.',
      input: { trajectories: [{ group: 0, length: 2, signals: {}, outcome: 1, extra: { format: 1, bleu: 0.25, rougeL: 0.75, pred: [[0, 0, 2, 1], [1, 0, 3, 1]], gt: [[0, 0, 2, 1]] } }] },
      params: { weights: { format: 1, caption: 2, bbox: 3, answer: 4 } },
      expect: [[0, 7.99999933333356]],
    },
  ],
  price(columns, params, { buffer }) {
    const w = params.weights as Weights;
    const reward = payOnLastStep(columns, buffer, (i) => {
      const { both, either } = overlap(columns, i);
      const caption = (columns.bleu[i] + columns.rougeL[i]) / 2;
      return w.format * columns.format[i] + w.caption * caption + (w.bbox * both) / (either + OVERLAP_EPSILON) + w.answer * columns.outcome[i];
    });
    return { reward };
  },
  explain: (columns, params, { reward }, i, t) =>
    explainedOnLastStep(columns, i, t, () => {
      const w = params.weights as Weights;
      const { both, either } = overlap(columns, i);
      const caption = (columns.bleu[i] + columns.rougeL[i]) / 2;
      const iou = both / (either + OVERLAP_EPSILON);
      return [
        step('Description', 'c', '(BLEU + ROUGE-L) / 2', `(${printed(columns.bleu[i])} + ${printed(columns.rougeL[i])}) / 2`, caption),
        step('Overlap of the boxes', 'b', 'shared / (covered + 1e-6)', `${printed(both)} / (${printed(either)} + ${printed(OVERLAP_EPSILON)})`, iou),
        rewardLine(
          'w_f f + w_c c + w_b b + w_a R',
          `${operand(w.format)} × ${operand(columns.format[i])} + ${operand(w.caption)} × ${printed(caption)} + ${operand(w.bbox)} × ${printed(iou)} + ${operand(w.answer)} × ${operand(columns.outcome[i])}`,
          reward[i * columns.maxLen + t],
        ),
      ];
    }),
});
