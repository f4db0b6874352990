import type { Frame, GroupLayout } from '../contracts/columns';
import { explainedOnLastStep, rewardLine } from '../contracts/explain-reward';
import { printed } from '../contracts/explanation';
import { payOnLastStep, stepsOf } from '../contracts/pay';
import { defineReward } from '../contracts/reward';
import { signal } from '../contracts/reward-parameters';
import { mean } from '../math/statistics';

type Read = Frame & { group: GroupLayout; signals: Readonly<Record<string, Float64Array>> };

/** Mean of the highest ⌊pL⌋ entropies (at least one), and of all. */
function summary(columns: Read, name: string, p: number, i: number): { peak: number; whole: number } {
  const sorted = stepsOf(columns.signals[name], columns, i).slice().sort().reverse();
  return { peak: mean(sorted.subarray(0, Math.max(1, Math.floor(p * sorted.length)))), whole: mean(sorted) };
}

/** Rank of every trajectory in its group, 0 for the one that dominates most; ties keep the order of the batch. */
function ranks(columns: Read, name: string, p: number): { rank: Int32Array; wins: Int32Array } {
  const { nTraj, group } = columns;
  const found = Array.from({ length: nTraj }, (_, i) => summary(columns, name, p, i));
  const rank = new Int32Array(nTraj);
  const wins = new Int32Array(nTraj);
  for (let g = 0; g < group.count; g++) {
    const members = [...group.member.subarray(group.start[g], group.start[g + 1])];
    for (const i of members) wins[i] = members.filter((j) => found[i].peak > found[j].peak && found[i].whole < found[j].whole).length;
    members.slice().sort((a, b) => wins[b] - wins[a]).forEach((i, place) => (rank[i] = place));
  }
  return { rank, wins };
}

/** r_T = R_max (1 − k / (N − 1)), k the rank by "higher peaks, lower mean" inside the group. */
export default defineReward({
  id: 'r3-serr',
  title: 'Rank by shape of entropy',
  summary: 'Ranks answers that were all cut off, by how sharply their entropy peaks over a calm rest.',
  formula: String.raw`r_T = R_{\max} \Big(1 - \frac{k_i}{N - 1}\Big)`,
  provenance: 'read',
  cite: [{ title: 'Structural Entropy Ranking Reward (R³)', source: 'arXiv:2601.19620' }],
  useWhen: 'Every answer of a group ran into the limit, so there is no outcome to compare.',
  breaksWhen: 'Ties are common: with strict dominance in both measures most answers dominate none, and the order of the batch decides.',
  category: 'intrinsic',
  params: {
    entropy: signal('entropy', 'Entropy of each token.'),
    p: { kind: 'number', default: 0.2, min: 0.01, max: 1, step: 0.01, symbol: 'p', help: 'Share of tokens that count as peaks.' },
    rMax: { kind: 'number', default: 1, min: 0, max: 10, step: 0.05, symbol: 'R_max', help: 'What the first is paid.' },
  },
  needs: { group: 'group' },
  laws: ['terminal-only', 'padding-invariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'The second has the higher peak and the calmer mean, so it is first; the other two keep their order.',
      input: {
        trajectories: [
          { group: 0, length: 2, signals: { entropy: [0.5, 0.5] }, outcome: 0, extra: {} },
          { group: 0, length: 2, signals: { entropy: [0.75, 0] }, outcome: 0, extra: {} },
          { group: 0, length: 2, signals: { entropy: [0.25, 0.25] }, outcome: 0, extra: {} },
        ],
      },
      params: { p: 0.5, rMax: 2 },
      expect: [[0, 1], [0, 2], [0, 0]],
    },
  ],
  price(columns, { entropy, p, rMax }, { buffer }) {
    const { rank } = ranks(columns, entropy, p);
    const { group } = columns;
    const reward = payOnLastStep(columns, buffer, (i) => {
      const n = group.start[group.id[i] + 1] - group.start[group.id[i]];
      return n === 1 ? rMax : rMax * (1 - rank[i] / (n - 1));
    });
    return { reward };
  },
  explain(columns, { entropy, p, rMax }, { reward }, i, t) {
    const { rank, wins } = ranks(columns, entropy, p);
    const { group } = columns;
    const n = group.start[group.id[i] + 1] - group.start[group.id[i]];
    const { peak, whole } = summary(columns, entropy, p, i);
    return explainedOnLastStep(
      columns, i, t,
      () => [
        n === 1
          ? rewardLine('R_max', printed(rMax), reward[i * columns.maxLen + t])
          : rewardLine('R_max (1 − k / (N − 1))', `${printed(rMax)} × (1 − ${rank[i]} / ${n - 1})`, reward[i * columns.maxLen + t]),
      ],
      `Peaks ${printed(peak)}, mean ${printed(whole)}: it dominates ${wins[i]} of the group.`,
    );
  },
});
