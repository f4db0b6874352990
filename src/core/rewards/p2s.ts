import type { Frame, GroupLayout } from '../contracts/columns';
import { explained, list, rewardLine, step, unpaid } from '../contracts/explain-reward';
import { operand, printed } from '../contracts/explanation';
import { asNumberLists, ContentError, fieldOf } from '../contracts/json-column';
import { payEveryStep } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { sigmoid } from '../math/elementary';

type Read = Frame & {
  outcome: Float64Array;
  group: GroupLayout;
  formatOk: Float64Array;
  answerLogp: Float64Array;
  suffixLogp: readonly unknown[];
  suffixLogpMasked: readonly unknown[];
};

const BAD_FORMAT = -1;

function solved({ outcome, group }: Read, i: number): boolean {
  const g = group.id[i];
  for (let k = group.start[g]; k < group.start[g + 1]; k++) if (outcome[group.member[k]] >= 1) return true;
  return false;
}

/** Gains of every continuation by the prefix up to step t, or null for the last step. */
function gainsOf(columns: Read, i: number, t: number): readonly number[] | null {
  const last = columns.length[i] - 1;
  if (t === last) return null;
  const given = asNumberLists(columns.suffixLogp[i], fieldOf('suffixLogp', i), last)[t];
  const masked = asNumberLists(columns.suffixLogpMasked[i], fieldOf('suffixLogpMasked', i), last)[t];
  if (given.length !== masked.length || given.length === 0) throw new ContentError(`${fieldOf('suffixLogpMasked', i)}, step ${t + 1}`, `${Math.max(1, given.length)} continuations as in suffixLogp`);
  return given.map((x, j) => x - masked[j]);
}

/**
 * Supervision by how much a prefix helps to continue like the reference solution, where no answer of the group is right.
 *
 *     F_t = max_j [log p(suffix_j | prefix_t) − log p(suffix_j | masked)],  F_T = log p(y* | q, z),  r_t = σ(k (t/T − ½)) F_t
 *
 * A broken format is paid −1; a group with a right answer is paid its outcomes.
 */
export default defineReward({
  id: 'p2s',
  title: 'Path to the reference',
  summary: 'Where a whole group is wrong, pays each step for bringing the reference solution nearer.',
  formula: String.raw`F_t = \max_j \log \frac{p(u_j \mid x_{\le t})}{p(u_j \mid \text{mask})},\qquad r_t = \sigma\big(k (\tfrac{t}{T} - \tfrac12)\big)\, F_t`,
  provenance: 'own',
  cite: [{ title: 'P2S: Probabilistic Process Supervision (weights are ours)', source: 'arXiv:2601.20649' }],
  useWhen: 'Questions are so hard that groups without a single right answer are common, and reference solutions exist.',
  breaksWhen: 'The best continuation is a short one: the maximum favours it. The weights that grow along the trajectory are a guess.',
  category: 'process',
  params: { k: { kind: 'number', default: 6, min: 0, max: 50, step: 0.5, symbol: 'k', help: 'How sharply later steps count more.' } },
  needs: { outcome: 'trajectory', group: 'group', formatOk: 'trajectory', answerLogp: 'trajectory', suffixLogp: 'json', suffixLogpMasked: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'A wrong group: half-way the weight is ½ and the best gain is 2; at the end σ(ln 3) = ¾ of −4. The unreadable one is charged.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: {}, outcome: 0, extra: { formatOk: true, answerLogp: -4, suffixLogp: [[-3, -1]], suffixLogpMasked: [[-4, -3]] } },
          { group: 0, length: 1, signals: {}, outcome: 0, extra: { formatOk: false, answerLogp: -1, suffixLogp: [], suffixLogpMasked: [] } },
        ],
      },
      params: { k: 2.19722457733622 },
      expect: [[1, -3], [-1]],
    },
    {
      why: 'One of the group is right, so both are paid their outcomes.',
      input: {
        trajectories: [
          { group: 0, length: 1, signals: {}, outcome: 1, extra: { formatOk: true, answerLogp: -1, suffixLogp: [], suffixLogpMasked: [] } },
          { group: 0, length: 1, signals: {}, outcome: 0.25, extra: { formatOk: true, answerLogp: -1, suffixLogp: [], suffixLogpMasked: [] } },
        ],
      },
      params: {},
      expect: [[1], [0.25]],
    },
  ],
  price(columns, { k: sharpness }, { buffer }) {
    const right = Array.from({ length: columns.nTraj }, (_, i) => solved(columns, i));
    const reward = payEveryStep(columns, buffer, (i, t) => {
      const last = t === columns.length[i] - 1;
      if (columns.formatOk[i] === 0) return last ? BAD_FORMAT : 0;
      if (right[i]) return last ? columns.outcome[i] : 0;
      const gains = gainsOf(columns, i, t);
      return sigmoid(sharpness * ((t + 1) / columns.length[i] - 0.5)) * (gains ? Math.max(...gains) : columns.answerLogp[i]);
    });
    return { reward };
  },
  explain(columns, { k: sharpness }, { reward }, i, t) {
    const value = reward[i * columns.maxLen + t];
    const L = columns.length[i];
    const last = t === L - 1;
    if (columns.formatOk[i] === 0) return last ? explained([rewardLine('−1', '−1', value)], 'The format is broken.') : unpaid('The format is broken, which is charged on the last step.');
    if (solved(columns, i)) {
      const note = 'The group holds a right answer, so outcomes are paid.';
      return last ? explained([rewardLine('R', printed(columns.outcome[i]), value)], note) : unpaid(note);
    }
    const gains = gainsOf(columns, i, t);
    const F = gains ? Math.max(...gains) : columns.answerLogp[i];
    return explained([
      step(gains ? 'Best gain' : 'The answer itself', 'F', gains ? 'max_j gain' : 'log p(y*)', gains ? `max(${list(gains)})` : printed(F), F),
      rewardLine('σ(k (t/T − ½)) F', `${operand(F)} / (1 + exp(−${printed(sharpness)} × (${t + 1} / ${L} − 0.5)))`, value),
    ]);
  },
});
