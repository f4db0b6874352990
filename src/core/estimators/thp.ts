import { ddof, epsilon } from '../contracts/common-parameters';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, groupValues, scoreLines, totalLine } from '../math/group-explanation';
import { groupScores, membersOf, trajectoryTotals } from '../math/group-statistics';

const LABELS = ['correct', 'incorrect', 'matching', 'mismatched'];

function labelOf(labels: unknown, i: number, t: number): string {
  const label = Array.isArray(labels) ? (labels as readonly unknown[])[t] : undefined;
  if (typeof label === 'string' && LABELS.includes(label)) return label;
  throw new Error(`trajectories[${i}].extra.labels[${t}] is not one of ${LABELS.join(', ')}.`);
}

/** Lengths of runs of equal labels: the thoughts of a trajectory. */
function thoughts(labels: readonly string[]): number[] {
  const runs: number[] = [];
  labels.forEach((label, t) => {
    if (t > 0 && labels[t - 1] === label) runs[runs.length - 1] += 1;
    else runs.push(1);
  });
  return runs;
}

/**
 * Thought-level TP-GRPO: a generative judge labels thoughts, and labels decide how much of the outcome score
 * each thought keeps.
 *
 *     r_o = (R − μ_g)/(σ_g + ε),   r_c = α · (share of the group that is correct)
 *     correct thought r_o,  incorrect r_o − r_c     in a right solution
 *     matching thought r_o, mismatched 0            in a wrong one
 *
 * Rewards add up to +1 or −1. `labels` has one label per step; equal consecutive labels are one thought. Not the denoising
 * method of a similar name.
 */
export default defineEstimator({
  id: 'thp',
  title: 'Thought-level TP-GRPO',
  summary: 'Lets a judge’s labels decide how much of the outcome each thought is credited with.',
  formula: String.raw`\hat A = r_o - r_c\,[\text{incorrect}],\quad \hat A = r_o\,[\text{matching}]`,
  family: 'process',
  provenance: 'read',
  cite: [{ title: 'TP-GRPO with a generative process reward model (thought level)', source: 'ICLR 2026 submission' }],
  useWhen: 'A generative judge can say which thoughts of a solution are right.',
  breaksWhen: 'The judge confuses detours with errors: they are punished even in right solutions.',
  params: {
    alpha: { kind: 'number', default: 0.5, min: 0, max: 2, step: 0.05, symbol: 'α', help: 'Deduction for an incorrect thought when the whole group is right.' },
    ddof: ddof(1),
    epsilon: epsilon(1e-4),
  },
  needs: { reward: 'step', group: 'group', labels: 'json' },
  outputs: { outcomeAdvantage: 'trajectory', processScale: 'trajectory', thoughtLengths: 'json' },
  laws: ['padding-invariant', 'order-equivariant', 'finite-when-degenerate'],
  examples: [
    {
      why: 'R = ±1: σ + ε = 2, so r_o = ±½. Half the group is right: r_c = ½·½ = ¼.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 1], extra: { labels: ['correct', 'incorrect'] } },
          { group: 0, rewards: [0, -1], extra: { labels: ['matching', 'mismatched'] } },
        ],
      },
      params: { epsilon: 0.5857864376269049 },
      expect: [[0.5, 0.25], [-0.5, 0]],
    },
  ],
  estimate(columns, params, { buffer, detail }) {
    const { nTraj, maxLen, length, group, labels } = columns;
    const total = trajectoryTotals(columns.reward, columns, buffer);
    const outcomeAdvantage = groupScores(total, group, { normByStd: true, ddof: params.ddof, epsilon: params.epsilon, singleton: 'raw' }, buffer);
    const right = buffer(group.count).fill(0);
    for (let i = 0; i < nTraj; i++) if (total[i] > 0) right[group.id[i]] += 1;
    const processScale = buffer(nTraj);
    const advantage = buffer(nTraj * maxLen).fill(0);
    for (let i = 0; i < nTraj; i++) {
      const g = group.id[i];
      processScale[i] = (params.alpha * right[g]) / (group.start[g + 1] - group.start[g]);
      for (let t = 0; t < length[i]; t++) {
        const label = labelOf(labels[i], i, t);
        advantage[i * maxLen + t] = label === 'mismatched' ? 0 : outcomeAdvantage[i] - (label === 'incorrect' ? processScale[i] : 0);
      }
    }
    if (!detail) return { advantage };
    const thoughtLengths = labels.map((own, i) => thoughts(Array.from({ length: length[i] }, (_, t) => labelOf(own, i, t))));
    return { advantage, outcomeAdvantage, processScale, thoughtLengths };
  },
  explain(columns, params, { advantage }, i, t) {
    const { group, labels, maxLen } = columns;
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const label = labelOf(labels[i], i, t);
    const value = advantage[i * maxLen + t];
    const members = groupMembers(total, group, i);
    const note = `This step is labelled ${label}.`;
    if (label === 'mismatched') return explanation([line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note });
    const rule = { normByStd: true, ddof: params.ddof, epsilon: params.epsilon, singleton: 'raw' } as const;
    const outcome = scoreLines(total[i], groupValues(total, group, i), rule, { result: 'r_o', label: 'Outcome against the group' });
    const lines = [totalLine(columns.reward, columns, i), ...outcome];
    const r = outcome[outcome.length - 1].value;
    if (label !== 'incorrect') return explanation([...lines, line('Advantage', 'Â', 'r_o', fill`${r}`, value, 'advantage')], { members, note });
    const own = Array.from(membersOf(group, i));
    const right = own.filter((j) => total[j] > 0).length;
    const scale = line('Deduction', 'r_c', 'α × share correct', fill`${params.alpha} × ${right} / ${own.length}`, (params.alpha * right) / own.length);
    return explanation([...lines, scale, line('Advantage', 'Â', 'r_o − r_c', fill`${r} − ${scale.value}`, value, 'advantage')], { members, note });
  },
});
