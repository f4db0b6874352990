import { ddof, epsilon, weight } from '../contracts/common-parameters';
import type { Columns } from '../contracts/columns';
import type { GroupLayout } from '../contracts/columns';
import { defineEstimator } from '../contracts/estimator';
import { explanation, fill, line } from '../contracts/explanation-lines';
import { groupMembers, scoreLines, totalLine } from '../math/group-explanation';
import { broadcast, groupScores, membersOf, trajectoryTotals, type Buffer } from '../math/group-statistics';

const needs = { reward: 'step', group: 'group', replayed: 'trajectory?' } as const;
const isReplay = ({ replayed }: Columns<typeof needs>, i: number) => replayed !== undefined && replayed[i] !== 0;

/**
 * Who is compared in trajectory i's group: its fresh attempts, and where they all score alike also the replays that score
 * otherwise.
 */
function compared(columns: Columns<typeof needs>, total: Float64Array, members: Int32Array): number[] {
  const fresh = Array.from(members).filter((j) => !isReplay(columns, j));
  if (fresh.length === 0 || fresh.some((j) => total[j] !== total[fresh[0]])) return fresh;
  return Array.from(members).filter((j) => !isReplay(columns, j) || total[j] !== total[fresh[0]]);
}

function layoutOf(n: number): GroupLayout {
  return { id: new Int32Array(n), count: n > 0 ? 1 : 0, start: Int32Array.of(0, n), member: Int32Array.from({ length: n }, (_, k) => k), label: ['compared'] };
}

function scoresOf(columns: Columns<typeof needs>, settings: { alpha: number; ddof: number; epsilon: number }, total: Float64Array, buffer: Buffer): Float64Array {
  const { group } = columns;
  const score = buffer(total.length).fill(0);
  for (let g = 0; g < group.count; g++) {
    const who = compared(columns, total, group.member.subarray(group.start[g], group.start[g + 1]));
    const own = groupScores(Float64Array.from(who, (j) => total[j]), layoutOf(who.length), { ...settings, normByStd: true, singleton: 'raw' }, (size) => new Float64Array(size));
    who.forEach((j, m) => (score[j] = own[m] * (isReplay(columns, j) ? settings.alpha : 1)));
  }
  return score;
}

/**
 * R³ replay: a group whose fresh attempts all score alike is completed with stored attempts that scored otherwise.
 *
 *     Â = GRPO over the fresh attempts, and over fresh and replayed ones where the fresh ones agree;  replayed ones × α
 *
 * `replayed` marks stored attempts of the same prompt. Replays that are not needed, or that score like the fresh ones, get 0. Where the
 * factor α goes is this project's definition.
 */
export default defineEstimator({
  id: 'r3-replay',
  title: 'R³ replay',
  summary: 'Revives groups that agree by comparing them with stored attempts that scored otherwise.',
  formula: String.raw`\hat A_i = \alpha^{[i\,\text{replayed}]}\,\frac{R_i - \mu_{g \cup \text{replay}}}{\sigma_{g \cup \text{replay}} + \varepsilon}`,
  family: 'group',
  provenance: 'own',
  cite: [{ title: 'R³, cross-context replay, from a summary', source: 'full-text summary' }],
  useWhen: 'Many prompts are always or never solved, and earlier attempts at them were kept.',
  breaksWhen: 'Stored attempts are old: they come from a policy that no longer exists.',
  params: {
    alpha: weight(0.5, 'Factor of replayed attempts.', { max: 1, symbol: 'α' }),
    ddof: ddof(1),
    epsilon: epsilon(1e-6),
  },
  needs,
  laws: ['padding-invariant', 'order-equivariant', 'zero-on-equal-rewards', 'finite-when-degenerate', 'scale-invariant'],
  examples: [
    {
      why: 'The fresh attempts both score 0, so the stored success joins and the stored failure does not: 0, 0, 3: mean 1, σ = 1.7321, ε = 0.2679 makes 2; the replay counts half. The second group differs by itself, so its replay is left out.',
      input: {
        trajectories: [
          { group: 0, rewards: [0, 0], extra: { replayed: false } },
          { group: 0, rewards: [0], extra: { replayed: false } },
          { group: 0, rewards: [3], extra: { replayed: true } },
          { group: 0, rewards: [0], extra: { replayed: true } },
          { group: 1, rewards: [1], extra: { replayed: false } },
          { group: 1, rewards: [0], extra: { replayed: false } },
          { group: 1, rewards: [9], extra: { replayed: true } },
        ],
      },
      params: { alpha: 0.5, epsilon: 0.2679491924311228 },
      expect: [[-0.5, -0.5], [-0.5], [0.5], [0], [0.512791074], [-0.512791074], [0]],
    },
  ],
  estimate(columns, params, { buffer }) {
    return { advantage: broadcast(scoresOf(columns, params, trajectoryTotals(columns.reward, columns, buffer), buffer), columns, buffer) };
  },
  explain(columns, params, { advantage }, i, t) {
    const total = trajectoryTotals(columns.reward, columns, (size) => new Float64Array(size));
    const who = compared(columns, total, membersOf(columns.group, i));
    const own = totalLine(columns.reward, columns, i);
    const members = groupMembers(total, columns.group, i);
    if (!who.includes(i)) return explanation([own, line('Advantage', 'Â', '0', '0', 0, 'advantage')], { members, note: 'This replayed attempt is not needed in its group.' });
    const rule = { normByStd: true, ddof: params.ddof, epsilon: params.epsilon, singleton: 'raw' } as const;
    const replay = isReplay(columns, i);
    const lines = scoreLines(own.value, who.map((j) => total[j]), rule, replay ? { result: 'a', label: 'Score of the attempt' } : {});
    if (!replay) return explanation([own, ...lines], { members });
    const a = lines[lines.length - 1].value;
    return explanation([own, ...lines, line('Advantage', 'Â', 'α × a', fill`${params.alpha} × ${a}`, advantage[i * columns.maxLen + t], 'advantage')], { members, note: 'This attempt was replayed.' });
  },
});
